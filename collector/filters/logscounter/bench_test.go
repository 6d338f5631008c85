package logscounter

import (
	"fmt"
	"testing"
	"time"

	"lma_collector/collector/message"
)

// requests are messages as an API service's HTTP request lines become, of some loggers.
func requests(tb testing.TB, loggers int) (list []*message.Message) {
	tb.Helper()
	for i := range 64 {
		d := message.Draft{Type: "log", Logger: fmt.Sprintf("openstack.service%d", i%loggers), Hostname: "ctl1", Payload: "GET /v2.1/servers/detail HTTP/1.1"}
		d.SetUUID([16]byte{byte(i)})
		d.SetTimestamp(start.UnixNano())
		d.SetSeverity(6)
		d.SetPid(25746)
		d.AddString("severity_label", []string{"INFO", "WARNING", "DEBUG", "ERROR"}[i/8%4])
		d.AddString("programname", "nova-api")
		d.AddString("python_module", "nova.osapi_compute.wsgi.server")
		d.AddString("http_method", "GET")
		d.AddInt("http_status", "", 200)
		m, err := message.Index(d.Encode(nil))
		if err != nil {
			tb.Fatal(err)
		}
		list = append(list, &m)
	}
	return list
}

func BenchmarkProcess(b *testing.B) {
	for _, loggers := range []int{1, 8} {
		b.Run(fmt.Sprintf("loggers=%d", loggers), func(b *testing.B) {
			r, list := newRun(b, nil), requests(b, loggers)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := r.filter.Process(list[i%len(list)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkTick(b *testing.B) {
	r := newRun(b, nil)
	for _, m := range requests(b, 10) {
		if err := r.filter.Process(m); err != nil {
			b.Fatal(err)
		}
	}
	r.env.Inject = func(*message.Draft) error { return nil }
	b.ReportAllocs()
	for now := start; b.Loop(); {
		now = now.Add(time.Minute)
		r.tick(now)
	}
}

func TestNoAllocation(t *testing.T) {
	r, list := newRun(t, nil), requests(t, 8)
	list = append(list, logMessage(t, "openstack.nova", "info", 6, start), logMessage(t, "system.kern", "INFO", 6, start))
	all := func() {
		for _, m := range list {
			_ = r.filter.Process(m) // that of system.kern fails
		}
	}
	all()
	if n := testing.AllocsPerRun(10, all); n != 0 {
		t.Errorf("%v allocations for %d messages, want none", n, len(list))
	}
}
