-- Decodes MariaDB's slow query log; see the module mysql for the fields.
-- Option: truncate_sql; see slow_query.

local mysql = require "mysql"

process_message = require("slow_query").decoder("mariadb.slow-query",
    mysql.mariadb_slow_query_grammar + mysql.mariadb_short_slow_query_grammar)
