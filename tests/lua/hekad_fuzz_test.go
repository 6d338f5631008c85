package lua

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// fuzzed opens a script of lua_modules.
func fuzzed(f *testing.F, kind plugin.Kind, script string, config map[string]any) *sandbox.Offline {
	f.Helper()
	o, err := sandbox.OpenOffline(sandbox.OfflineOptions{
		Kind: kind, Name: "fuzz", Filename: script, ModuleDirectory: "../../lua_modules", Config: config, Start: time.Unix(1_795_000_000, 0),
	})
	if err != nil {
		f.Fatalf("%s: %v", script, err)
	}
	f.Cleanup(func() { o.Close() })
	return o
}

// No record brings a decoder down.
func FuzzHekadDecoders(f *testing.F) {
	for _, text := range []string{
		"", "bogus", "{}", "[1]", "7", "null", `{"a":{"b":[1,{"c":null}]},"level":"x","time":1}`, "0.00 0.01 0.05 3/153 660\n",
		"MemTotal: 1 kB\n", "1 2 3 4 5 6 7 8 9 10 11\n", "cpu  1 2\n", "Ip: A B\nIp: 1 -2\n",
		"Inter-| Receive | Transmit\n face |bytes|bytes\nlo: 1 2\n", "28 Feb 10 12:58:58 testhost widget[4322]: test message.\n",
		"2014/02/09 13:03:31 [error] 9#8: *7 x", `127.0.0.1 - - [10/Feb/2014:08:46:41 -0800] "GET / HTTP/1.1" 304 0`,
		"27-May-2015 21:06:49.246 queries: info: client 10.0.1.70#41242 (a.b): query: a.b IN A +E (10.0.1.71)",
		"# Query_time: 2.5  Lock_time: 0.5 Rows_sent: 1  Rows_examined: 2\nSET timestamp=1399500744;\nselect 123;\n",
		"Active connections: 1\nserver accepts handled requests\n 1 2 3\nReading: 6 Writing: 179 Waiting: 106\n",
	} {
		f.Add(text)
	}
	config := map[string]any{
		"template": "%pri% %TIMESTAMP% %HOSTNAME% %syslogtag%%msg:::sp-if-no-1st-sp%%msg%\\n", "map_fields": true, "Severity": "level",
		"Timestamp": "time", "Uuid": "a", "payload_keep": true, "truncate_sql": int64(4), "user_agent_transform": true,
	}
	decoders := map[string]*sandbox.Offline{}
	for _, script := range hekadScripts {
		if filepath.Dir(script) != "decoders" {
			continue
		}
		config["log_format"] = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent`
		if script == "decoders/apache_access.lua" {
			config["log_format"] = `%h %l %u %t \"%r\" %>s %b`
		}
		decoders[script] = fuzzed(f, plugin.KindDecoder, "../../lua_modules/"+script, config)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for script, decoder := range decoders {
			if out := decoder.Process(line(text), time.Unix(1_795_000_000, 0)); out.Terminated || out.Status > 0 {
				t.Errorf("%s died of %q: %s", script, text, out.Error)
			}
		}
	})
}

// A format of a log that a user writes gives a grammar or an error.
func FuzzLogFormats(f *testing.F) {
	for _, format := range []string{
		`$remote_addr - $remote_user [$time_local] "$request" $status`, `%h %{%F %T}t \"%r\" %>s %{X-y}i%%`, "%pri% x;%msg%\\n", "%c %%", "$", "%", "\\",
		"%{hextid}P%400,501{a}i", "%$now% %structured-data%", "%a:1:$:date-rfc3339%",
	} {
		f.Add(format, "127.0.0.1 x")
	}
	script := filepath.Join(f.TempDir(), "formats.lua")
	source := `
local clf, syslog, dt = require "common_log_format", require "syslog", require "date_time"
function process_message()
    local format, text = read_message("Logger"), read_message("Payload")
    for _, build in ipairs({ clf.build_nginx_grammar, clf.build_apache_grammar, syslog.build_rsyslog_grammar, dt.build_strftime_grammar }) do
        local ok, grammar = pcall(build, format)
        if ok then grammar:match(text) elseif type(grammar) ~= "string" then return 1, "no text" end
    end
    return 0
end
function timer_event() end
`
	if err := os.WriteFile(script, []byte(source), 0o600); err != nil {
		f.Fatal(err)
	}
	o := fuzzed(f, plugin.KindFilter, script, nil)
	f.Fuzz(func(t *testing.T, format, text string) {
		if len(format) > 200 { // each byte may become a pattern
			return
		}
		b := message.NewBatch()
		b.Append(&message.Draft{Logger: format, Payload: text})
		if out := o.Process(b.At(0), time.Unix(1_795_000_000, 0)); out.Terminated || out.Status != 0 {
			t.Errorf("%q with %q: %+v", format, text, out)
		}
	})
}
