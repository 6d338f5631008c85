package integration

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/tests/servers"
)

// novaLine is a line of Nova with a text.
func novaLine(text string) string {
	return "2026-11-20 07:18:44.123 77 INFO nova.compute.manager [-] " + text + "\n"
}

// novaToFile reads logs/nova-compute.log of the collector's folder into out.json.
func novaToFile(t *testing.T) *collector {
	t.Helper()
	c := configure(t, "")
	c.add(logSection(c.within("logs/nova-compute.log"), "nova_nova-compute", "OpenStackLogDecoder") + c.jsonFile("out.json", "Type == 'log'"))
	return c
}

func TestLineOf100MBWithoutEnd(t *testing.T) {
	t.Parallel()
	c := novaToFile(t)
	c.appendTo("logs/nova-compute.log", novaLine("before"))
	chunk := strings.Repeat("x", 1<<20)
	for range 100 {
		c.appendTo("logs/nova-compute.log", chunk)
	}
	c.Start()
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "before"})
	c.waitCounter("log_logstreamer", "skipped_bytes", 99<<20)
	c.appendTo("logs/nova-compute.log", "the end\n"+novaLine("after"))
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "after"})
	noDecodeFailures(t, c)
	c.usedAtMost(150 << 20)
	docs, err := c.documents("out.json")
	if err != nil || len(docs) != 2 {
		t.Errorf("%d documents, %v", len(docs), err)
	}
}

// usedAtMost fails the test if the process has ever had more resident memory, in bytes.
func (c *collector) usedAtMost(limit int64) {
	c.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		c.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kib int64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		c.t.Fatal(err)
	}
	c.t.Logf("at most %d MiB of memory were used", kib>>10)
	if kib<<10 > limit {
		c.t.Errorf("%d MiB of memory were used, more than %d", kib>>10, limit>>20)
	}
}

func TestBytesThatAreNoText(t *testing.T) {
	t.Parallel()
	c := novaToFile(t)
	c.appendTo("logs/nova-compute.log", "\x00\x00\x00\xff\n\xff\xfe\n"+novaLine("latin \xe4\xf6")+novaLine("nul \x00 and \x01\x7f\x1b[31m")+
		novaLine("cut off \xe2\x82")+novaLine("surrogate \xed\xa0\x80")+novaLine("the last"))
	c.Start()
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "the last"})
	for _, want := range []string{"latin \ufffd\ufffd", "nul \x00 and \x01\x7f\x1b[31m", "cut off \ufffd", "surrogate \ufffd"} {
		waitForDocument(t, c, "out.json", map[string]any{"Payload": want, "Severity": 6.0})
	}
	if n, err := c.counter("log_logstreamer", "decode_failures"); err != nil || n != 2 {
		t.Errorf("%d lines could not be decoded (%v), want 2", n, err)
	}
}

func TestDirectoryWhereAFileWasExpected(t *testing.T) {
	t.Parallel()
	c := configure(t, "")
	c.add(fmt.Sprintf(`
[log_logstreamer]
type = "LogstreamerInput"
log_directory = %q
file_match = '(?P<Name>\w+)\.log'
differentiator = ["nova_", "Name"]
decoder = "OpenStackLogDecoder"
[directory_output]
type = "FileOutput"
path = %q
encoder = "json_encoder"
message_matcher = "Type == 'log'"
when_full = "drop"
retries = { max_delay = "1s" }
`, c.within("logs"), c.within("taken")))
	c.add(c.jsonFile("out.json", "Type == 'log'"))
	c.appendTo("logs/api.log", novaLine("one"))
	for _, dir := range []string{"logs/conductor.log", "taken"} {
		if err := os.MkdirAll(c.within(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c.Start()
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "one"})
	c.waitComplaint("directory_output", c.within("taken"), "is a folder, but a file is to be written")
	c.appendTo("logs/api.log", novaLine("two"))
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "two"})
	out, _, code := c.run("logstream", "--config", c.conf)
	if code != 0 || !strings.Contains(out, c.within("logs/conductor.log")) {
		t.Errorf("logstream, exit code %d, does not tell of the directory:\n%s", code, out)
	}
}

