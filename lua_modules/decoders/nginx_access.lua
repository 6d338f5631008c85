-- Decodes nginx's access log.
-- Options: log_format (as in nginx.conf, needed), type, payload_keep, user_agent_transform, user_agent_keep,
-- user_agent_conditional; see access_log.

process_message = require("access_log").decoder(require("common_log_format").build_nginx_grammar)
