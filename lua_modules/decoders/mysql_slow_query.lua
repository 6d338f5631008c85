-- Decodes MySQL's slow query log; see the module mysql for the fields.
-- Option: truncate_sql; see slow_query.

local mysql = require "mysql"

process_message = require("slow_query").decoder("mysql.slow-query", mysql.slow_query_grammar + mysql.short_slow_query_grammar)