// A log that is deleted while it is read is read to its end.
func TestFileThatVanishesWhileItIsRead(t *testing.T) {
	t.Parallel()
	store := startBulkServer(t)
	c := configure(t, "")
	c.add(logSection(c.within("logs/nova-compute.log"), "nova_nova-compute", "OpenStackLogDecoder") + searchSection(t, store.url))
	lines := &lineWriter{c: c, name: "logs/nova-compute.log"}
	lines.more(500)
	c.Start()
	lines.expectOnce(t, store)
	store.Pause()
	lines.clog(t)
	if err := os.Remove(c.within(lines.name)); err != nil {
		t.Fatal(err)
	}
	store.Resume()
	lines.expectOnce(t, store)
	lines.more(500) // a new file of that name
	lines.expectOnce(t, store)
}

// framed is a message in hekad's framing.
func framed(payload string) []byte {
	d := message.Draft{Type: "log", Logger: "peer", Payload: payload}
	d.SetUUID([16]byte([]byte(fmt.Sprintf("%-16.16s", payload))))
	d.SetTimestamp(1795158000000000000)
	return message.AppendFrame(nil, d.Encode(nil))
}

// A peer that sends rubbish loses the rubbish: each good message around it arrives, on that connection
// and on others.
func TestHostileProtobufStream(t *testing.T) {
	t.Parallel()
	address := fmt.Sprintf("127.0.0.1:%d", servers.Port(t))
	c := configure(t, fmt.Sprintf("[tcp_input]\ntype = \"TcpInput\"\naddress = %q\n", address))
	c.add(c.jsonFile("out.json", "Type == 'log'"))
	c.Start()
	cut := framed("cut off")[:30] // what follows makes it whole, and is lost with it
	rubbish := [][]byte{
		[]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		{0x1e},
		{0x1e, 0x1e, 0x1e},
		{0x1e, 0xff},
		{0x1e, 0, 0x1f},
		{0x1e, 6, 8, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x1f},                          // says 4 GiB
		{0x1e, 4, 8, 0xff, 0xff, 0x0f, 0x1f},                                      // says as much as there may be, before the end of the stream
		{0x1e, 11, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x1f}, // more than there is
		message.AppendFrame(nil, []byte("no protobuf")),
		message.AppendFrame(nil, bytes.Repeat([]byte{0xff}, 1000)),
		cut,
		message.AppendFrame(nil, bytes.Repeat([]byte("z"), 1<<20)), // larger than max_message_size
		bytes.Repeat([]byte{0x1e}, 100_000),
	}
	sent := 0
	for i, bad := range rubbish {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		// What follows on the connection is enough to show that a wrong length was one.
		stream := bytes.Join([][]byte{framed(fmt.Sprintf("before %d", i)), bad}, nil)
		for n := range 5 {
			stream = append(stream, framed(fmt.Sprintf("after %d %d", i, n))...)
		}
		if _, err := conn.Write(stream); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		sent += 6
	}
	waitForDocument(t, c, "out.json", map[string]any{"Payload": fmt.Sprintf("after %d 4", len(rubbish)-1)})
	servers.WaitFor(t, patience, "every good message", func() error {
		docs, err := c.documents("out.json")
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, d := range docs {
			seen[d["Payload"].(string)] = true
		}
		if len(seen) != sent-1 {
			return fmt.Errorf("%d of %d", len(seen), sent)
		}
		return nil
	})
	c.waitCounter("tcp_input", "decode_failures", 2)
	c.waitCounter("tcp_input", "skipped_bytes", 1<<20)
}

// values is a body of collectd's of at least size bytes, and how many values it has.
func values(size int) (body []byte, n int) {
	b := bytes.NewBufferString("[")
	for b.Len() < size {
		if n > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(b, `{"values":[%d],"dstypes":["gauge"],"dsnames":["value"],"time":%d.5,"interval":1,"host":"ctl1",`+
			`"plugin":"load","plugin_instance":"","type":"load","type_instance":"n%d"}`, n, 1795158000+n, n)
		n++
	}
	b.WriteString("]")
	return b.Bytes(), n
}

