package integration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/filters/sandboxmanager/sender"
	"lma_collector/collector/message"
	"lma_collector/collector/pipeline"
	"lma_collector/tests/servers"
)

// controlled is a collector with a manager of dynamic filters, and one who may load them.
type controlled struct {
	*collector
	address string
	signer  sender.Signer
}

const echoScript = `
function process_message()
    inject_message({Type = "echo", Payload = "heard " .. read_message("Payload")})
    return 0
end
`

const echoSection = "[echo]\ntype = \"SandboxFilter\"\nmessage_matcher = \"Type == 'probe'\"\n"

func manage(t *testing.T) *controlled {
	t.Helper()
	c := &controlled{collector: configure(t, ""), address: fmt.Sprintf("127.0.0.1:%d", servers.Port(t))}
	c.signer = sender.Signer{Name: "ops", Version: 1, PrivateKeyFile: c.within("ops_1.key")}
	public, _, code := c.run("sandbox", "keygen", "--signer", "ops_1", "--out", c.signer.PrivateKeyFile)
	if code != 0 {
		t.Fatalf("keygen: %d", code)
	}
	c.add(fmt.Sprintf(`
[control]
type = "TcpInput"
address = %q
splitter = "signed_framing"
[signed_framing]
type = "HekaFramingSplitter"
[signed_framing.signer.old_0]
hmac_key = "a key of hekad's time, with HMAC"
%s
[manager]
type = "SandboxManagerFilter"
max_filters = 3
[manager.signers.ops]
[manager.signers.old]
prefix = "old_"
`, c.address, public) + c.jsonFile("out.json", "Type =~ /^heka.sandbox/ || Type == 'probe'"))
	c.write("echo.lua", echoScript)
	c.write("echo.toml", echoSection)
	c.write("sender.toml", fmt.Sprintf("ip_address = %q\npage = %q\n[signer]\nname = \"ops\"\nversion = 1\nprivate_key_file = \"ops_1.key\"\n", c.address, c.page))
	c.Start()
	c.waitLog("starting")
	return c
}

// command runs `sandbox`, which must end with the code, and gives what it printed.
func (c *controlled) command(code int, args ...string) string {
	c.t.Helper()
	out, errOut, got := c.run(append([]string{"sandbox"}, args...)...)
	if got != code {
		c.t.Fatalf("%v: exit code %d, want %d\n%s%s", args, got, code, out, errOut)
	}
	return out + errOut
}

func (c *controlled) load() string {
	c.t.Helper()
	return c.command(0, "load", "--config", c.within("sender.toml"), "--script", c.within("echo.lua"), "--scriptconfig", c.within("echo.toml"))
}

