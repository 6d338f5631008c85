package openstack

import (
	"os"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// discard takes drafts as a batch does, without encoding them.
type discard struct{ messages int }

func (o *discard) Emit(*message.Draft) { o.messages++ }

func newDecoder(t testing.TB) *Decoder {
	t.Helper()
	config := defaultConfig()
	config.Tz = "Europe/Paris"
	d, err := config.NewDecoder(&plugin.Env{})
	if err != nil {
		t.Fatal(err)
	}
	return d.(*Decoder)
}

// decodeLine gives one line to the decoder as a source does.
func decodeLine(d *message.Draft, line string, c *Decoder, out plugin.Emitter) error {
	d.Reset()
	d.Type, d.Logger, d.Hostname, d.Payload = "logfile", "nova_nova-api", "node-1", line
	d.SetTimestamp(1795161600000000000)
	d.SetUUID([16]byte{1})
	return c.Decode(d, out)
}

// httpLine has 262 bytes with its line end.
const httpLine = `2026-11-20 07:41:17.395 32198 INFO nova.osapi_compute.wsgi.server [req-febe7b22-098c-4930-a4bf-a8efa0e8661a b5ab03012b9c4ca28a2ea6297de0dc01 073b73073e114d8fb4c2b3de3a11a804 - - -] 127.0.0.1 "POST /v2.1/servers/detail HTTP/1.1" status: 200 len: 909 time: 0.0129926` + "\n"

func sampleLines(t testing.TB, keep func(string) bool) (lines []string) {
	t.Helper()
	data, err := os.ReadFile("../../../tests/samples/openstack/nova-api.log")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.SplitAfter(string(data), "\n") {
		if line != "" && keep(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

func benchmarkLines(b *testing.B, lines []string) {
	c := newDecoder(b)
	var d message.Draft
	var out discard
	bytes := 0
	for _, line := range lines {
		bytes += len(line)
	}
	b.SetBytes(int64(bytes / len(lines)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := decodeLine(&d, lines[i%len(lines)], c, &out); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRequestLine262Bytes(b *testing.B) { benchmarkLines(b, []string{httpLine}) }

func BenchmarkRequestLinesOfSample(b *testing.B) {
	benchmarkLines(b, sampleLines(b, func(s string) bool { return strings.Contains(s, " status: ") }))
}

func BenchmarkWholeSample(b *testing.B) {
	benchmarkLines(b, sampleLines(b, func(string) bool { return true }))
}

// jsonLines is what oslo.log's JSON formatter writes for a message and for an exception.
var jsonLines = []string{
	`{"message": "Creating image", "asctime": "2026-11-20 07:41:17", "name": "nova.virt.libvirt.driver", "msg": "Creating image", "args": [], "levelname": "INFO", "levelno": 20, "pathname": "/usr/lib/python3/dist-packages/nova/virt/libvirt/driver.py", "filename": "driver.py", "module": "driver", "lineno": 4211, "funcname": "_create_image", "created": 1795161677.395, "process": 32198, "traceback": null, "hostname": "ctl1", "context": {"request_id": "req-febe7b22-098c-4930-a4bf-a8efa0e8661a", "user_id": "b5ab03012b9c4ca28a2ea6297de0dc01", "project_id": "073b73073e114d8fb4c2b3de3a11a804", "is_admin": true}, "error_summary": ""}` + "\n",
	`{"message": "Unexpected \"error\"", "name": "nova.compute", "levelname": "ERROR", "created": 1795161677.395, "process": 32198, "traceback": ["Traceback (most recent call last):", "  File \"x.py\", line 1, in f", "ValueError: a\tb"], "context": {"request_id": null, "user": "a\u00e9"}}` + "\n",
}

func BenchmarkJSONLines(b *testing.B) { benchmarkLines(b, jsonLines) }

func TestNoAllocation(t *testing.T) {
	c := newDecoder(t)
	var d message.Draft
	var out discard
	lines := append(append(sampleLines(t, func(string) bool { return true }), jsonLines...), httpLine,
		"[pid: 21|app: 0|req: 24/72] 192.0.2.10 () {50 vars in 1043 bytes} [Fri Nov 20 07:18:44 2026] GET /v3 => generated 10 bytes in 9 msecs (HTTP/1.1 201) 6 headers\n",
		`{"message":"a\nb","levelname":"INFO","created":1795161600.5,"name":"nova","context":{"request_id":"req-0fd2a9ba-448d-40f5-995e-33e32ac5a6ba"}}`+"\n",
		"<142>Nov 20 07:18:44 ctl1 nova-api 2026-11-20 07:18:44.123 4321 INFO nova.api [-] through syslog\n")
	all := func() {
		for _, line := range lines {
			if err := decodeLine(&d, line, c, &out); err != nil {
				t.Fatal(err)
			}
		}
	}
	all()
	if n := testing.AllocsPerRun(3, all); n != 0 {
		t.Errorf("%v allocations for %d lines, want none", n, len(lines))
	}
}