func TestLargePosts(t *testing.T) {
	t.Parallel()
	address := fmt.Sprintf("127.0.0.1:%d", servers.Port(t))
	c := configure(t, fmt.Sprintf(`
[collectd_httplisten]
type = "HttpListenInput"
address = %q
decoder = "collectd_decoder"
[collectd_decoder]
type = "CollectdDecoder"
`, address))
	c.add(c.jsonFile("out.json", "Type == 'metric'"))
	c.Start()
	post := func(body []byte) (status int, text string) {
		t.Helper()
		resp, err := http.Post("http://"+address+"/", "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		answer, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(answer)
	}
	body, n := values(1 << 20)
	if status, text := post(body); status != http.StatusOK {
		t.Errorf("1 MB: %d %s", status, text)
	}
	c.waitCounter("json_output", "delivered", int64(n))
	body, _ = values(20 << 20)
	if status, text := post(body); status != http.StatusRequestEntityTooLarge || !strings.Contains(text, "max_body_size") {
		t.Errorf("20 MB: %d %s", status, text)
	}
	if status, _ := post([]byte(`[{"values":`)); status >= 500 {
		t.Errorf("half a body: %d", status)
	}
	body, more := values(1 << 10)
	if status, text := post(body); status != http.StatusOK {
		t.Errorf("1 KB: %d %s", status, text)
	}
	c.waitCounter("json_output", "delivered", int64(n+more))
	c.usedAtMost(150 << 20)
}

// A port that is taken when the collector starts is taken over when it is free, the page's as well.
func TestPortsInUse(t *testing.T) {
	t.Parallel()
	http1 := fmt.Sprintf("127.0.0.1:%d", servers.Port(t))
	tcp1 := fmt.Sprintf("127.0.0.1:%d", servers.Port(t))
	c := configure(t, fmt.Sprintf(`
[http_input]
type = "HttpListenInput"
address = %q
retries = { max_delay = "500ms" }
[tcp_input]
type = "TcpInput"
address = %q
retries = { max_delay = "500ms" }
`, http1, tcp1))
	c.add(logSection(c.within("logs/nova-compute.log"), "nova_nova-compute", "OpenStackLogDecoder") + c.jsonFile("out.json", "TRUE"))
	c.appendTo("logs/nova-compute.log", novaLine("read all the same"))
	var taken []net.Listener
	for _, address := range []string{http1, tcp1, c.page} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, l)
	}
	c.launch()
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "read all the same"})
	for _, want := range []string{
		`cannot listen on \"` + http1 + `\": another program has the port; stop it or change address`,
		`cannot listen on \"` + tcp1 + `\"`,
		"no status page: the address " + c.page + " is in use",
	} {
		c.waitLog(want)
	}
	for _, l := range taken {
		l.Close()
	}
	c.waitForPage()
	servers.WaitFor(t, patience, "both inputs", func() error {
		resp, err := http.Post("http://"+http1+"/", "text/plain", strings.NewReader("posted"))
		if err != nil {
			return err
		}
		resp.Body.Close()
		conn, err := net.Dial("tcp", tcp1)
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = conn.Write(framed("sent"))
		return err
	})
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "posted"})
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "sent"})
	c.waitContent("http_input", patience)
	c.waitContent("tcp_input", patience)
}

// A log that the collector's user may not read is said, and is read as soon as it may.
func TestUnreadableLog(t *testing.T) {
	t.Parallel()
	c := configure(t, "")
	c.asOrdinaryUser()
	c.add(fmt.Sprintf(`
[log_logstreamer]
type = "LogstreamerInput"
log_directory = %q
file_match = '(?P<Name>\w+)\.log'
differentiator = ["nova_", "Name"]
decoder = "OpenStackLogDecoder"
rescan_interval = "1s"
`, c.within("logs")))
	c.add(c.jsonFile("base/out.json", "Type == 'log'"))
	secret := c.write("logs/secret.log", novaLine("secret"))
	if err := os.Chmod(c.write("logs/open.log", novaLine("open")), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	c.Start()
	waitForDocument(t, c, "base/out.json", map[string]any{"Payload": "open"})
	c.waitComplaint("log_logstreamer", secret, "permission denied")
	if err := os.Chmod(secret, 0o644); err != nil {
		t.Fatal(err)
	}
	waitForDocument(t, c, "base/out.json", map[string]any{"Payload": "secret"})
	c.waitContent("log_logstreamer", patience)
}

// share copies what the collector needs at run time into its folder, where every user can read it.
func (c *collector) share() string {
	c.t.Helper()
	for _, part := range []string{"lua_modules", "alarms"} {
		if err := os.CopyFS(c.within("share/"+part), os.DirFS(filepath.Join(repo, part))); err != nil {
			c.t.Fatal(err)
		}
	}
	return c.within("share")
}
