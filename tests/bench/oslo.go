package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// osloLines writes log lines of an API service: each HTTP request line has 262 bytes with its
// newline; every two hundredth begins a traceback of 13 lines instead. The last one is no traceback, which a
// decoder would hold. It gives the number of records.
func osloLines(w io.Writer, n int) (records int, err error) {
	out := bufio.NewWriterSize(w, 1<<20)
	at := time.Date(2026, 11, 20, 7, 18, 44, 0, time.UTC)
	for i := 0; i < n; i++ {
		at = at.Add(3 * time.Millisecond)
		stamp := at.Format("2006-01-02 15:04:05.000")
		records++
		if i%200 == 199 && i+13 < n {
			fmt.Fprintf(out, "%s 25746 ERROR nova.api.openstack Traceback (most recent call last):\n", stamp)
			for range 12 {
				fmt.Fprintf(out, "%s 25746 ERROR nova.api.openstack   File \"/usr/lib/python3/dist-packages/nova/api/openstack/wsgi.py\", line %d, in wrapped\n", stamp, 100+i%800)
			}
			i += 12
			continue
		}
		line := fmt.Sprintf("%s 25746 INFO nova.osapi_compute.wsgi.server [req-%08x-454c-4ed4-b365-fe17fe4adeed f9ed2bb0ed974a1ca0c27b1d9a0b9a8d 112245730b1f4858ab62e3673e1ee9e2 - - -] 192.0.2.%d \"GET /v2.1/servers/detail HTTP/1.1\" status: 200 len: 1893 time: 0.", stamp, i, 1+i%250)
		const length = 261
		if len(line) > length {
			return 0, fmt.Errorf("generated line has %d bytes", len(line))
		}
		out.WriteString(line)
		out.Write(bytes.Repeat([]byte("1"), length-len(line)))
		out.WriteByte('\n')
	}
	return records, out.Flush()
}

// osloNative decodes with OpenStackLogDecoder.
func osloNative(b *bench) (measure, error) {
	return osloToJSON(b, `type = "OpenStackLogDecoder"`, true)
}

// osloScript decodes with a script in the way of LMA's: four matches and ten fields, each line of a traceback a
// record.
func osloScript(b *bench) (measure, error) { return osloBy(b, b.script("openstack_log.lua"), false) }

// osloSite decodes with a script that gives what OpenStackLogDecoder gives (tests/golden compares the two): five
// matches, 13 fields, tracebacks gathered.
func osloSite(b *bench) (measure, error) {
	return osloBy(b, filepath.Join(b.root, "tests/golden/testdata/openstack_log.lua"), true)
}

func osloBy(b *bench, script string, gathers bool) (measure, error) {
	return osloToJSON(b, fmt.Sprintf("type = \"SandboxDecoder\"\nfilename = %q", script), gathers)
}

// osloToJSON: LogstreamerInput, the decoder, ESJsonEncoder, FileOutput. gathers tells that a traceback is one record.
func osloToJSON(b *bench, decoder string, gathers bool) (measure, error) {
	logs := filepath.Join(b.dir, "log")
	if err := os.MkdirAll(logs, 0o755); err != nil {
		return measure{}, err
	}
	f, err := os.Create(filepath.Join(logs, "nova-api.log"))
	if err != nil {
		return measure{}, err
	}
	lines := b.n(1_000_000)
	records, err := osloLines(f, lines)
	if err != nil {
		return measure{}, err
	}
	if err := f.Close(); err != nil {
		return measure{}, err
	}
	if !gathers {
		records = lines
	}
	out := filepath.Join(b.dir, "out.json")
	c, err := b.start(fmt.Sprintf(`
[nova_logstreamer]
type = "LogstreamerInput"
log_directory = %q
file_match = '(?P<Service>.+)\.log'
differentiator = ["nova", "_", "Service"]
decoder = "openstack_decoder"
[openstack_decoder]
%s
[elasticsearch_encoder]
type = "ESJsonEncoder"
[json_output]
type = "FileOutput"
path = %q
encoder = "elasticsearch_encoder"
message_matcher = "Type == 'log'"
flush_count = 500
flush_operator = "OR"
`, logs, decoder, out))
	if err != nil {
		return measure{}, err
	}
	var seen lineCounter
	err = waitFor(2*time.Minute, "the last document", func() bool { return seen.count(out) >= 2*records })
	if err != nil {
		return c.kill(fmt.Errorf("%w (%d of %d lines)", err, seen.lines, 2*records))
	}
	return c.stop(lines)
}

// lineCounter counts the lines of a growing file.
type lineCounter struct {
	offset int64
	lines  int
	buf    []byte
}

func (l *lineCounter) count(path string) int {
	f, err := os.Open(path)
	if err != nil {
		return l.lines
	}
	defer f.Close()
	if l.buf == nil {
		l.buf = make([]byte, 1<<20)
	}
	for {
		n, err := f.ReadAt(l.buf, l.offset)
		l.lines += bytes.Count(l.buf[:n], []byte("\n"))
		l.offset += int64(n)
		if err != nil || n == 0 {
			return l.lines
		}
	}
}
