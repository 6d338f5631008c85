-- Finds anomalies in circular buffers, as a configuration text says:
--
--   roc("name", col, win, hwin, sd, loss_of_data, start_of_data)
--       the average of the last win rows differs from that of the win rows before by more than sd
--       standard deviations of the hwin rows before those (0: of the whole buffer)
--   mww("name", col, win, nwin, pvalue, decreasing|increasing|any)
--       by the Mann-Whitney test the last win rows differ from more than a quarter of nwin such windows
--   mww_nonparametric("name", col, win, nwin, pstat)
--       the same without the assumption of a normal distribution
--
--   parse_config(text)           -> the configuration, nil for nil; an error for a text that is none
--   detect(ns, name, cbuf, conf) -> messages (lines) and annotations, or nothing

local l = require "lpeg"
local math = require "math"
local string = require "string"
local table = require "table"
local annotation = require "annotation"
l.locale(l)

local error, ipairs, tonumber = error, ipairs, tonumber
local P, C, Cc, Cg, Cs, Ct = l.P, l.C, l.Cc, l.Cg, l.Cs, l.Ct

local M = {}

-- Configuration

local comma = "," * P" "^0
local integer = l.digit^1 / tonumber
local decimal = l.digit^1 * ("." * l.digit^1)^-1 / tonumber
local fraction = P"0" * ("." * l.digit^1)^-1 / tonumber
local boolean = P"true" * Cc(true) + P"false" * Cc(false)
local name = '"' * Cs((P'""' / '"' + (1 - P'"'))^1) * '"'

local function call(algorithm, ...)
    local p = P(algorithm .. "(") * name
    local arguments = Cg(Cc(algorithm), "algorithm")
    for _, argument in ipairs({ ... }) do arguments = arguments * comma * Cg(argument[2], argument[1]) end
    return p * Ct(arguments) * ")"
end

local col, win, nwin = { "col", integer }, { "win", integer }, { "nwin", integer }
local algorithm = call("roc", col, win, { "hwin", integer }, { "sd", decimal }, { "loss_of_data", boolean }, { "start_of_data", boolean })
    + call("mww", col, win, nwin, { "pvalue", decimal }, { "trend", C(P"decreasing" + "increasing" + "any") })
    + call("mww_nonparametric", col, win, nwin, { "pstat", fraction })

local grammar = l.Cf(Ct"" * Cg(l.space^0 * algorithm)^1 * -1, function(conf, key, arguments)
    conf[key] = conf[key] or {}
    table.insert(conf[key], arguments)
    return conf
end)

function M.parse_config(text)
    if text == nil then return nil end
    return grammar:match(text) or error("could not parse the anomaly_config", 2)
end

-- Detection. A view is what the algorithms look at: the buffer, its current time T, the length of its
-- rows in ns and their number.

local function out_of_range(view, ranges)
    error(string.format("%s - algorithm: %s col: %d msg: %s arguments out of range (rows=%d)",
        view.name, view.args.algorithm, view.args.col, ranges, view.rows), 0)
end

local function roc(view)
    local a, buffer, row = view.args, view.buffer, view.row
    if 3 * a.win >= view.rows or a.hwin > 0 and a.hwin < a.win then
        out_of_range(view, string.format("win=%d hwin=%d", a.win, a.hwin))
    end
    local now, width = view.now, a.win * row
    local current, new = buffer:compute("avg", a.col, now - width, now - row)
    local previous, old = buffer:compute("avg", a.col, now - 2 * width, now - width - row)
    if a.loss_of_data and old > 0 and new == 0 then return "no new data" end
    if a.start_of_data and old == 0 and new > 0 then return "unexpected data" end

    local first = now - (view.rows - 1) * row
    if a.hwin > 0 then first = math.max(first, now - 2 * width - a.hwin * row) end
    local sd = buffer:compute("sd", a.col, first, now - 2 * width - row)
    if math.abs(current - previous) > sd * a.sd then
        return string.format("detected anomaly, standard deviation exceeds %G", a.sd)
    end
end

-- windows calls f with the beginning and end of each window before the current one, latest first.
local function windows(view, f)
    local a, row = view.args, view.row
    if a.win * a.nwin >= view.rows then
        out_of_range(view, string.format("win=%d nwin=%d", a.win, a.nwin))
    end
    local width = a.win * row
    -- 1 ns is less than the distance of two numbers at today's times: the last window counts.
    for start = view.now - 2 * width, view.now - a.nwin * width + 1, -width do
        f(start, start + width - row)
    end
end

local function mann_whitney(view, start, stop)
    return view.buffer:mannwhitneyu(view.args.col, view.now - view.args.win * view.row, view.now - view.row, start, stop)
end

local function mww(view)
    local a, buffer = view.args, view.buffer
    local current = buffer:compute("avg", a.col, view.now - a.win * view.row, view.now - view.row)
    local count = 0
    windows(view, function(start, stop)
        local _, p = mann_whitney(view, start, stop)
        if not p or not (p < a.pvalue) then return end
        local average = buffer:compute("avg", a.col, start, stop)
        if a.trend == "any" or a.trend == "decreasing" and average > current or a.trend == "increasing" and average < current then
            count = count + 1
        end
    end)
    if count <= a.nwin / 4 then return nil end
    if a.trend == "any" then return "detected anomaly" end
    return "detected anomaly, " .. a.trend .. " values"
end

local function mww_nonparametric(view)
    local a = view.args
    local sum = 0
    windows(view, function(start, stop)
        local u = mann_whitney(view, start, stop)
        if u then sum = sum + u / (a.win * a.win) - 0.5 end
    end)
    local result = sum / (a.nwin - 1) + 0.5
    if a.pstat < 0.5 and result < a.pstat or a.pstat > 0.5 and result > a.pstat then
        return string.format("detected anomaly, pstat: %G", result)
    end
end

local algorithms = { roc = roc, mww = mww, mww_nonparametric = mww_nonparametric }

function M.detect(ns, name, cbuf, conf)
    if cbuf:get(ns, 1) == nil then cbuf:add(ns, 1, 0 / 0) end -- it stands in the present
    local list = conf[name]
    if not list then return end
    local rows, _, seconds_per_row = cbuf:get_configuration()
    list.interval = seconds_per_row * 1e9
    if list.last_run and ns < list.last_run + list.interval then return end
    list.last_run = ns - ns % list.interval

    local messages, annotations = {}, {}
    local view = { name = name, buffer = cbuf, rows = rows, row = list.interval, now = cbuf:current_time() }
    for _, args in ipairs(list) do
        view.args = args
        local text = algorithms[args.algorithm](view)
        if text then
            messages[#messages + 1] = string.format("%s - algorithm: %s col: %d msg: %s", name, args.algorithm, args.col, text)
            annotations[#annotations + 1] = annotation.create(view.now, args.col, "A", text)
        end
    end
    if #messages == 0 then return end
    return table.concat(messages, "\n"), annotations
end

return M
