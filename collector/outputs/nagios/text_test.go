package nagios

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTruncate(t *testing.T) {
	f := func(s string, limit int, want string) {
		t.Helper()
		same(t, s, truncate(s, limit), want)
	}
	f("short", 5, "short")
	f("longer", 5, "longe")
	f(`foo\nba\nlong\nstring`, 10, `foo\nba`)
	f(`foo\nbar`, 3, "foo")
	f(`foo\nbar`, 4, "foo")
	f("üüü", 3, "ü")
	f("ü", 1, "")
	f("", 0, "")
}

func TestAlarmsInWords(t *testing.T) {
	f := func(payload, want string) {
		t.Helper()
		alarms, err := parseAlarms(payload)
		if err != nil {
			t.Fatal(err)
		}
		same(t, payload, strings.Join(describe(alarms), "\n"), want)
	}
	f(`{"alarms":[`+lowDisk+`]}`, `The filesystem is nearly full (CRITICAL, rule='min(fs_space_percent_free[fs="/"])<5', current=4.50)`)
	f(`{"alarms":[]}`, "")
	f(`{"alarms":[{"message":"m"}]}`, "m (, rule='()?', current=?)")
	f(`{"alarms":[{"message":"m","fields":{"b":2,"a":true},"value":null,"threshold":1e21,"hostname":"h"}]}`,
		`m (, rule='([a="true",b="2"])1e+21', current=?, host=h)`)
	f(`{"alarms":[{"message":"late","tags":{"dependency_level":"hint"},"value":"x"},{"message":"first","value":"7","threshold":"%"}]}`,
		"first (, rule='()%', current=7.00)\nOther related alarms:\nlate (, rule='()?', current=x)")
}

func TestHeartbeatNamesWhatNagiosRefuses(t *testing.T) {
	h := &heartbeat{}
	same(t, "text", h.text(started, 3, []string{"node-1 / cpu", "node-1 / disk"}),
		"lma_collector has been running for 0s and reports 3 services; Nagios takes no results for 2 of them, such as node-1 / cpu")
}

// Whatever a message holds, a result is one line that ends where it should.
func FuzzStatusText(f *testing.F) {
	f.Add(`{"alarms":[`+lowDisk+`]}`, "cpu", 100)
	f.Add("CRITICAL:a\nb|c;\x00\xff", "a;b", 3)
	f.Add(`{"alarms":[{"message":"\n|"}]}`, "", 3072)
	f.Fuzz(func(t *testing.T, payload, member string, limit int) {
		n, err := defaultConfig().Names(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, typ := range []string{"heka.sandbox.afd_node_metric", "other"} {
			r, err := newResult(n, withPayload(typ, member, payload))
			if err != nil {
				continue
			}
			out := truncate(r.text, max(limit%5000, 1))
			if strings.ContainsAny(out+r.host+r.service, "\n\r\t\x00|") || strings.Contains(r.host+r.service, ";") || !utf8.ValidString(out) {
				t.Errorf("%q, %q, %q", r.host, r.service, out)
			}
			if len(out) > max(limit%5000, 1) || r.text == "" {
				t.Errorf("%d bytes of %d", len(out), limit)
			}
			q := mustQuery(t, formBody("x", r, out))
			if q.Get("plugin_output") != out || q.Get("service") != r.service || len(q) != 8 {
				t.Errorf("%v", q)
			}
		}
	})
}
