-- The messages of Postfix's daemons.
--   postfix_match(programname, message, extract_keyvalue_data)
--       programname is `postfix/smtpd`, as syslog has it. It gives a table of fields named postfix_..., nil for
--       a message that is not known. With extract_keyvalue_data the list `key=value, ...` in a message becomes
--       fields, too; without it stays one text, postfix_keyvalue_data.

local l = require "lpeg"
local string = require "string"
local form = require "log_form"
local value = require "log_value"
l.locale(l)

local ipairs, pairs, tonumber = ipairs, pairs, tonumber
local P, S, C, Cg, Ct = l.P, l.S, l.C, l.Cg, l.Ct
local digit, alpha = l.digit, l.alpha

local PREFIX = "postfix_"
local plain_number = digit^1 * ("." * digit^1)^-1 / tonumber

local types = {
    N = plain_number,
    H = value.address,
    host = value.hostname,
    queueid = C(l.alnum * l.alnum^11 + l.xdigit * l.xdigit^5 + "NOQUEUE"),
    code = digit * digit * digit / tonumber,
    enhanced = C(digit * "." * digit * "." * digit),
    letters = C(alpha^1),
    service = C((1 - S":)")^1),
    service_port = C((1 - S":)")^1 * ":" * digit^1),
}

-- Parts of forms: log_form explains them.

local Q = "<queueid:queueid>: "
local CLIENT = "[<client_hostname:host>]%[<client_ip:H>%][:<client_port:N>]"
local RELAY = "[<relay_hostname:host>]%[{<relay_ip:H>|<relay_service>}%][:<relay_port:N>]"
local STAGES = "CONNECT|HELO|EHLO|STARTTLS|AUTH|MAIL|RCPT|DATA|RSET|UNKNOWN|END-OF-MESSAGE|VRFY|."
local STAGE = "<smtp_stage=" .. STAGES .. ">"
local LOST = "lost connection|timeout|Connection timed out"
local WARNING = "{warning|fatal}: <warning>"
local TLS = "{Anonymous|Trusted|Untrusted|Verified} TLS connection established {to " .. RELAY .. "|from " .. CLIENT
    .. "}: <tls_version> with cipher <tls_cipher> (<tls_cipher_size> bits)"
local NOQUEUE = "NOQUEUE: <action=reject|defer|accept|header-redirect>: " .. STAGE .. " from " .. CLIENT
    .. ": <status_code:code> <status_code_enhanced:enhanced>[ %<<status_data>%>:] "
    .. "{Service unavailable; <>%[<status_data>%] <status_message>;|<status_message>;} <keyvalue_data>"
local VIOLATION = "<postscreen_violation=BARE NEWLINE|COMMAND TIME LIMIT|COMMAND COUNT LIMIT|COMMAND LENGTH LIMIT|"
    .. "COMMAND PIPELINING|DNSBL|HANGUP|NON-SMTP COMMAND|PREGREET>"
local KEYVALUES = "<keyvalue_data>"
local ANVIL_CLIENT = "for ({<service:service>:<client_ip:H>|<service:service_port>:<client_ip:H>}) at <anvil_timestamp>"

local warnings = { WARNING }
local delivery = {
    Q .. KEYVALUES .. " status=<status:letters>[ (<smtp_response>)]",
    "connect to " .. RELAY .. ": {Connection timed out|No route to host|Connection refused}",
    Q .. "{" .. LOST .. "} with " .. RELAY,
    TLS,
    WARNING,
}

