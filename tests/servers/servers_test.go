package servers

import (
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// stopsWithoutTrace stops a server and checks that none of its ports answers
// and that its folder goes with the test.
func stopsWithoutTrace(t *testing.T, d *Daemon, ports ...int) {
	t.Helper()
	session := d.PID()
	d.Stop()
	if err := sessionGone(session); err != nil {
		t.Errorf("%s: after Stop: %v", d.name, err)
	}
	for _, port := range ports {
		if accepts(port)() == nil {
			t.Errorf("%s: port %d still answers", d.name, port)
		}
	}
}

// listensOnLoopbackOnly checks the listening TCP sockets of all the server's
// processes.
func listensOnLoopbackOnly(t *testing.T, d *Daemon) {
	t.Helper()
	listeners, err := sessionListeners(d.PID())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range listeners {
		if !l.IP.IsLoopback() {
			t.Errorf("%s listens on %v", d.name, l)
		}
	}
}

func waitForLine(t *testing.T, path string, words ...string) {
	t.Helper()
	WaitFor(t, 20*time.Second, "a log line with "+strings.Join(words, ", "), func() error {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(data)) {
			if containsAll(line, words) {
				return nil
			}
		}
		return errNoLine
	})
}

func containsAll(line string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(line, w) {
			return false
		}
	}
	return true
}
