-- The shorter name of ts_line_protocol.
return require "ts_line_protocol"
