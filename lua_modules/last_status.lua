-- The last statuses of clusters and the like, and what a change of one is called.

local gse_utils = require "gse_utils"
local setmetatable = setmetatable

local M = {}
local Statuses = {}
Statuses.__index = Statuses

-- More keys than there are clusters anywhere: beyond that messages are wrong.
M.MAX_KEYS = 10000

-- new makes a store of statuses by key.
function M.new() return setmetatable({ statuses = {}, number = 0 }, Statuses) end

-- get is the last status, nil for none.
function Statuses:get(key) return self.statuses[key] end

-- set keeps a status; it is false when there is no room for another key.
function Statuses:set(key, status)
    if not self.statuses[key] then
        if self.number >= M.MAX_KEYS then return false end
        self.number = self.number + 1
    end
    self.statuses[key] = status
    return true
end

-- FULL tells why set gave false.
M.FULL = "too many names of clusters: restart this plugin if they are right"

-- words tells a status, with the one before it (nil for none) if it is another.
function M.words(before, status)
    local label = gse_utils.label(status)
    if before == nil or before == status then return "is " .. label end
    return gse_utils.label(before) .. " -> " .. label
end

return M
