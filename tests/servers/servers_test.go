package servers

import (
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(helperEnv) != "" {
		startAndHang()
		return
	}
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
// processes, which must include the given ports.
func listensOnLoopbackOnly(t *testing.T, d *Daemon, ports ...int) {
	t.Helper()
	listeners, err := sessionListeners(d.PID())
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, l := range listeners {
		found = append(found, l.Port)
		if !l.IP.IsLoopback() {
			t.Errorf("%s listens on %v", d.name, l)
		}
	}
	for _, port := range ports {
		if !slices.Contains(found, port) {
			t.Errorf("%s listens on ports %v, not on %d", d.name, found, port)
		}
	}
}

// portOf gives the port of a server's URL.
func portOf(t *testing.T, address string) int {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func waitForLine(t *testing.T, path string, words ...string) {
	t.Helper()
	WaitFor(t, 60*time.Second, "a log line with "+strings.Join(words, ", "), func() error {
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
