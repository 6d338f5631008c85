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

// guard kills a server's process group when the test program ends without
// having stopped it: when it is killed, or panics on its time limit. It is a
// shell that waits for the end of a pipe whose other end only the test program
// holds.
type guard struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

func startGuard(group int) (*guard, error) {
	cmd := exec.Command("/bin/sh", "-c", `read -r _; kill -s KILL -- "-$1"`, "guard", strconv.Itoa(group))
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

// dismiss ends the guard before its pipe, so that it kills nobody.
func (g *guard) dismiss() {
	_ = g.cmd.Process.Kill()
	_ = g.cmd.Wait()
	_ = g.pipe.Close()
}

// groupGone reports nil when no process of the group is left but ended ones
// that nobody has waited for yet: a container's first process may never do so.
func groupGone(group int) error {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		name, state, pgrp := processState(e.Name())
		if pgrp == group && state != "Z" && state != "X" {
			return fmt.Errorf("process %s (%s) runs", e.Name(), name)
		}
	}
	return nil
}

// processState reads name, state and process group from /proc/PID/stat; the
// name stands in brackets and may hold anything (proc(5)).
func processState(pid string) (name, state string, pgrp int) {
	data, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return "", "", 0
	}
	stat := string(data)
	open, end := strings.IndexByte(stat, '('), strings.LastIndexByte(stat, ')')
	if open < 0 || end < open {
		return "", "", 0
	}
	fields := strings.Fields(stat[end+1:])
	if len(fields) < 3 {
		return "", "", 0
	}
	pgrp, _ = strconv.Atoi(fields[2])
	return stat[open+1 : end], fields[0], pgrp
}
