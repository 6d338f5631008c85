package servers

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// guard kills a server's session when the test program ends without
// having stopped it: when it is killed, or panics on its time limit. It is a
// shell that waits for the end of a pipe whose other end only the test program
// holds.
type guard struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

// killSession waits for the end of its input and then kills every process of
// session $1: the sixth field of /proc/PID/stat, the fourth after the name. It
// looks again until it finds none, since a process may have started another one
// after the list was made. Zombies, of state Z, are dead.
const killSession = `
read -r _
session=$1
found=1
while [ $found = 1 ]; do
	found=0
	for stat in /proc/[0-9]*/stat; do
		read -r line 2>/dev/null <"$stat" || continue
		set -- ${line##*) }
		[ "$4" = "$session" ] && [ "$1" != Z ] || continue
		found=1
		pid=${stat%/stat}
		kill -s KILL "${pid#/proc/}" 2>/dev/null
	done
done`

func startGuard(session int) (*guard, error) {
	cmd := exec.Command("/bin/sh", "-c", killSession, "guard", strconv.Itoa(session))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &guard{cmd: cmd, pipe: pipe}, nil
}

// dismiss ends the guard before its pipe, so that it kills nobody. A guard that
// could not be started is nil.
func (g *guard) dismiss() {
	if g == nil {
		return
	}
	_ = g.cmd.Process.Kill()
	_ = g.cmd.Wait()
	_ = g.pipe.Close()
}

// signalSession sends a signal to every process of a session.
func signalSession(session int, s syscall.Signal) {
	_ = eachOfSession(session, func(p process) error {
		_ = syscall.Kill(p.pid, s)
		return nil
	})
}

// sessionGone reports nil when no process of the session is left.
func sessionGone(session int) error {
	return eachOfSession(session, func(p process) error {
		return fmt.Errorf("process %d (%s) runs", p.pid, p.name)
	})
}

// process is what this package reads of /proc/PID/stat.
type process struct {
	pid     int
	name    string
	state   string
	session int
}

// eachOfSession calls f for the session's processes until one gives an error.
// Ended processes that nobody has waited for are left out: a container's first
// process may never do so.
func eachOfSession(session int, f func(process) error) error {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return err
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		p := readProcess(pid)
		if p.session != session || p.state == "Z" || p.state == "X" {
			continue
		}
		if err := f(p); err != nil {
			return err
		}
	}
	return nil
}

// readProcess gives the zero process when there is none (any more). The name
// stands in brackets and may hold anything (proc(5)).
func readProcess(pid int) process {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}
	}
	stat := string(data)
	open, end := strings.IndexByte(stat, '('), strings.LastIndexByte(stat, ')')
	if open < 0 || end < open {
		return process{}
	}
	fields := strings.Fields(stat[end+1:])
	if len(fields) < 4 {
		return process{}
	}
	session, err := strconv.Atoi(fields[3])
	if err != nil {
		return process{}
	}
	return process{pid: pid, name: stat[open+1 : end], state: fields[0], session: session}
}
