package lua

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// No record brings a decoder down.
func FuzzLMADecoders(f *testing.F) {
	for _, text := range []string{
		"", "\n", "2016-02-03 10:11:12.126+0000: 4321: warning : text\n", "2016-02-03T10:11:12.345Z|00012|bridge|WARN|text\n",
		"Apr 29 13:23:46 [24164] node-32 crmd: error: x\n", "<14>Feb  3 10:11:12 node-1 cron[99]: job done\n",
		`192.168.0.3 - - [03/Feb/2016:10:11:12 +0000] "POST /v2.0/tokens HTTP/1.1" 200 4196 84321 "-" "x"` + "\n",
		"vip__public 1\n", `[{"name":"a","value":1},{"name":"b","values":{"x":false},"tags":{"t":"u"}},{"name":7}]`,
		`{"event_type":"volume.x","payload":{"host":"n","created_at":"2016-02-03 10:11:12","vcpus":[1,2]},"publisher_id":"a.b","timestamp":"2016-02-03T10:11:12Z"}`,
		`{"oslo.message":"{\"payload\":[{\"counter_name\":\"cpu\",\"resource_id\":\"r\"}]}"}`,
		`{"oslo.version":"2.0","oslo.message":"{\"event_type\":\"x\",\"payload\":[]}"}`,
	} {
		f.Add(text, int64(1_454_494_272e9))
	}
	config := map[string]any{
		"tz": "Europe/Paris", "deserialize_bulk_metric_for_loggers": "openstack.nova",
		"syslog_pattern":     `<%PRI%>%TIMESTAMP% %HOSTNAME% %syslogtag%%msg:::sp-if-no-1st-sp%%msg%\n`,
		"apache_log_pattern": `%h %l %u %t \"%r\" %>s %b %D \"%{Referer}i\" \"%{User-Agent}i\"`,
	}
	decoders := map[string]*sandbox.Offline{}
	for _, script := range []string{"ceilometer", "keystone_wsgi_log", "libvirt_log", "metric", "notification", "ovs_log", "pacemaker_log", "pacemaker_resources"} {
		decoders[script] = openLMA(f, plugin.KindDecoder, "decoders/"+script+".lua", config)
	}
	f.Fuzz(func(t *testing.T, text string, ns int64) {
		for script, decoder := range decoders {
			d := &message.Draft{Type: "bulk_metric", Logger: "openstack.nova", Hostname: "ctl1", Payload: text}
			d.SetTimestamp(ns)
			b := message.NewBatch()
			b.Append(d)
			if out := decoder.Process(b.At(0), time.Unix(1_795_000_000, 0)); out.Terminated || out.Status > 0 {
				t.Errorf("%s died of %q: %s", script, text, out.Error)
			}
		}
	})
}

// A member's text is what another reader of JSON finds.
func FuzzJSONMember(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"a":1}`, `{"a" : {"a":[1,"]}",{}]} , "b":"\"a\""}`, `{"b":[[],"a"],"a":null,"a":-1.5e300}`, ` {"a":"\\"}`, `[{"a":1}]`, `{"\u0061":1}`, `{"a":`,
	} {
		f.Add(text)
	}
	script := filepath.Join(f.TempDir(), "member.lua")
	source := `
local member = require("json_text").member
function process_message()
    inject_message({ Type = "member", Payload = member(read_message("Payload"), "a") })
    return 0
end
function timer_event() end
`
	if err := os.WriteFile(script, []byte(source), 0o600); err != nil {
		f.Fatal(err)
	}
	filter := openLMA(f, plugin.KindFilter, script, nil)
	f.Fuzz(func(t *testing.T, text string) {
		out := filter.Process(line(text), time.Unix(1_795_000_000, 0))
		if out.Status != 0 || len(out.Injected) != 1 {
			t.Fatalf("%q: %+v", text, out)
		}
		var members map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &members) != nil {
			return // what no decoder takes is never asked for
		}
		got, want := out.Injected[0].Payload(), string(members["a"])
		if got != want && got != "" { // a name with escapes is not found
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	})
}
