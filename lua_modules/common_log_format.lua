-- Access and error logs of web servers.
--   build_nginx_grammar(log_format)    a grammar of nginx's log_format
--   build_apache_grammar(log_format)   a grammar of Apache's LogFormat
--   nginx_error_grammar                -> {Timestamp, Severity, Pid, Fields = {tid, connection}, Payload}
--   normalize_user_agent(user_agent)   -> browser, version, os; each may be nil

local l = require "lpeg"
local string = require "string"
local dt = require "date_time"
local format = require "log_format"
local value = require "log_value"
l.locale(l)

local error, ipairs, pairs, tonumber = error, ipairs, pairs, tonumber
local P, S, R, C, Cc, Cg, Ct = l.P, l.S, l.R, l.C, l.Cc, l.Cg, l.Ct
local digit, space = l.digit, l.space
local number = value.number

local M = {}

local function scaled(pattern, factor)
    return pattern / function(digits) return tonumber(digits) * factor end
end

local bytes = value.with_unit(number, "B")
local status = digit * digit * digit / tonumber
local method = C(l.upper^1 * ("-" * l.upper^1)^0)
local protocol = C("HTTP/" * digit^1 * ("." * digit^1)^-1)
local clf_time = dt.clf_timestamp / dt.time_to_ns

-- nginx

-- listed is what an upstream_ variable gives: a value for each server that was tried.
local function listed(item)
    return Ct(item * ((P", " + " : ") * item)^0)
end
local none = P"-" * Cc(0)
local http_time = dt.build_strftime_grammar("%a, %d %b %Y %H:%M:%S GMT")

-- Those of one field; time stands for several variables.
local nginx_values = {
    body_bytes_sent = bytes, bytes_sent = bytes, content_length = bytes, request_length = bytes,
    request_time = value.with_unit(value.decimal, "s"),
    host = value.host, hostname = value.host, proxy_protocol_addr = value.host, remote_addr = value.host,
    server_addr = value.host, server_name = value.host,
    connection = number, connection_requests = number, pid = number, remote_port = number, server_port = number,
    tcpinfo_rtt = number, tcpinfo_rttvar = number, tcpinfo_snd_cwnd = number, tcpinfo_rcv_space = number,
    status = status,
    request_method = method, scheme = C(P"https" + "http"), server_protocol = protocol,
    nginx_version = C(digit^1 * "." * digit^1 * "." * digit^1), pipe = C(S"p."), https = C(P"on"^-1),
    is_args = C(P"?"^-1), request_completion = C(P"OK"^-1), binary_remote_addr = C(P(4)),
    upstream_addr = P"-" / "-" + listed(C((1 - S', "|\n')^1)),
    upstream_status = listed(status + none),
    upstream_response_time = value.with_unit(listed(value.decimal + none), "s"),
    upstream_response_length = P"-" * -S", " / "-" + value.with_unit(listed(number + none), "B"),
    upstream_cache_status = C(l.upper^1 + "-"),
    upstream_cache_last_modified = C"-" + http_time / dt.time_to_ns,
}
local nginx_times = {
    msec = scaled(digit^1 * "." * digit * digit * digit, 1e9), time_local = clf_time, time_iso8601 = dt.rfc3339 / dt.time_to_ns,
}

local function nginx_variable(name)
    if nginx_times[name] then return { value = Cg(nginx_times[name], "time") } end
    if nginx_values[name] then return { value = Cg(nginx_values[name], name) } end
    return { text = name }
end

local white = space^1 * Cc{ space = space^1 }
local name = (l.alnum + "_")^1
local nginx_format = Ct((
    "$" * C(name) / nginx_variable
    + white
    + Ct(Cg((1 - space - "$")^1, "literal")))^0) * -1

function M.build_nginx_grammar(log_format)
    local tokens = nginx_format:match(log_format)
    if not tokens then error("could not parse the log_format configuration", 2) end
    return format.access_grammar(tokens)
end

-- Apache

local function field(key, pattern) return { value = Cg(pattern, key) } end
local request_id = { text = "request_log_id" }

local directives = {
    a = field("remote_addr", value.host), A = field("server_addr", value.host), h = field("remote_addr", value.host),
    B = field("body_bytes_sent", bytes), b = field("body_bytes_sent", value.with_unit(number + none, "B")),
    D = field("request_time", value.with_unit(number, "us")), T = field("request_time", value.with_unit(number, "s")),
    f = { text = "request_filename" }, H = field("server_protocol", protocol), k = field("connection_requests", number),
    l = { text = "remote_user" }, L = request_id, m = field("request_method", method), p = field("server_port", number),
    P = field("pid", number), q = { text = "query_string" }, r = { text = "request" }, R = { text = "request_handler" },
    s = field("status", status), t = field("time", "[" * clf_time * "]"), u = { text = "remote_user" }, U = { text = "uri" },
    v = field("server_name", value.host), V = field("server_name", value.host), X = field("connection_status", C(S"X+-")),
    I = field("request_length", bytes), O = field("response_length", bytes), S = field("total_length", bytes),
    ["%"] = { literal = "%" },
}

local function header_name(text) return (string.gsub(string.lower(text), "-", "_")) end

local fractions = {
    msec_frac = field("sec_frac", scaled(digit * digit * digit, 1e-3)),
    usec_frac = field("sec_frac", scaled(digit * digit * digit * digit * digit * digit, 1e-6)),
}
local clocks = { sec = 1e9, msec = 1e6, usec = 1e3 }

