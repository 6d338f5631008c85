package cli

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A pid file that a crash has left behind may name another program's process by now; only a collector
// that runs keeps another from starting.
func TestPidFile(t *testing.T) {
	if os.Getenv("PID_FILE_TEST") != "" { // the second collector
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	path := filepath.Join(t.TempDir(), "running.pid")
	running := func(program string, args ...string) int {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), "PID_FILE_TEST=1")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			in.Close()
			_ = cmd.Wait()
		})
		if err := os.WriteFile(path, fmt.Appendf(nil, "%d\n", cmd.Process.Pid), 0o600); err != nil {
			t.Fatal(err)
		}
		return cmd.Process.Pid
	}
	pid := running(os.Args[0], "-test.run=^TestPidFile$")
	want := fmt.Sprintf("pid_file %s names process %d, which is running: stop it or remove the file", path, pid)
	if _, err := writePidFile(path); err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	running("cat")
	remove, err := writePidFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != fmt.Sprintf("%d\n", os.Getpid()) {
		t.Errorf("holds %q", got)
	}
	remove()
	if _, err := os.Stat(path); err == nil {
		t.Error("is still there")
	}
}
