-- Draws the changes of circular buffers ("cbufd", Fields[payload_name]) that other hosts send side by side: a graph
-- "<name> (<column>)" for each column, with a column for each host.
-- Options: max_hosts (needed), rows (needed), host_expiration (120 s: after that a silent host's column may become another
-- host's), preservation_version (0).

_PRESERVATION_VERSION = read_config("preservation_version") or 0

require "circular_buffer"
local cbufd_source = require "cbufd_source"
local math = require "math"
local string = require "string"

local max_hosts = read_config("max_hosts") or error("the option max_hosts is missing", 0)
local rows = read_config("rows") or error("the option rows is missing", 0)
local host_expiration = (read_config("host_expiration") or 120) * 1e9

local OPTIONS = '{"options":{"stackedGraph":true,"fillGraph":true}}\n'

-- By name: {header, graphs = an array of buffers, hosts = an array of {name, last_update (ns)}}
sources = {}

local function make(header)
    local graphs = {}
    for i, column in ipairs(header.column_info) do
        graphs[i] = circular_buffer.new(rows, max_hosts, header.seconds_per_row)
        graphs[i]:set_header(1, column.name, column.unit, column.aggregation) -- an error if they are none
    end
    return { header = header, graphs = graphs, hosts = {} }
end

-- give_column makes column i of a source's graphs the host's. What another host left there goes.
local function give_column(source, i, host, ns)
    local width = source.header.seconds_per_row * 1e9
    for n, column in ipairs(source.header.column_info) do
        local cbuf = source.graphs[n]
        if source.hosts[i] then
            cbuf:set_header(i, host, column.unit, "none") -- so that any value may be set
            local now = cbuf:current_time()
            for row = 0, rows - 1 do cbuf:set(now - row * width, i, 0 / 0) end
        end
        cbuf:set_header(i, host, column.unit, column.aggregation)
    end
    source.hosts[i] = { name = host, last_update = ns }
end

local function column_of(source, host, ns)
    local free
    for i = 1, max_hosts do
        local owner = source.hosts[i]
        if owner and owner.name == host then
            owner.last_update = math.max(owner.last_update, ns)
            return i
        end
        if not free and (not owner or ns - owner.last_update > host_expiration) then free = i end
    end
    if not free then error("The number of hosts exceeds the 'max_hosts' configuration", 0) end
    give_column(source, free, host, ns)
    return free
end

function process_message()
    local source, changes = cbufd_source.take(sources, make)
    if not source then return -1, changes end
    local i = column_of(source, read_message("Hostname"), read_message("Timestamp"))
    for _, row in ipairs(changes) do
        for n, column in ipairs(source.header.column_info) do cbufd_source.merge(source.graphs[n], i, column, row, n) end
    end
    return 0
end

function timer_event()
    for name, source in pairs(sources) do
        for n, column in ipairs(source.header.column_info) do
            inject_payload("cbuf", string.format("%s (%s)", name, column.name), OPTIONS, source.graphs[n])
        end
    end
end
