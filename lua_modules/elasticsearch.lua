-- What encoders for Elasticsearch share.
--   bulkapi_index_json(index, type_name, id, ns)  -> the first line of an entry of the bulk API, without newline
-- Each name may hold places as msg_interpolate has them, with the time ns (now by default); nil is left out.

local cjson = require "cjson"
local interpolate = require("msg_interpolate").interpolate_from_msg

local M = {}

function M.bulkapi_index_json(index, type_name, id, ns)
    local secs = ns and ns / 1e9
    local function place(text) return text and (interpolate(text, secs)) end
    return cjson.encode({ index = { _index = place(index), _type = place(type_name), _id = place(id) } })
end

return M
