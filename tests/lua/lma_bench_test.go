package lua

import (
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// BenchmarkLMAScripts is a message through some of LMA's scripts, with what the host does for it.
func BenchmarkLMAScripts(b *testing.B) {
	request := map[string]any{"http_method": "GET", "http_status": "200", "http_response_time": 0.25}
	notification := `{"event_type":"compute.instance.update","priority":"INFO","publisher_id":"compute.node-3","timestamp":"2016-02-03 10:11:12.345678",` +
		`"payload":{"tenant_id":"3e1c26d323ef323ee848f808f54d35bf","display_name":"vm","vcpus":2,"state":"active","created_at":"2016-02-03 10:11:00+00:00","metadata":{"a":[1,2]}}}`
	for _, c := range []struct {
		name, script string
		kind         plugin.Kind
		m            *message.Message
	}{
		{"libvirt_log", "decoders/libvirt_log.lua", plugin.KindDecoder, draft("logfile", "2016-02-03 10:11:12.126+0000: 4321: warning : text\n", nil)},
		{"notification", "decoders/notification.lua", plugin.KindDecoder, draft("amqp", notification, nil)},
		{"http_metrics_aggregator", "filters/http_metrics_aggregator.lua", plugin.KindFilter, draft("log", "", request)},
	} {
		b.Run(c.name, func(b *testing.B) {
			o := openLMA(b, c.kind, c.script, map[string]any{"interval": 10.0})
			b.ReportAllocs()
			for b.Loop() {
				if out := o.Process(c.m, time.Unix(1_795_000_001, 0)); out.Status != 0 {
					b.Fatalf("%+v", out)
				}
			}
		})
	}
}