// frame makes a control message, signed or not, as it lies on the wire.
func (c *controlled) frame(s sender.Signer, name string) []byte {
	c.t.Helper()
	control := sender.Control{Action: "load", Script: echoScript, Config: strings.Replace(echoSection, "echo", name, 1)}
	body, _ := control.Message(time.Now())
	record, err := s.Frame(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return record
}

// send delivers records over one connection.
func (c *controlled) send(records ...[]byte) {
	c.t.Helper()
	servers.WaitFor(c.t, patience, "the collector's port", func() error {
		conn, err := net.Dial("tcp", c.address)
		if err != nil {
			return err
		}
		_, err = conn.Write(bytes.Join(records, nil))
		return errors.Join(err, conn.Close())
	})
}

// probe is a message that the filter answers.
func probe(payload string) []byte {
	d := message.Draft{Type: "probe", Payload: payload, HasUUID: true, UUID: [16]byte{1}}
	d.SetTimestamp(time.Now().UnixNano())
	return message.AppendFrame(nil, d.Encode(nil))
}

// wait waits for a message with a payload in the output.
func (c *controlled) wait(payload string) {
	c.t.Helper()
	servers.WaitFor(c.t, patience, payload, func() error {
		data, err := os.ReadFile(c.within("out.json"))
		if err == nil && !bytes.Contains(data, []byte(`"`+payload+`"`)) {
			err = errors.New("it is not there")
		}
		return err
	})
}

// heard sends a probe and waits for the filter's answer.
func (c *controlled) heard(payload string) {
	c.t.Helper()
	c.send(probe(payload))
	c.wait("heard " + payload)
}

func (c *controlled) plugins() []pipeline.PluginReport {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	all, err := sender.Page{Address: c.page}.Plugins(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

func (c *controlled) loaded() string {
	c.t.Helper()
	var names []string
	for _, r := range sender.Loaded(c.plugins()) {
		names = append(names, r.Name)
	}
	return strings.Join(names, " ")
}

// number reads a counter or a number of a plugin.
func (c *controlled) number(plugin, name string) int64 {
	c.t.Helper()
	for _, r := range c.plugins() {
		for _, n := range r.Counters {
			if r.Name == plugin && n.Name == name {
				return n.Value
			}
		}
		for _, n := range r.Numbers {
			if r.Name == plugin && n.Name == name {
				return n.Value
			}
		}
	}
	return -1
}

func (c *controlled) waitNumber(plugin, name string, want int64) {
	c.t.Helper()
	servers.WaitFor(c.t, patience, fmt.Sprintf("%d %s of %s", want, name, plugin), func() error {
		if n := c.number(plugin, name); n != want {
			return fmt.Errorf("there are %d", n)
		}
		return nil
	})
}

func TestDynamicFilterIsLoadedAndUnloaded(t *testing.T) {
	t.Parallel()
	c := manage(t)
	if got := c.load(); got != "loaded manager-echo\n" {
		t.Errorf("load printed %q", got)
	}
	c.heard("first")
	if got := c.command(0, "list", "--page", c.page); !regexp.MustCompile(`(?m)^manager-echo +manager +running +\d+ +\d+ +0 +-$`).MatchString(got) {
		t.Errorf("list printed %q", got)
	}
	if metrics, err := c.get("/metrics"); err != nil || !bytes.Contains(metrics, []byte(`manager-echo`)) {
		t.Errorf("/metrics does not name it, %v", err)
	}
	if got := c.command(1, "load", "--config", c.within("sender.toml"), "--script", c.within("echo.lua"), "--scriptconfig", c.within("echo.toml")); !strings.Contains(got, "loadSandbox failed: manager-echo is already running") {
		t.Errorf("loading it again printed %q", got)
	}
	c.Kill()
	c.Start()
	servers.WaitFor(t, patience, "the filter after kill -9", func() error {
		if got := c.loaded(); got != "manager-echo" {
			return fmt.Errorf("loaded: %q", got)
		}
		return nil
	})
	c.heard("second")
	if got := c.command(0, "unload", "--config", c.within("sender.toml"), "--filtername", "echo"); got != "unloaded manager-echo\n" {
		t.Errorf("unload printed %q", got)
	}
	c.send(probe("third"))
	c.wait("third")
	if got := c.loaded(); got != "" || c.number("manager", "running_filters") != 0 {
		t.Errorf("loaded: %q", got)
	}
	if got := c.command(1, "unload", "--config", c.within("sender.toml"), "--filtername", "echo"); !strings.Contains(got, "there is no filter manager-echo") {
		t.Errorf("unloading it again printed %q", got)
	}
	files, err := filepath.Glob(filepath.Join(c.base, "sbxmgrs", "manager-*"))
	if err != nil || len(files) != 0 {
		t.Errorf("files %v, %v", files, err)
	}
}

func TestForgedControlMessages(t *testing.T) {
	t.Parallel()
	c := manage(t)
	stranger := sender.Signer{Name: "ops", Version: 1, PrivateKeyFile: c.within("stranger.key")}
	if _, err := sender.NewKey(stranger.PrivateKeyFile); err != nil {
		t.Fatal(err)
	}
	named, err := message.AppendSignedFrame(nil, []byte(nil), message.FrameHeader{Signer: "ops", KeyVersion: 1})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := (&sender.Control{Action: "load", Script: echoScript, Config: echoSection}).Message(time.Now())
	named, err = message.AppendSignedFrame(named[:0], body, message.FrameHeader{Signer: "ops", KeyVersion: 1}) // hekad believed it
	if err != nil {
		t.Fatal(err)
	}
	c.send(
		c.frame(stranger, "a"),
		c.frame(sender.Signer{Name: "old", HMACKey: "a guess"}, "old_b"),
		c.frame(sender.Signer{Name: "eve", HMACKey: "her own"}, "c"),
		c.frame(sender.Signer{}, "d"),
		named,
		probe("after them"),
	)
	c.wait("after them")
	c.waitNumber("control", "refused_records", 3)
	c.waitNumber("manager", "refused_control_messages", 2)
	if got := c.loaded(); got != "" {
		t.Errorf("loaded: %q", got)
	}
	c.send(c.frame(sender.Signer{Name: "old", HMACKey: "a key of hekad's time, with HMAC", HMACHash: "sha1"}, "old_e"))
	c.waitNumber("manager", "running_filters", 1)
	if got := c.loaded(); got != "manager-old_e" {
		t.Errorf("loaded: %q", got)
	}
}

func TestRecordedControlMessage(t *testing.T) {
	t.Parallel()
	c := manage(t)
	record := c.frame(c.signer, "echo")
	c.send(record)
	c.waitNumber("manager", "running_filters", 1)
	c.command(0, "unload", "--config", c.within("sender.toml"), "--filtername", "echo")
	c.send(record)
	c.waitNumber("manager", "refused_control_messages", 1)
	c.Kill()
	c.Start()
	c.send(record)
	c.waitNumber("manager", "refused_control_messages", 1)
	if got := c.loaded(); got != "" {
		t.Errorf("loaded: %q", got)
	}
}

// Floods of control messages, signed and unsigned, hold up neither the messages between them nor a filter.
func TestFloodOfControlMessages(t *testing.T) {
	t.Parallel()
	c := manage(t)
	c.load()
	const messages = 20000
	flood := bytes.Repeat(append(c.frame(c.signer, "echo"), c.frame(sender.Signer{}, "echo")...), messages/2)
	c.send(flood, probe("behind the flood"))
	c.wait("heard behind the flood")
	servers.WaitFor(t, patience, "the whole flood", func() error {
		if n := c.number("control", "messages"); n < messages {
			return fmt.Errorf("%d messages", n)
		}
		return nil
	})
	if got := c.loaded(); got != "manager-echo" {
		t.Errorf("loaded: %q", got)
	}
	c.heard("long after it")
}

// The walk of docs/dynamic_filters.md, as it stands there.
func TestDynamicFiltersDocument(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(repo, "docs", "dynamic_filters.md"))
	if err != nil {
		t.Fatal(err)
	}
	walk, _, _ := strings.Cut(string(text), "## What is checked")
	c := configure(t, "")
	address := fmt.Sprintf("127.0.0.1:%d", servers.Port(t))
	walk = strings.NewReplacer("127.0.0.1:5566", address, "127.0.0.1:4352", c.page).Replace(walk)
	for _, m := range regexp.MustCompile("(?s)`([^`\n]+)`:\n\n```\\w+\n(.*?)```").FindAllStringSubmatch(walk, -1) {
		c.write(m[1], m[2])
	}
	sample := regexp.MustCompile(`public_key = "([^"]+=)"`)
	commands := 0
	for _, b := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(walk, -1) {
		for _, part := range strings.Split(b[1], "$ ")[1:] {
			command, want, _ := strings.Cut(part, "\n")
			args := strings.Fields(command)[1:]
			for i, a := range args {
				if strings.Contains(a, ".") || i > 0 && args[i-1] == "--config" {
					args[i] = c.within(a)
				}
			}
			switch args[1] {
			case "keygen":
				args = append(args, "--out", c.within("ops_1.key"))
			case "list":
				args = append(args, "--page", c.page)
			}
			if args[1] == "load" {
				data, err := os.ReadFile(c.within("conf.d/dynamic.toml"))
				if err != nil {
					t.Fatal(err)
				}
				c.write("conf/test.toml", string(data))
				c.Start()
			}
			out, errOut, code := c.run(args...)
			if code != 0 {
				t.Fatalf("%s: exit code %d\n%s%s", command, code, out, errOut)
			}
			if args[1] == "keygen" {
				key := sample.FindStringSubmatch(out)
				if key == nil {
					t.Fatalf("keygen printed %q", out)
				}
				data, _ := os.ReadFile(c.within("conf.d/dynamic.toml"))
				c.write("conf.d/dynamic.toml", sample.ReplaceAllLiteralString(string(data), key[0]))
				out = strings.Replace(out, key[1], "…", 1)
			}
			if out = strings.ReplaceAll(out, c.dir+"/", ""); out != want {
				t.Errorf("%s printed\n%s\nwant\n%s", command, out, want)
			}
			commands++
		}
	}
	if commands != 5 {
		t.Errorf("%d commands", commands)
	}
}
