package servers

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// helperEnv makes this test program, run once more, start a daemon and wait to
// be killed.
const helperEnv = "LMA_SERVERS_TEST_HELPER"

var twoProcesses = []string{"/bin/sh", "-c", "set -m; sleep 600 & : >started; wait"}

// shellDaemon is a server of two processes in different process groups.
func shellDaemon(t *testing.T) *Daemon {
	d := newDaemon(t, "shell", account{})
	d.args = twoProcesses
	d.ready = func() error { _, err := os.Stat(d.path("started")); return err }
	return d
}

// startAndHang is the helper's work.
func startAndHang() {
	d := &Daemon{Dir: os.TempDir(), name: "shell", args: twoProcesses}
	if err := d.launch(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("session", d.PID())
	<-d.exited
}

func TestGuardKillsWhenTheTestProgramDies(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperEnv+"=1", "TMPDIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var session int
	for lines := bufio.NewScanner(out); session == 0 && lines.Scan(); {
		_, _ = fmt.Sscanf(lines.Text(), "session %d", &session)
	}
	if session == 0 || sessionGone(session) == nil {
		t.Errorf("the helper started no daemon (session %d)", session)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	WaitFor(t, 60*time.Second, "the end of the killed program's daemon", func() error {
		return sessionGone(session)
	})
}

func TestStopEndsAllProcesses(t *testing.T) {
	d := shellDaemon(t)
	d.Start()
	started := 0
	_ = eachOfSession(d.PID(), func(process) error { started++; return nil })
	if started != 2 {
		t.Errorf("%d processes, want 2", started)
	}
	stopsWithoutTrace(t, d)
	d.Stop() // of a stopped server: nothing
	d.Start()
	d.Kill()
}

func TestPauseStopsTheProcess(t *testing.T) {
	d := shellDaemon(t)
	d.Start()
	d.Pause()
	WaitFor(t, 5*time.Second, "state T", func() error { return inState(d.PID(), "T") })
	d.Resume()
	WaitFor(t, 5*time.Second, "state S", func() error { return inState(d.PID(), "S") })
	d.Pause()
	stopsWithoutTrace(t, d)
}

func inState(pid int, want string) error {
	if p := readProcess(pid); p.state != want {
		return fmt.Errorf("process %d (%s) is in state %q", pid, p.name, p.state)
	}
	return nil
}

func TestRunGivesOutputAndEndsInTime(t *testing.T) {
	d := newDaemon(t, "tool", account{})
	out, err := d.run(time.Minute, "/bin/sh", "-c", "echo yes; echo no >&2; exit 3")
	if err == nil || err.Error() != "sh: exit status 3: yes\nno" || out != "yes\nno\n" {
		t.Errorf("run gave %q, %v", out, err)
	}
	if _, err := d.run(time.Millisecond, "/bin/sleep", "600"); err == nil {
		t.Error("run of an endless program: no error")
	}
}

func TestPortsAreReservedOnce(t *testing.T) {
	seen := map[int]bool{}
	for range 50 {
		p := Port(t)
		if seen[p] || p < firstPort || p > lastPort {
			t.Errorf("port %d given twice or out of range", p)
		}
		seen[p] = true
	}
}

func TestTailGivesTheLastLines(t *testing.T) {
	if got := tail([]byte("a\nb\nc\n"), 2); got != "b\nc" {
		t.Errorf("tail gave %q", got)
	}
	if got := tail([]byte(strings.Repeat("x", 3)), 2); got != "xxx" {
		t.Errorf("tail gave %q", got)
	}
}
