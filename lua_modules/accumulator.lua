-- A buffer that is handed on when it is full or old.

local os = require "os"
local setmetatable = setmetatable

local M = {}
local Accumulator = {}
Accumulator.__index = Accumulator

-- new makes one that calls callback(items) with more than flush_count items, or after flush_interval seconds.
function M.new(flush_count, flush_interval, callback)
    return setmetatable({
        flush_count = flush_count, flush_interval = flush_interval * 1e9, callback = callback,
        buffer = {}, flushed_at = os.time() * 1e9,
    }, Accumulator)
end

-- append adds an item and hands the items on if it is time to.
function Accumulator:append(item)
    self.buffer[#self.buffer + 1] = item
    return self:flush()
end

-- flush hands the items on, even none, if it is time to. ns is the time; default now.
function Accumulator:flush(ns)
    local now = ns or os.time() * 1e9
    local age = now - self.flushed_at -- negative when the clock was set back
    if #self.buffer <= self.flush_count and age >= 0 and age <= self.flush_interval then return nil end
    local items = self.buffer
    self.buffer, self.flushed_at = {}, now
    return self.callback(items)
end

return M
