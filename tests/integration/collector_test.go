// Package integration runs the collector's binary against real servers.
package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lma_collector/tests/servers"
)

// repo is the root of the repository.
const repo = "../.."

var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "lma-integration-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "lma_collector")
	cmd := exec.Command("go", "build", "-o", binary, "./collector/lma_collector")
	cmd.Dir = repo
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return binary, nil
})

// Tests wait for servers most of the time, so more of them run at once than there are processors.
const atOnce = "6"

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", atOnce); err != nil {
		panic(err)
	}
	code := m.Run()
	if binary, err := build(); err == nil {
		os.RemoveAll(filepath.Dir(binary))
	}
	os.Exit(code)
}

// binary is the collector, built once.
func binary(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// collector is a configured collector; Start and Kill may follow each other.
type collector struct {
	t          testing.TB
	dir        string
	conf       string
	base       string   // base_dir
	args       []string // of the collector
	page       string
	cmd        *exec.Cmd
	log        syncBuffer
	hostname   string
	credential *syscall.Credential // nil: the test's own
	stderr     *os.File            // instead of log
}

// syncBuffer is a log that is read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// configure writes a configuration of the sections given, for a host named ctl1.
func configure(t testing.TB, sections string) *collector {
	t.Helper()
	c := &collector{t: t, dir: t.TempDir(), hostname: "ctl1"}
	c.conf = filepath.Join(c.dir, "conf")
	c.page = fmt.Sprintf("127.0.0.1:%d", servers.Port(t))
	c.base, c.args = c.within("base"), []string{"run", "--config", c.conf}
	c.globalsOfRepo()
	c.write("conf/test.toml", sections)
	t.Cleanup(func() {
		if c.cmd != nil {
			c.Stop()
		}
		if t.Failed() {
			t.Logf("collector's log:\n%s", c.log.String())
		}
	})
	return c
}

// globals writes the collector's global options.
func (c *collector) globals(share string) {
	c.t.Helper()
	c.write("conf/global.toml", fmt.Sprintf("[collector]\nhostname = %q\nbase_dir = %q\nshare_dir = %q\naddress = %q\n",
		c.hostname, c.base, share, c.page))
}

// globalsOfRepo takes Lua and alarms as they ship.
func (c *collector) globalsOfRepo() {
	c.t.Helper()
	share, err := filepath.Abs(repo)
	if err != nil {
		c.t.Fatal(err)
	}
	c.globals(share)
}

// write makes a file in the collector's folder.
func (c *collector) write(name, text string) string {
	c.t.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// appendTo adds text to a file in the collector's folder.
func (c *collector) appendTo(name, text string) {
	c.t.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		c.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		c.t.Fatal(err)
	}
}

// asOrdinaryUser makes the collector run without rights, with all that it needs readable for it. Where
// the test is no root it does so anyway.
func (c *collector) asOrdinaryUser() {
	c.t.Helper()
	c.globals(c.share())
	if os.Geteuid() != 0 {
		return
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		c.t.Fatal(err)
	}
	uid, _ := strconv.Atoi(nobody.Uid)
	gid, _ := strconv.Atoi(nobody.Gid)
	c.credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	if err := os.MkdirAll(c.within("base"), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.Chown(c.within("base"), uid, gid); err != nil {
		c.t.Fatal(err)
	}
	for _, dir := range []string{filepath.Dir(binary(c.t)), filepath.Dir(c.dir), c.dir} {
		if err := os.Chmod(dir, 0o755); err != nil {
			c.t.Fatal(err)
		}
	}
}

// Start runs the collector and waits for its page.
func (c *collector) Start() {
	c.t.Helper()
	c.launch()
	c.waitForPage()
}

// launch runs the collector.
func (c *collector) launch() {
	c.t.Helper()
	c.openToAll()
	c.cmd = exec.Command(binary(c.t), c.args...)
	c.cmd.Stdout, c.cmd.Stderr = &c.log, &c.log
	if c.stderr != nil {
		c.cmd.Stderr = c.stderr
	}
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL, Credential: c.credential}
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
}

// openToAll lets an ordinary user read the configuration.
func (c *collector) openToAll() {
	c.t.Helper()
	if c.credential == nil {
		return
	}
	files, err := filepath.Glob(filepath.Join(c.conf, "*"))
	if err != nil {
		c.t.Fatal(err)
	}
	for _, file := range files {
		if err := os.Chmod(file, 0o644); err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *collector) waitForPage() {
	c.t.Helper()
	servers.WaitFor(c.t, patience, "the collector's page", func() error {
		_, err := c.get("/health")
		return err
	})
}

// waitLog waits until the collector has logged a text.
func (c *collector) waitLog(text string) {
	c.t.Helper()
	servers.WaitFor(c.t, patience, fmt.Sprintf("%q in the collector's log", text), func() error {
		if !strings.Contains(c.log.String(), text) {
			return errors.New("it is not there")
		}
		return nil
	})
}

// Stop ends the collector as systemd does; a bad exit fails the test.
func (c *collector) Stop() {
	c.t.Helper()
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	hangs := time.AfterFunc(patience, func() {
		_ = c.cmd.Process.Signal(syscall.SIGQUIT) // the log says where
	})
	err := c.cmd.Wait()
	hangs.Stop()
	if err != nil {
		c.t.Errorf("the collector ended with %v", err)
	}
	c.cmd = nil
}

// Kill ends it with signal 9.
func (c *collector) Kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	c.cmd = nil
}

func (c *collector) get(path string) ([]byte, error) {
	resp, err := http.Get("http://" + c.page + path)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// documents reads the JSON lines of a FileOutput with an ESJsonEncoder, leaving out the action lines.
func (c *collector) documents(name string) ([]map[string]any, error) {
	data, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		return nil, err
	}
	var docs []map[string]any
	for i, line := range bytes.Split(data, []byte("\n")) {
		if i%2 == 0 || len(line) == 0 {
			continue
		}
		var doc map[string]any
		if err := json.Unmarshal(line, &doc); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

// jsonFile is an output that writes documents to a file in the collector's folder.
func (c *collector) jsonFile(name, matcher string) string {
	return fmt.Sprintf(`
[json_encoder]
type = "ESJsonEncoder"
[json_output]
type = "FileOutput"
path = %q
encoder = "json_encoder"
message_matcher = %q
flush_interval = 50
flush_operator = "OR"
`, filepath.Join(c.dir, name), matcher)
}

// add appends sections that need the collector's folder.
func (c *collector) add(sections string) { c.appendTo("conf/test.toml", sections) }

// within is a path in the collector's folder.
func (c *collector) within(name string) string { return filepath.Join(c.dir, name) }

// copyShipped takes files of conf.d over.
func (c *collector) copyShipped(names ...string) {
	c.t.Helper()
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(repo, "conf.d", name))
		if err != nil {
			c.t.Fatal(err)
		}
		c.write("conf/"+strings.TrimSuffix(name, ".sample"), string(text))
	}
}

// run runs a command of the collector to its end.
func (c *collector) run(args ...string) (out, errOut string, code int) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(c.t), args...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		c.t.Fatalf("%v: %v %v\n%s", args, err, ctx.Err(), e.String())
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// replace changes a text in a file of the collector's folder.
func (c *collector) replace(name, old, text string) {
	c.t.Helper()
	data, err := os.ReadFile(c.within(name))
	if err != nil {
		c.t.Fatal(err)
	}
	if !bytes.Contains(data, []byte(old)) {
		c.t.Fatalf("%s has no %q", name, old)
	}
	c.write(name, strings.Replace(string(data), old, text, 1))
}
