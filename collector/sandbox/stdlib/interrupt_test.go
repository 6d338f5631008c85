package stdlib

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lma_collector/collector/sandbox/lua"
)

// Whatever a script waits for, an interruption ends it; processes are gone then.
func TestInterrupt(t *testing.T) {
	const report = `echo $$ > "$DIR/pid"; `
	for name, script := range map[string]string{
		"reading a pipe":           `return io.popen('` + report + `sleep 1000; true'):read()`,
		"lines of a pipe":          `for l in io.popen('` + report + `sleep 1000; true'):lines() do end`,
		"a pipe that ignores ends": `return io.popen('trap "" TERM; ` + report + `while :; do sleep 1; done'):read()`,
		"writing a pipe":           `local p = io.popen('` + report + `sleep 1000; true', "w") while p:write(("x"):rep(10000)) do end`,
		"closing a pipe":           `return io.popen('` + report + `sleep 1000; true', "w"):close()`,
		"a command":                `return os.execute('` + report + `sleep 1000; true')`,
		"opening a FIFO to read":   `tell() return io.open(DIR .. "/fifo"):read()`,
		"opening a FIFO to write":  `tell() return io.open(DIR .. "/fifo", "w"):write("x")`,
		"reading a FIFO":           `local f = io.open(DIR .. "/fifo", "r+") tell() return f:read()`,
		"writing a FIFO":           `local f = io.open(DIR .. "/fifo", "r+") tell() while f:write(("x"):rep(10000)) do end`,
		"standard input":           `tell() return io.read()`,
	} {
		t.Run(name, func(t *testing.T) {
			silent, end := io.Pipe()
			defer end.Close()
			m := newMachine(t, Options{Reach: ReachFiles, Stdin: silent})
			dir := m.Global("DIR").Text()
			t.Setenv("DIR", dir)
			if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
				t.Fatal(err)
			}
			told := make(chan struct{})
			m.SetGlobal("tell", m.NewFunction("tell", func(*lua.Call) { close(told) }))
			ended := make(chan string)
			go func() { ended <- m.results(t, script) }()
			pid := 0
			if strings.Contains(script, "tell()") {
				<-told
			} else {
				pid = pidIn(t, filepath.Join(dir, "pid"))
			}
			m.libraries.Interrupt()
			<-ended
			_ = m.libraries.Close()
			if pid != 0 {
				gone(t, pid)
			}
		})
	}
}

// gone waits until no process of a group is left.
func gone(t *testing.T, group int) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	late := time.After(10 * time.Second)
	for syscall.Kill(-group, 0) != syscall.ESRCH {
		select {
		case <-look.C:
		case <-late:
			t.Errorf("processes of group %d are there still", group)
			return
		}
	}
}

// pidIn reads the number that a process has written.
func pidIn(t *testing.T, path string) int {
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	late := time.After(10 * time.Second)
	for {
		text, _ := os.ReadFile(path)
		if line, whole := strings.CutSuffix(string(text), "\n"); whole {
			pid, err := strconv.Atoi(line)
			if err != nil {
				t.Fatal(err)
			}
			return pid
		}
		select {
		case <-look.C:
		case <-late:
			t.Fatal("the process does not start")
		}
	}
}

// What was written before an interruption arrives, and what a process makes of it.
func TestWrittenBeforeInterrupt(t *testing.T) {
	m := newMachine(t, Options{Reach: ReachFiles})
	got := m.results(t, `
file = io.open(DIR .. "/file", "w") file:write("kept")
pipe = io.popen("cat > '" .. DIR .. "/pipe'", "w") pipe:write("piped") return 1`)
	m.libraries.Interrupt()
	if err := m.libraries.Close(); err != nil || got != "1" {
		t.Error(got, err)
	}
	for name, want := range map[string]string{"file": "kept", "pipe": "piped"} {
		if text, err := os.ReadFile(filepath.Join(m.Global("DIR").Text(), name)); string(text) != want {
			t.Errorf("%s has %q: %v", name, text, err)
		}
	}
}

// A flush tells of every write that failed, also of those whose result the script did not look at.
func TestFlush(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full")
	}
	const full = "cannot write /dev/full: No space left on device"
	for script, want := range map[string]string{
		`f = io.open(DIR .. "/a", "w") f:write("x")`:                                    "",
		`f = io.open("/dev/full", "w") f:write("x")`:                                    full,
		`io.open("/dev/full", "w"):write(("x"):rep(100000))`:                            full,
		`f = io.open("/dev/full", "w") f:write("x") f:close()`:                          full,
		`io.output("/dev/full") io.write("x") io.flush()`:                               full,
		`f = io.popen("exec <&-; echo closed", "r") f:read() f:close()`:                 "",
		`f = io.popen("exec true", "w") for i = 1, 1000 do f:write(("x"):rep(1e5)) end`: "cannot write exec true: Broken pipe",
	} {
		m := newMachine(t, Options{Reach: ReachFiles})
		if got := m.results(t, script); strings.HasPrefix(got, "error") {
			t.Errorf("%s: %s", script, got)
		}
		text := ""
		if err := m.libraries.Flush(); err != nil {
			text = err.Error()
		}
		if text != want {
			t.Errorf("%s: flush gives %q, want %q", script, text, want)
		}
		if err := m.libraries.Flush(); err != nil {
			t.Errorf("%s: told twice: %v", script, err)
		}
	}
}
