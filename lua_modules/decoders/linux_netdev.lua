-- Decodes /proc/net/dev: a message for each interface, with integer fields receive_<name> and transmit_<name>,
-- netdevice and FilePath.
-- Option: payload_keep.

local l = require "lpeg"
local lma_utils = require "lma_utils"
l.locale(l)

local payload_keep = read_config("payload_keep")
local msg = { Type = "stats.netdev" }

local blank = l.P" "
local names = l.Ct((blank^0 * l.C(l.alnum^1))^1) * blank^0
local header = "Inter-|" * (1 - l.P"\n")^0 * "\n" * blank^0 * "face" * blank^0 * "|" * names * "|" * names * "\n"
local interface = l.Ct(blank^0 * l.Cg((1 - l.S": \n")^1, "netdevice") * ":"
    * (blank^0 * (l.digit^1 / tonumber))^1 * blank^0 * "\n")
local grammar = header * l.Ct(interface^0) * -1

local function inject(numbers, receive, transmit, text)
    local fields = { netdevice = numbers.netdevice, FilePath = read_message("Fields[FilePath]") }
    for i, name in ipairs(receive) do fields["receive_" .. name] = { value = numbers[i], value_type = 2 } end
    for i, name in ipairs(transmit) do
        fields["transmit_" .. name] = { value = numbers[#receive + i], value_type = 2 }
    end
    msg.Fields = fields
    msg.Payload = payload_keep and text or nil
    return lma_utils.safe_inject_message(msg)
end

function process_message()
    local text = read_message("Payload")
    local receive, transmit, interfaces = grammar:match(text)
    if not receive then return -1, "Failed to match grammar" end
    for _, numbers in ipairs(interfaces) do
        if #numbers ~= #receive + #transmit then return -1, "Failed to match grammar" end
    end
    for _, numbers in ipairs(interfaces) do
        local status, why = inject(numbers, receive, transmit, text)
        if status ~= 0 then return status, why end
    end
    return 0
end
