package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lma_collector/tests/servers"
)

const (
	records  = 1000
	patience = 2 * time.Minute
)

// healthy sends each record on.
const healthy = `
function process_message()
    inject_message({ Type = "seen", Payload = read_message("Payload") })
    return 0
end
`

// TestBesideHostile lets all hostile filters see what a healthy filter and an output get, beside an input
// and a decoder that are hostile, too. Every record arrives, and the collector stops when it is told to.
func TestBesideHostile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	page := fmt.Sprintf("127.0.0.1:%d", servers.Port(t))
	write("healthy.lua", healthy)
	write("logs/records.log", lines())
	write("conf/test.toml", fmt.Sprintf(`
[collector]
hostname = "host"
base_dir = %q
share_dir = "."
address = %q

[log_input]
type = "LogstreamerInput"
log_directory = %q
file_match = 'records\.log'

[healthy_filter]
type = "SandboxFilter"
filename = %q
message_matcher = "Logger == 'log_input'"

[out_encoder]
type = "PayloadEncoder"

[out]
type = "FileOutput"
path = %q
encoder = "out_encoder"
message_matcher = "Logger == 'log_input' || Logger == 'healthy_filter'"
flush_interval = 50
flush_operator = "OR"
`, dir+"/base", page, dir+"/logs", dir+"/healthy.lua", dir+"/out")+hostileSections(t, dir))

	var log bytes.Buffer
	cmd := exec.Command(programs(t).collector, "run", "--config", dir+"/conf")
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stopped := false
	defer func() {
		if !stopped {
			_ = cmd.Process.Kill()
			<-ended
		}
		if text := log.String(); t.Failed() {
			t.Logf("the collector's log:\n%s", text[max(0, len(text)-10000):])
		}
	}()
	servers.WaitFor(t, patience, "every record, twice", func() error { return delivered(dir + "/out") })
	deaths := 0
	servers.WaitFor(t, patience, "the page, with the death of a hostile script", func() (err error) {
		if deaths, err = terminated(page); err == nil && deaths == 0 {
			err = errors.New("all live")
		}
		return err
	})
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		stopped = true
		if err != nil {
			t.Errorf("the collector ended with %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the collector does not stop")
	}
	t.Logf("golden records beside hostile scripts: %d, all delivered; the scripts died %d times", records, deaths)
}

func lines() string {
	var b strings.Builder
	for i := range records {
		fmt.Fprintf(&b, "record %d.\n", i)
	}
	return b.String()
}

// hostileSections configures every hostile script that is for a filter, and one as a decoder and input.
func hostileSections(t *testing.T, dir string) string {
	t.Helper()
	paths, err := filepath.Glob("hostile/*.lua")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, path := range paths {
		source := read(t, path)
		if strings.Contains(source, "\n-- kind: ") || strings.HasSuffix(path, "_at_start.lua") {
			continue
		}
		fmt.Fprintf(&b, "[hostile_%s]\ntype = \"SandboxFilter\"\nfilename = %q\nmodule_directory = %q\nmessage_matcher = \"Logger == 'log_input'\"\n",
			strings.TrimSuffix(filepath.Base(path), ".lua"), filepath.Join(here, path), dir)
	}
	for kind, script := range map[string]string{"Input": "loop.lua", "Decoder": "decoder_flood.lua"} {
		fmt.Fprintf(&b, "[hostile_%s]\ntype = \"Sandbox%s\"\nfilename = %q\n", kind, kind, filepath.Join(here, "hostile", script))
	}
	fmt.Fprintf(&b, "[flooded_input]\ntype = \"LogstreamerInput\"\nlog_directory = %q\nfile_match = 'records\\.log'\ndecoder = \"hostile_Decoder\"\n", dir+"/logs")
	return b.String()
}

// delivered tells what an output's file lacks of the records.
func delivered(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	seen := map[string]int{}
	for _, record := range strings.Split(string(data), ".") {
		seen[strings.TrimSpace(record)]++
	}
	for i := range records {
		if n := seen[fmt.Sprintf("record %d", i)]; n != 2 {
			return fmt.Errorf("record %d came %d times", i, n)
		}
	}
	return nil
}

// terminated is how often scripts died, as /metrics tells.
func terminated(page string) (n int, err error) {
	resp, err := http.Get("http://" + page + "/metrics")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, fmt.Errorf("/metrics: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "hostile_") && strings.Contains(line, "restart") {
			var v int
			if _, err := fmt.Sscan(line[strings.LastIndexByte(line, ' ')+1:], &v); err == nil {
				n += v
			}
		}
	}
	return n, nil
}
