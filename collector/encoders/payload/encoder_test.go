package payload

import (
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func seal(payload string) *message.Message {
	d := message.Draft{Payload: payload}
	d.SetTimestamp(1454500800123456789)
	b := message.NewBatch()
	b.Append(&d)
	return b.At(0)
}

func TestEncode(t *testing.T) {
	f := func(payload, want string, change func(*Config)) {
		t.Helper()
		c := defaultConfig()
		change(c)
		e, err := c.encoder(time.FixedZone("", 3600))
		if err != nil {
			t.Fatal(err)
		}
		e.now = func() time.Time { return time.Date(2020, 5, 6, 7, 8, 9, 0, time.UTC) }
		if got, _ := e.Encode([]byte(">"), seal(payload)); string(got) != ">"+want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f("x", "x\n", func(*Config) {})
	f("x\n", "x\n\n", func(*Config) {})
	f("x", "x", func(c *Config) { c.AppendNewlines = false })
	f("x", "[2016/Feb/03:13:00:00 +0100] x\n", func(c *Config) { c.PrefixTS = true })
	f("x", "[2020/May/06:08:08:09 +0100] x\n", func(c *Config) { c.PrefixTS, c.TSFromMessage = true, false })
	f("x", "13:00 x\n", func(c *Config) { c.PrefixTS, c.TSFormat = true, "%H:%M " })
}

func TestOptionErrors(t *testing.T) {
	c := defaultConfig()
	c.TSFormat = "%Q"
	_, err := c.NewEncoder(&plugin.Env{})
	want := "ts_format: %Q is no strftime directive; there are aAbBcCdDeFfgGhHIjklLmMnNpPrRsStTuUvVwWxXyYzZ%"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func BenchmarkEncode(b *testing.B) {
	c := defaultConfig()
	c.PrefixTS = true
	e, _ := c.encoder(time.Local)
	m := seal("10.0.0.1 \"GET /v2.1/servers/detail HTTP/1.1\" status: 200 len: 1893 time: 0.2477829")
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = e.Encode(buf[:0], m)
	}
}
