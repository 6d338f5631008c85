package servers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stopTimeout is how long a server may take to stop by itself before it is
// killed; workerTimeout, how long its workers may outlive it.
const (
	stopTimeout   = 10 * time.Second
	workerTimeout = time.Second
)

// Daemon is one server process with everything it starts, which form a session
// (setsid(2)): some servers put their workers into process groups of their own,
// but none of these leaves its session. It belongs to the goroutine of its test. Stop, Kill and Start may follow
// each other: a restarted server has the same folder and ports.
type Daemon struct {
	// Dir is the server's own folder, removed when the test ends.
	Dir string

	t       testing.TB
	name    string
	account account
	args    []string
	env     []string
	logs    []string
	ready   func() error

	cmd    *exec.Cmd
	guard  *guard
	exited chan struct{}
}

// Start starts the server and waits until it answers; the test fails if it does not.
func (d *Daemon) Start() {
	d.t.Helper()
	if d.running() {
		d.t.Fatalf("%s: is running already", d.name)
	}
	if err := d.launch(); err != nil {
		d.t.Fatalf("%s: %v", d.name, err)
	}
	if err := poll(startTimeout, d.exited, d.ready); err != nil {
		d.t.Fatalf("%s: did not start: %v", d.name, err)
	}
}

// Stop asks the server to stop, kills what is left after ten seconds, and
// returns when no process of it is left. It does nothing to a stopped server.
func (d *Daemon) Stop() {
	d.t.Helper()
	d.end(syscall.SIGTERM)
}

// Kill ends the server without warning, as kill -9 does.
func (d *Daemon) Kill() {
	d.t.Helper()
	d.end(syscall.SIGKILL)
}

// Pause stops the server's processes where they are: its ports accept
// connections, and nobody answers.
func (d *Daemon) Pause() {
	d.t.Helper()
	d.signal(syscall.SIGSTOP)
}

// Resume lets a paused server go on.
func (d *Daemon) Resume() {
	d.t.Helper()
	d.signal(syscall.SIGCONT)
}

// PID is the server's first process, which leads its session.
func (d *Daemon) PID() int { return d.cmd.Process.Pid }

func (d *Daemon) running() bool { return d.cmd != nil }

func (d *Daemon) signal(s syscall.Signal) {
	d.t.Helper()
	if !d.running() {
		d.t.Fatalf("%s: is not running", d.name)
	}
	signalSession(d.PID(), s)
}

func (d *Daemon) launch() error {
	out, err := os.OpenFile(d.outputPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.Command(d.args[0], d.args[1:]...)
	cmd.Dir = d.Dir
	cmd.Env = d.environment()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: d.account.credential}
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	d.cmd, d.exited = cmd, exited
	d.guard, err = startGuard(cmd.Process.Pid)
	return err
}

// environment is a plain one, so that the machine's proxies and locale do not
// change what a test sees.
func (d *Daemon) environment() []string {
	return append([]string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=" + d.Dir, "TMPDIR=" + d.Dir, "LANG=C.UTF-8", "TZ=UTC",
	}, d.env...)
}

func (d *Daemon) end(s syscall.Signal) {
	d.t.Helper()
	if !d.running() {
		return
	}
	session := d.PID()
	gone := func() error { return sessionGone(session) }
	// Only the first process is asked: it stops its workers in its own order.
	_ = syscall.Kill(session, s)
	signalSession(session, syscall.SIGCONT)
	if s == syscall.SIGKILL || !d.endedWithin(stopTimeout) || poll(workerTimeout, nil, gone) != nil {
		signalSession(session, syscall.SIGKILL)
	}
	if err := poll(stopTimeout, nil, gone); err != nil {
		d.t.Errorf("%s: processes are left after SIGKILL: %v", d.name, err)
	}
	d.endedWithin(stopTimeout)
	d.guard.dismiss()
	d.cmd, d.guard = nil, nil
}

// endedWithin waits for the end of the first process.
func (d *Daemon) endedWithin(timeout time.Duration) bool {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-d.exited:
		return true
	case <-timer.C:
		return false
	}
}

func (d *Daemon) outputPath() string { return filepath.Join(d.Dir, d.name+".out") }

// dumpLogs prints the ends of the server's logs if the test failed.
func (d *Daemon) dumpLogs() {
	if !d.t.Failed() {
		return
	}
	for _, path := range append([]string{d.outputPath()}, d.logs...) {
		data, err := os.ReadFile(path)
		if err != nil || len(data) == 0 {
			continue
		}
		d.t.Logf("%s: the end of %s:\n%s", d.name, filepath.Base(path), tail(data, 40))
	}
}

// tail gives the last n lines of data.
func tail(data []byte, n int) string {
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return strings.Join(lines, "\n")
}

// run is for a server's own tools: it runs one to its end, at most timeout, as
// the server's user, and gives what it printed.
func (d *Daemon) run(timeout time.Duration, args ...string) (string, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = d.Dir
	cmd.Env = d.environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: d.account.credential}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = 2 * time.Second
	if err := cmd.Start(); err != nil {
		return "", err
	}
	expired := time.AfterFunc(timeout, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer expired.Stop()
	if err := cmd.Wait(); err != nil {
		return out.String(), fmt.Errorf("%s: %w: %s", filepath.Base(args[0]), err, tail([]byte(out.String()), 10))
	}
	return out.String(), nil
}