local function time_directive(argument)
    argument = string.gsub(string.gsub(argument, "^begin:", ""), "^end:", "")
    if fractions[argument] then return fractions[argument] end
    if clocks[argument] then return field("time", scaled(digit^1, clocks[argument])) end
    return { part = dt.build_strftime_grammar(argument) } -- the zone may be another directive's: %{%F %T}t %{%z}t
end

-- with_parts gives the tokens of parts of a time numbers as keys; add_time makes one time of them, none without a date.
local function with_parts(tokens)
    local n = 0
    for i, token in ipairs(tokens) do
        if token.part then
            n = n + 1
            tokens[i] = field(n, token.part)
        end
    end
    return n
end

local function add_time(n)
    return function(fields)
        local time = {}
        for i = 1, n do
            for k, v in pairs(fields[i]) do time[k] = v end
            fields[i] = nil
        end
        if time.time_t or time.year and time.month and time.day then fields.time = dt.time_to_ns(time) end
        return fields
    end
end

local ports = {
    canonical = field("server_port", number), ["local"] = field("server_port", number), remote = field("remote_port", number),
}
local ids = {
    pid = field("pid", number), tid = field("tid", number),
    hextid = field("tid", l.xdigit^1 / function(digits) return tonumber(digits, 16) end),
}

local units = { s = "s", ms = "ms", us = "us" }

-- What a directive with an argument in braces makes.
local with_argument = {
    a = function() return directives.a end,
    C = function(argument) return { text = "cookie_" .. argument } end,
    e = function(argument) return { text = "env_" .. argument } end,
    i = function(argument) return { text = "http_" .. header_name(argument) } end,
    n = function(argument) return { text = "module_" .. argument } end,
    o = function(argument) return { text = "sent_http_" .. header_name(argument) } end,
    p = function(argument) return ports[argument], "unknown port format: " .. argument end,
    P = function(argument) return ids[argument], "unknown pid format: " .. argument end,
    t = time_directive,
    T = function(argument)
        local unit = units[argument]
        return unit and field("request_time", value.with_unit(number, unit)), "unknown unit of time: " .. argument
    end,
}

-- apache_token makes the token of a directive, or gives nil and why there is none.
local function apache_token(directive)
    if not directive.letter then return directive end
    local unknown = "unknown variable: " .. directive.letter
    if directive.argument == "" then return directives[directive.letter], unknown end
    local make = with_argument[directive.letter]
    if not make then return nil, unknown end
    return make(directive.argument)
end

local condition = S"<>"^0 * (P"!"^-1 * digit * digit * digit * ("," * digit * digit * digit)^0)^-1 * S"<>"^0
local escape = "\\" * C(digit * digit * digit + 1) / format.unescape
local plain = C((1 - space - S"%\\")^1)
local apache_format = Ct((
    Ct("%" * condition * Cg("{" * C((1 - P"}")^1) * "}" + Cc"", "argument") * Cg(1, "letter"))
    + white
    + Ct(Cg(l.Cf((plain + escape)^1, function(a, b) return a .. b end), "literal")))^0) * -1

function M.build_apache_grammar(log_format)
    local tokens = apache_format:match(log_format)
    if not tokens then error("could not parse the log_format configuration", 2) end
    for i, token in ipairs(tokens) do
        local made, why = apache_token(token)
        tokens[i] = made or error(why, 2)
    end
    local parts = with_parts(tokens)
    local grammar = format.access_grammar(tokens)
    return parts > 0 and grammar / add_time(parts) or grammar
end

-- nginx's error log

local severity = P(false)
for i, level in ipairs({ "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug" }) do
    severity = severity + P(level) * Cc(i - 1)
end

local error_time = Ct(dt.date_fullyear * "/" * dt.date_month * "/" * dt.date_mday * " "
    * dt.time_hour * ":" * dt.time_minute * ":" * dt.time_second)

M.nginx_error_grammar = Ct(
    Cg(error_time / dt.time_to_ns, "Timestamp") * " [" * Cg(severity, "Severity") * "] " * Cg(number, "Pid") * "#"
    * Cg(Ct(Cg(number, "tid") * ": " * ("*" * Cg(number, "connection") * " ")^-1), "Fields")
    * Cg((P(1) - P"\n" * -1)^0, "Payload"))

-- User agents

-- {what the user agent holds, what that means}; the first hit wins.
local systems = {
    { "iPod", "iPod" }, { "iPad", "iPad" }, { "iPhone", "iPhone" }, { "Android", "Android" }, { "BlackBerry", "BlackBerry" },
    { "Linux", "Linux" }, { "Macintosh", "Macintosh" }, { "Mozilla/5.0 (Mobile;", "FirefoxOS" },
    { "Windows NT 10.0", "Windows 10" }, { "Windows NT 6.3", "Windows 8.1" }, { "Windows NT 6.2", "Windows 8" },
    { "Windows NT 6.1", "Windows 7" }, { "Windows NT 6.0", "Windows Vista" }, { "Windows NT 5.1", "Windows XP" },
    { "Windows NT 5.0", "Windows 2000" },
}
local last_number = "/(%d+)[^/]*$"
local browsers = {
    { "Chrome", "Chrome/(%d+)" }, { "Opera Mini", last_number }, { "Opera Mobi", last_number }, { "Opera", last_number },
    { "MSIE", "MSIE (%d+)" }, { "Safari", last_number }, { "Firefox", "Firefox/(%d+)" },
}

local function first_hit(list, text)
    for _, item in ipairs(list) do
        if string.find(text, item[1], 1, true) then return item[1], item[2] end
    end
end

function M.normalize_user_agent(user_agent)
    local browser, version = first_hit(browsers, user_agent)
    if browser then version = tonumber(string.match(user_agent, version)) end
    local _, os = first_hit(systems, user_agent)
    return browser, version, os
end

return M
