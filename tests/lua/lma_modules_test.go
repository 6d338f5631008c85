package lua

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// runLua runs statements of Lua in a filter, with a function same(got, want) that compares values.
func runLua(t *testing.T, statements string) sandbox.Outcome {
	t.Helper()
	script := filepath.Join(t.TempDir(), "case.lua")
	source := `
require "string"; require "table"; require "math"; require "os"
local function same(got, want)
    if type(got) ~= type(want) then error("got " .. tostring(got) .. ", want " .. tostring(want), 2) end
    if type(want) ~= "table" then
        if got ~= want then error("got " .. tostring(got) .. ", want " .. tostring(want), 2) end
        return
    end
    for k, v in pairs(want) do if type(v) ~= "table" and got[k] ~= v then error("[" .. tostring(k) .. "]: got " .. tostring(got[k]) .. ", want " .. tostring(v), 2) end end
    for k in pairs(got) do if want[k] == nil then error("[" .. tostring(k) .. "] is not wanted: " .. tostring(got[k]), 2) end end
end
function process_message()
` + statements + `
    return 0
end
function timer_event() end
`
	if err := os.WriteFile(script, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	out := open(t, plugin.KindFilter, script).Process(line("text"), time.Unix(1_795_000_000, 0))
	if out.Status != 0 {
		t.Errorf("status %d: %s", out.Status, out.Error)
	}
	return out
}

// What LMA's own tests ask of the modules that its scripts require.
func TestLMAModules(t *testing.T) {
	for name, statements := range map[string]string{
		"lma_utils": `
			local u = require "lma_utils"
			same(u.safe_json_encode({}), "{}")
			same(u.safe_json_encode(pairs), nil)
			local status, text = u.safe_inject_message({ Fields = { x = {} } })
			same(status, -1)
			assert(string.find(text, "unsupported type: nil$"), text)
			same(u.truncate("foo and long string", 10, "<BR/>"), "foo and lo")
			same(u.truncate("foo<BR/>ba<BR/>longstring", 10, "<BR/>"), "foo<BR/>ba")
			same(u.truncate("foo<BR/>bar<BR/>longstring", 10, "<BR/>"), "foo")
			same(u.truncate("foo<BR/>ba<BR/>long<BR/>string", 12, "<BR/>"), "foo<BR/>ba")
			same(u.convert_to_sec(1999999999), 1)
			same(u.message_timestamp("s", 1500000000), 1)
			same(u.label_to_severity_map.ERROR, 3)
			same(u.severity_to_label_map[3], "ERROR")
			same(u.metric_type.DERIVE, "derive")
			same({ u.chomp("a\n") }, { "a", 1 })
			same(u.inject_bulk_metric(0, "h", "l", "s"), nil)`,
		"lma_utils, syslog": `
			local u = require "lma_utils"
			local grammar = { match = function(self, text)
				if text == "no" then return nil end
				return { timestamp = 1.7e18, hostname = "n1", syslogtag = { programname = "cron", pid = 99 }, pri = { severity = 6, facility = 1 },
					msg = "first", inputname = "x" }
			end }
			local msg = {}
			same(u.parse_syslog_message(grammar, "no", msg), false)
			same(u.parse_syslog_message(grammar, "first\nextra\n", msg), true)
			same(msg, { Timestamp = 1.7e18, Hostname = "n1", Pid = 99, Severity = 6, Payload = "first\nextra", Fields = msg.Fields })
			same(msg.Fields, { programname = "cron", syslogfacility = 1, severity_label = "INFO", inputname = "x" })
			function grammar.match() return { msg = "m", timestamp = (os.time() + 300 * 24 * 3600) * 1e9, ["syslogseverity-text"] = 3 } end
			same(u.parse_syslog_message(grammar, "m", msg), true)
			same(msg.Severity, 3)
			same(msg.Pid, 0)
			same(msg.Timestamp < os.time() * 1e9, true)`,
		"table_utils": `
			local t = require "table_utils"
			same(t.item_pos("b", { "a", "b" }), 2)
			same(t.item_find("c", { "a", "b" }), false)
			same(t.item_find("c", nil), false)
			local original = { a = { b = 1 } }
			local copy = t.deepcopy(original)
			same(copy.a.b, 1)
			same(copy.a == original.a, false)
			local keys = ""
			for k in t.orderedPairs({ c = 1, a = 1, b = 1 }) do keys = keys .. k end
			same(keys, "abc")
			same(t.table_equal({ a = 1 }, { a = 1 }), true)
			same(t.table_equal({ a = 1 }, { a = 2 }), false)
			same(t.table_equal({ a = 1 }, { b = 1 }), false)`,
		"gse_utils": `
			local g = require "gse_utils"
			same(g.max_status(g.DOWN, g.WARN), g.DOWN)
			same(g.max_status(g.OKAY, g.WARN), g.WARN)
			same(g.max_status(g.UNKW, g.DOWN), g.DOWN)
			same(g.compare_threshold("3", ">=", 3), true)
			same(g.compare_threshold(2, "gt", 3), false)`,
		"accumulator": `
			local accumulator = require "accumulator"
			local got
			local full = accumulator.new(2, 5, function(items) got = #items end)
			full:append("a"); full:append("b")
			same(got, nil)
			full:append("c")
			same(got, 3)
			got = nil
			local old = accumulator.new(20, 1, function(items) got = #items end)
			old:append("a")
			old:flush((os.time() + 1) * 1e9)
			same(got, nil)
			old:flush((os.time() + 2) * 1e9)
			same(got, 1)
			old:flush((os.time() + 4) * 1e9)
			same(got, 0)`,
		"influxdb": `
			local influxdb = require "influxdb"
			local ms = influxdb.new("ms")
			same(ms:encode_datapoint(1e12, "foo", 1), "foo value=1.000000 1000000")
			same(ms:encode_datapoint(1e12, "foo", 'b"a\\r'), 'foo value="b\\"a\\\\r" 1000000')
			same(ms:encode_datapoint(1e12, "foo", 1, { tag2 = "t2", tag1 = "t 1", none = "" }), "foo,tag1=t\\ 1,tag2=t2 value=1.000000 1000000")
			same(ms:encode_datapoint(1e12, "f,o", { b = 2, a = 1 }, { ["k=y"] = "a=b" }), "f\\,o,k\\=y=a\\=b a=1.000000,b=2.000000 1000000")
			same(ms:encode_datapoint(1e12, "foo", true), 'foo value="true" 1000000')
			same(influxdb.new("s"):encode_datapoint(1e12, "foo", 1), "foo value=1.000000 1000")
			same(influxdb.new("us"):encode_datapoint(1e12, "foo", 1), "foo value=1.000000 1000000000")
			same(influxdb.new("h"):encode_datapoint(7.2e12, "foo", 1), "foo value=1.000000 2")
			same(influxdb.new():encode_datapoint(1454500800123456768, "foo", 1), "foo value=1.000000 1454500800123")
			same(ms:encode_datapoint(1e12, nil, 1), "")
			same(ms:encode_datapoint(nil, "foo", 1), "")
			same(ms:encode_datapoint(1e12, "foo", nil), "")
			same(ms:encode_datapoint(1e12, "foo", 0/0), "")
			same(ms:encode_datapoint(1e12, "foo", { a = math.huge, b = 1 }), "foo b=1.000000 1000000")`,
		"value_matching": `
			local new = require("value_matching").new
			same(new(">= 200 && < 300 || >= 500"):matches(204), true)
			same(new(">= 200 && < 300 || >= 500"):matches("foo"), false)
			same(new("=~ ^sd || nvme0n1"):matches("sda"), true)
			same(pcall(new, "&& 1"), false)`,
		"lma_time": `
			local lma_time = require "lma_time"
			same({ lma_time.parse("2016-02-03 10:11:12.5+0130 x") }, { 1454488872.5e9, 27, true })
			same({ lma_time.parse("x 2016-02-29T10:11:12Z", 3) }, { 1456740672e9, 23, true })
			same({ lma_time.parse("1970-01-01 00:00:00") }, { 0, 20, false })
			for _, bad in ipairs({ "", "2016-02-30 10:11:12", "2015-02-29 10:11:12", "2016-13-01 00:00:00", "2016-00-01 00:00:00", "2016-01-01 24:00:00", "1900-02-29 00:00:00" }) do
				same(lma_time.parse(bad), nil)
			end
			same({ lma_time.syslog("Nov  9 00:00:00 host") }, { 1794182400e9, 16 })
			same({ lma_time.syslog("Jan 01 00:00:01") }, { 1798761601e9, 16 }) -- the clock says 18 November 2026
			same(lma_time.syslog("Feb 30 00:00:00"), nil)
			same(lma_time.syslog("Foo 30 00:00:00"), nil)
			same(lma_time.not_ahead(1798761600e9), 1798761600e9)
			same(lma_time.not_ahead(1825000000.5e9), 1793464000.5e9)`,
		"json_text": `
			local member = require("json_text").member
			same(member('{"a": [1, {"b": "]}"}] , "b":null,"c" : "x\\"y" }', "a"), '[1, {"b": "]}"}]')
			same(member('{"a": [1], "b":null,"c" : "x\\"y" }', "b"), "null")
			same(member('{"a": [1], "b":null,"c" : "x\\"y" }', "c"), '"x\\"y"')
			same(member(' { "a" : 12345678901234567890 } ', "a"), "12345678901234567890")
			same(member('{"a":1,"a":2}', "a"), "2")
			for _, none in ipairs({ "", "{", "[]", '{"b":{"a":1}}', '{"a', '{"a":', '{"a":"x', '{"a":[', '{"b":1 "a":2}', '{x:1}' }) do same(member(none, "a"), nil) end`,
	} {
		t.Run(name, func(t *testing.T) { runLua(t, statements) })
	}
}

// A script may make AFD messages itself: of alarms that it adds one by one.
func TestAFDMessages(t *testing.T) {
	out := runLua(t, `
		local afd = require "afd"
		same(#afd.get_alarms(), 0)
		afd.add_to_alarms(3, "last", "cpu_idle", { fs = "/" }, {}, "<", 2, 5, 120, 1, "busy")
		afd.add_to_alarms(1, "avg", "m", nil, { dependency_level = "hint" }, ">", 0.123, 0.5, nil, nil, "maybe")
		local alarms = afd.get_alarms()
		same(alarms[1].severity, "CRITICAL")
		alarms[1].hostname = "node-1"
		same(afd.alarms_for_human(alarms), {
			"busy (CRITICAL, rule='last(cpu_idle[fs=\"/\"])<5', current=2.00, host=node-1)",
			"Other related alarms:",
			"maybe (WARN, rule='avg(m)>0.5', current=0.12)",
		})
		same(afd.inject_afd_service_metric("mysql", 3, "node-1", 0, "check"), 0)
		same(#afd.get_alarms(), 0)`)
	if len(out.Injected) != 1 {
		t.Fatalf("%d messages", len(out.Injected))
	}
	m := out.Injected[0]
	value, _ := m.Value("value")
	if m.Type() != "heka.sandbox.afd_service_metric" || m.Text("service") != "mysql" || m.Text("source") != "check" || value.Float() != 3 {
		t.Errorf("%s", message.AppendJSON(nil, m))
	}
	out = runLua(t, `same(require("afd").inject_afd_node_metric("controller", 0, "node-1", 0, "cpu", false), 0)`)
	m = out.Injected[0]
	if quiet, _ := m.Value("no_alerting"); m.Payload() != `{"alarms":[]}` || m.Text("node_role") != "controller" || !quiet.Bool() {
		t.Errorf("%s", message.AppendJSON(nil, m))
	}
}

// Datapoints that are too much for one message are sent in several, and one that no message can hold hides no other.
func TestBulkMetricsOfAnySize(t *testing.T) {
	script := filepath.Join(t.TempDir(), "bulk.lua")
	source := `
local lma_utils = require "lma_utils"
local string = require "string"
function process_message() return 0 end
function timer_event(ns)
    for i = 1, 1000 do
        lma_utils.add_to_bulk_metric("metric_" .. i, i, { name = i == 7 and string.rep("x", 70000) or string.rep("x", 100) })
    end
    local status, err = lma_utils.inject_bulk_metric(ns, "ctl1", nil, "test")
    inject_message({ Type = "result", Payload = status .. " " .. err })
end
`
	if err := os.WriteFile(script, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := sandbox.OpenOffline(sandbox.OfflineOptions{
		Kind: plugin.KindFilter, Name: "test", Hostname: "ctl1", Filename: script, ModuleDirectory: "../../lua_modules",
		Start: time.Unix(1_795_000_000, 0), MaxTimerInject: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	out := o.Tick(time.Unix(1_795_000_010, 0))
	points := 0
	for _, m := range out.Injected {
		points += strings.Count(m.Payload(), `"value":`)
	}
	last := out.Injected[len(out.Injected)-1].Payload()
	if points != 999 || last != "-1 the datapoint metric_7 is too large or cannot be written as JSON" {
		t.Errorf("%d datapoints in %d messages: %s", points, len(out.Injected), last)
	}
}
