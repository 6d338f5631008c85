package matcher

import (
	"testing"

	"lma_collector/collector/message"
)

// sealed gives the message of a draft.
func sealed(t testing.TB, d *message.Draft) *message.Message {
	t.Helper()
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

// webMessage is the message that the documented examples speak of.
func webMessage(t testing.TB) *message.Message {
	var d message.Draft
	uuid, _ := message.ParseUUID("0f6c3a52-1b7d-4c8e-9a10-2b3c4d5e6f70")
	d.SetUUID(uuid)
	d.SetTimestamp(1700000000123456789)
	d.Type, d.Logger, d.EnvVersion = "nginx.access", "edge-01", "1.2"
	d.SetSeverity(4)
	d.Payload = "GET /index.html 200\n"
	d.SetPid(4242)
	d.AddInt("status", "", 200)
	d.AddList("latency", "", message.FloatValue(0.25), message.FloatValue(0.5))
	d.AddString("host", "a.example.com")
	d.AddStrings("host", []string{"b.example.com", "c.example.com"})
	d.AddBool("secure", true)
	d.AddBool("cached", false)
	d.AddBytes("raw", []byte("abc"))
	d.AddString("code", "200")
	d.AddStrings("empty", nil)
	d.AddInt("neg", "", -3)
	d.AddInt("zero", "", 0)
	d.AddString("flag", "TRUE")
	d.AddString("a[b", "x")
	return sealed(t, &d)
}

func parse(t testing.TB, expr string) *Matcher {
	t.Helper()
	m, err := Parse(expr)
	if err != nil {
		t.Fatalf("Parse(%q): %v", expr, err)
	}
	return m
}
