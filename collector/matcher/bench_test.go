package matcher

import (
	"fmt"
	"testing"

	"lma_collector/collector/message"
)

// metricMessage is a datapoint as the collectd decoder makes it.
func metricMessage(t testing.TB, name string) *message.Message {
	var d message.Draft
	d.SetUUID([16]byte{1, 2, 3})
	d.SetTimestamp(1700000000123456789)
	d.Type, d.Logger, d.Hostname = "metric", "collectd", "node-1"
	d.SetSeverity(6)
	d.SetPid(0)
	d.Payload = `{"host":"node-1","interval":10,"plugin":"cpu","type":"percent","values":[99.5]}`
	d.AddInt("interval", "", 10)
	d.AddString("source", "cpu")
	d.AddString("type", "gauge")
	d.AddString("hostname", "node-1")
	d.AddString("name", name)
	d.AddFloat("value", "", 99.5)
	d.AddString("cpu_number", "0")
	d.AddStrings("tag_fields", []string{"cpu_number"})
	d.AddString("environment_label", "prod")
	d.AddString("openstack_region", "RegionOne")
	return sealed(t, &d)
}

// afdMatchers are n matchers as alarms have them: one type, different metrics.
func afdMatchers(t testing.TB, n int) []*Matcher {
	ms := make([]*Matcher, n)
	for i := range ms {
		ms[i] = parse(t, fmt.Sprintf("(Type == 'metric' || Type == 'heka.sandbox.metric') && (Fields[name] == 'metric_%d' || Fields[name] == 'metric_%d')", i, i+1))
	}
	return ms
}

func benchmarkSet(b *testing.B, ms []*Matcher, m *message.Message, want int) {
	set := NewSet(ms)
	var scratch Scratch
	hits := set.Match(m, &scratch, nil)
	if len(hits) != want {
		b.Fatalf("hits %v, want %d", hits, want)
	}
	b.ReportAllocs()
	for b.Loop() {
		hits = set.Match(m, &scratch, hits[:0])
	}
}

func BenchmarkSetAFD144(b *testing.B) {
	b.Run("two match", func(b *testing.B) { benchmarkSet(b, afdMatchers(b, 144), metricMessage(b, "metric_77"), 2) })
	b.Run("none match", func(b *testing.B) { benchmarkSet(b, afdMatchers(b, 144), metricMessage(b, "cpu_idle"), 0) })
	b.Run("other type", func(b *testing.B) { benchmarkSet(b, afdMatchers(b, 144), webMessage(b), 0) })
}

func BenchmarkSetConfD(b *testing.B) {
	ms := afdMatchers(b, 40)
	for _, expr := range []string{
		"Type == 'log'", "Type == 'log' || Type == 'notification'", "Fields[aggregator] == NIL && Type =~ /^heka\\.sandbox\\.afd_/",
		"Type == 'metric' || Type == 'heka.sandbox.metric' || Type == 'heka.sandbox.bulk_metric'", "Type == 'heka.sandbox.gse_service_cluster_metric'",
		"Type == 'log' && Logger =~ /^openstack\\./ && Fields[http_status] != NIL", "Type =~ /gse_.*metric$/", "TRUE",
	} {
		ms = append(ms, parse(b, expr))
	}
	b.Run("metric", func(b *testing.B) { benchmarkSet(b, ms, metricMessage(b, "metric_7"), 4) })
	b.Run("other", func(b *testing.B) { benchmarkSet(b, ms, webMessage(b), 1) })
}

func BenchmarkMatch(b *testing.B) {
	m := webMessage(b)
	for _, c := range []struct{ name, expr string }{
		{"type", "Type == 'nginx.access'"},
		{"prefix", "Type =~ /^nginx\\./"},
		{"field", "Fields[code] == '200'"},
		{"regexp", "Payload =~ /GET \\/[a-z.]+ 2\\d\\d/"},
		{"uuid", "Uuid =~ /2b3c/"},
		{"typical", "(Type == 'log' || Type == 'nginx.access') && Severity <= 4 && Fields[status] >= 200"},
	} {
		b.Run(c.name, func(b *testing.B) {
			matcher := parse(b, c.expr)
			if !matcher.Match(m) {
				b.Fatal("no match")
			}
			b.ReportAllocs()
			for b.Loop() {
				matcher.Match(m)
			}
		})
	}
}
