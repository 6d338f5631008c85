-- Decodes the page of nginx's ngx_http_stub_status_module. Fields: connections, accepts, handled, requests, reading,
-- writing, waiting.
-- Options: type ("nginx_stub_status"), payload_keep.

local l = require "lpeg"
local lma_utils = require "lma_utils"
l.locale(l)

local payload_keep = read_config("payload_keep")
local msg = { Type = read_config("type") or "nginx_stub_status" }

local function number(name) return l.space^1 * l.Cg(l.digit^1 / tonumber, name) end
local grammar = l.Ct("Active connections:" * number("connections") * l.space^1 * "server accepts handled requests"
    * number("accepts") * number("handled") * number("requests") * (l.space + l.digit)^1
    * "Reading:" * number("reading") * l.space^1 * "Writing:" * number("writing") * l.space^1 * "Waiting:" * number("waiting"))

function process_message()
    local text = read_message("Payload")
    local fields = grammar:match(text)
    if not fields then return -1, "the record is no page of nginx's stub_status" end
    msg.Fields = fields
    msg.Payload = payload_keep and text or nil
    return lma_utils.safe_inject_message(msg)
end