local daemons = {
    smtpd = {
        "connect from " .. CLIENT,
        "disconnect from " .. CLIENT,
        "<smtpd_lostconn_data=" .. LOST .. "> after " .. STAGE .. "[ (<:N> bytes)] from " .. CLIENT,
        "<action> from " .. CLIENT .. ": <smtpd_lostconn_data=" .. LOST .. ">",
        NOQUEUE,
        "improper command pipelining after " .. STAGE .. " from " .. CLIENT .. ":",
        TLS,
        WARNING,
        "<proxy_result=proxy-reject|proxy-defer|proxy-accept|proxy-header-redirect>: <proxy_smtp_stage=" .. STAGES .. ">: "
            .. "[<proxy_status_code:code> ][<proxy_status_code_enhanced:enhanced> ]<>; <keyvalue_data>",
        Q .. KEYVALUES,
    },
    cleanup = {
        Q .. "<milter_result=milter-reject|milter-defer|milter-accept|milter-header-redirect>: <milter_message>; <keyvalue_data>[: <milter_data>]",
        WARNING,
        Q .. KEYVALUES,
    },
    qmgr = { Q .. "removed", Q .. "<keyvalue_data> (queue active)", WARNING },
    pipe = {
        Q .. "<keyvalue_data> (delivered via <pipe_service>[ service)]",
        Q .. "<keyvalue_data> (mail forwarding loop for <to>)",
    },
    postscreen = {
        "CONNECT from " .. CLIENT .. " to %[<server_ip:H>%]:<server_port:N>",
        "<postscreen_access=DISCONNECT|BLACKLISTED|DENYLISTED|WHITELISTED|ALLOWLISTED|WHITELIST VETO|ALLOWLIST VETO|PASS NEW|PASS OLD> " .. CLIENT,
        NOQUEUE,
        "NOQUEUE: reject: CONNECT from " .. CLIENT .. ": <postscreen_toobusy_data>",
        "cache <> full cleanup: retained=<postscreen_cache_retained:N> dropped=<postscreen_cache_dropped:N> entries",
        VIOLATION .. " rank <postscreen_dnsbl_rank:N> for " .. CLIENT,
        VIOLATION .. "[ <:N>][ after <postscreen_violation_time:N>] from " .. CLIENT .. "[ after " .. STAGE .. "]",
        WARNING,
    },
    dnsblog = { "addr <client_ip:H> listed by domain <dnsbl_domain> as <dnsbl_result:H>" },
    anvil = {
        "statistics: max connection rate <anvil_conn_rate:N>/<anvil_conn_period> " .. ANVIL_CLIENT,
        "statistics: max cache size <anvil_cache_size:N> at <anvil_timestamp>",
        "statistics: max connection count <anvil_conn_count:N> " .. ANVIL_CLIENT,
    },
    smtp = delivery, lmtp = delivery, virtual = delivery, error = delivery, retry = delivery,
    discard = { Q .. "<keyvalue_data> status=<status>" },
    pickup = { Q .. "uid=<uid> from=%<<from>%>[ orig_id=<orig_id>]" },
    tlsproxy = { "{DISCONNECT|CONNECT}[ from] " .. CLIENT },
    master = {
        "{daemon started|reload} -- version <version>, configuration <config_path>",
        "terminating on signal <termination_signal:N>",
    },
    bounce = { Q .. "sender {non-delivery|delivery status|delay} notification: <bounce_queueid>" },
    scache = {
        "statistics: {address|domain} lookup hits=<scache_hits:N> miss=<scache_miss:N> success=<scache_success:N>",
        "statistics: max simultaneous domains=<scache_domains:N> addresses=<scache_addresses:N> connection=<scache_connection:N>",
        "statistics: start interval <scache_timestamp>",
    },
    sendmail = warnings, postdrop = warnings, trivial_rewrite = warnings, ["trivial-rewrite"] = warnings, tlsmgr = warnings,
    ["local"] = { Q .. KEYVALUES },
    -- These are no daemons, but what stands in their messages.
    relay_info = { RELAY },
    delays = { "<delay_before_qmgr:N>/<delay_in_qmgr:N>/<delay_conn_setup:N>/<delay_transmission:N>" },
    keyvalue_data = { KEYVALUES },
    client_info = { CLIENT },
}

-- Grammars are made when they are first asked for.
local made = {}

local function match(daemon, text)
    if not made[daemon] then made[daemon] = form.compile(daemons[daemon], types, PREFIX) end
    return made[daemon]:match(text)
end

-- Lists of key=value: a value runs to the next key, or to the end without a final comma.

local key = (alpha + S"_-")^1

local function list(separator)
    local stop = separator * key * "=" + P","^-1 * -1
    local item = "<" * C((1 - ">" * stop)^0) * ">" + C((1 - stop)^0)
    local pair = Cg(C(key) * "=" * item)
    return l.Cf(Ct"" * pair * (separator * pair)^0 * P","^-1 * -1, function(t, k, v)
        t[PREFIX .. k] = v
        return t
    end)
end
local with_commas, with_blanks = list(P", "), list(P" ")

-- SPLIT are the values of a list that have parts of their own.
local SPLIT = { client = "client_info", relay = "relay_info", delays = "delays" }

local function extract(fields)
    local data = fields.postfix_keyvalue_data
    local found = data and (string.find(data, ", [%a_-]+=") and with_commas or with_blanks):match(data)
    if not found then return end
    fields.postfix_keyvalue_data = nil
    for name, text in pairs(found) do fields[name] = text end
    for name, parts in pairs(SPLIT) do
        local text = fields[PREFIX .. name]
        local split = text and match(parts, text)
        if split then
            fields[PREFIX .. name] = nil
            for field, v in pairs(split) do fields[field] = v end
        end
    end
end

local INTEGERS = {
    "anvil_cache_size", "anvil_conn_count", "anvil_conn_rate", "client_port", "nrcpt", "postscreen_cache_dropped",
    "postscreen_cache_retained", "postscreen_dnsbl_rank", "relay_port", "server_port", "size", "status_code",
    "termination_signal", "uid",
}

local function convert(fields)
    for _, name in ipairs(INTEGERS) do
        local n = tonumber(fields[PREFIX .. name])
        if n then fields[PREFIX .. name] = { value = n, value_type = 2 } end
    end
    fields.postfix_delay = tonumber(fields.postfix_delay) or fields.postfix_delay
end

local function daemon_of(programname)
    local name = string.match(programname, "^[^/]*/(.+)$")
    if not name then return nil end
    if not daemons[name] then name = string.match(name, "[^/]+$") end -- postfix/submission/smtpd
    return daemons[name] and name
end

local M = {}

function M.postfix_match(programname, message, extract_keyvalue_data)
    local daemon = daemon_of(programname)
    local fields = daemon and match(daemon, message)
    if not fields then return nil end
    if extract_keyvalue_data then extract(fields) end
    convert(fields)
    return fields
end

return M
