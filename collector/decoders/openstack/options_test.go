package openstack

import (
	"fmt"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/tests/golden"
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

// sizes notes the payload sizes of messages.
type sizes []int

func (s *sizes) Emit(d *message.Draft) { *s = append(*s, len(d.Payload)) }

// TestEndlessTraceback shows that a traceback without end is let go, once, and its rest counted.
func TestEndlessTraceback(t *testing.T) {
	const head = "2026-11-20 07:18:44.125 12 ERROR nova.compute "
	golden.TooLong(t, build, head+"Traceback (most recent call last):", head, head+"[-] the next record")
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
