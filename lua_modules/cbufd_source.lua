-- What filters share that gather the changes of circular buffers ("cbufd", Fields[payload_name]) of other hosts.
--   take(sources, make)            what the current message changes: the source of its name, which make(header) makes at
--                                  first, and its rows as the module cbufd has them; nil and the reason for another message
--   merge(cbuf, i, column, row, n) brings the nth value of a row into column i of a graph, by the column's aggregation:
--                                  sums are added, of min and max the extreme is kept, others stay empty

local cbufd = require "cbufd"
local cjson = require "cjson"

local pcall, read_message, type = pcall, read_message, type

local MAX_NAME = 255 -- bytes

local M = {}

function M.take(sources, make)
    local rows, name = cbufd.grammar:match(read_message("Payload")), read_message("Fields[payload_name]")
    if not rows or type(name) ~= "string" or #name > MAX_NAME then return nil, "the payload is no cbufd with a name" end
    local source = sources[name]
    if not source then
        local ok, header = pcall(cjson.decode, rows.header)
        if ok then ok, source = pcall(make, header) end
        if not ok then return nil, "the header of the cbufd is not valid" end
        sources[name] = source
    end
    return source, rows
end

function M.merge(cbuf, i, column, row, n)
    local value = row[n]
    if not value or value ~= value then return end
    if column.aggregation == "sum" then
        cbuf:add(row.time, i, value)
    elseif column.aggregation == "min" or column.aggregation == "max" then
        cbuf:set(row.time, i, value)
    end
end

return M
