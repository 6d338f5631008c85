package openstack

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/logline"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func TestOptionMistakes(t *testing.T) {
	config := defaultConfig()
	config.Tz, config.SyslogPattern = "Mars/Base", "%NOSUCH%"
	_, err := config.NewDecoder(&plugin.Env{})
	want := `tz: unknown time zone Mars/Base; use an IANA name such as "Europe/Paris" or "UTC"
syslog_pattern: invalid rsyslog property "NOSUCH" at character 1 of the template; write it as in rsyslog, such as "<%PRI%>%TIMESTAMP% %HOSTNAME% %syslogtag%%msg%\\n"`
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

func TestIsRegistered(t *testing.T) {
	typ, ok := plugin.Lookup("OpenStackLogDecoder")
	if !ok || typ.Kind != plugin.KindDecoder {
		t.Fatal("OpenStackLogDecoder is not registered")
	}
	if _, err := typ.NewConfig().(plugin.DecoderConfig).NewDecoder(&plugin.Env{}); err != nil {
		t.Error(err)
	}
}

// sizes notes the payload sizes of messages.
type sizes []int

func (s *sizes) Emit(d *message.Draft) { *s = append(*s, len(d.Payload)) }

// TestEndlessTraceback shows that a traceback without end is let go, once, and its rest counted.
func TestEndlessTraceback(t *testing.T) {
	c := newDecoder(t)
	var d message.Draft
	var out sizes
	const head = "2026-11-20 07:18:44.125 12 ERROR nova.compute "
	feed := func(text string) {
		if err := decodeLine(&d, head+text+"\n", c, &out); err != nil {
			t.Fatal(err)
		}
	}
	feed("Traceback (most recent call last):")
	for range 3 * logline.MaxRecord / 1000 {
		feed(strings.Repeat("x", 1000))
	}
	if len(out) != 1 || out[0] != logline.MaxRecord || c.Held() != 0 {
		t.Errorf("messages of %v bytes, %d records held; want one of %d", out, c.Held(), logline.MaxRecord)
	}
	if c.hold.Cut.Value() != 1 || c.hold.Dropped.Value() < 500 {
		t.Errorf("%d cut, %d lines dropped", c.hold.Cut.Value(), c.hold.Dropped.Value())
	}
	feed("[-] the next record")
	c.Release(&out)
	if len(out) != 2 || c.HoldTime() != time.Second {
		t.Errorf("%d messages, want 2", len(out))
	}
}

// TestHeldCountsLines shows what a source must know for its position.
func TestHeldCountsLines(t *testing.T) {
	c := newDecoder(t)
	var d message.Draft
	var out sizes
	for i, line := range []string{"2026-11-20 07:18:44.125 12 WARNING nova.conf [-] a text", "of two lines"} {
		if err := decodeLine(&d, line+"\n", c, &out); err != nil || c.Held() != i+1 {
			t.Errorf("%d records held after line %d, error %v", c.Held(), i+1, err)
		}
	}
	if err := decodeLine(&d, "2026-99-20 07:18:44\n", c, &out); err == nil || len(out) != 0 || c.Held() != 3 {
		t.Errorf("a malformed line let %d messages go", len(out))
	}
	if err := decodeLine(&d, httpLine, c, &out); err != nil || len(out) != 2 || c.Held() != 0 {
		t.Errorf("%d messages after a request line, %d held", len(out), c.Held())
	}
}

func ExampleDecoder() {
	decoder, _ := defaultConfig().NewDecoder(&plugin.Env{})
	d := message.Draft{Logger: "nova_nova-api", Payload: httpLine}
	_ = decoder.Decode(&d, emitFunc(func(d *message.Draft) {
		status, _ := d.Value("http_status")
		fmt.Println(d.Logger, status.Int())
	}))
	// Output: openstack.nova 200
}

type emitFunc func(*message.Draft)

func (f emitFunc) Emit(d *message.Draft) { f(d) }
