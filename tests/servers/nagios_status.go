package servers

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The states of a Nagios service.
const (
	OK       = 0
	Warning  = 1
	Critical = 2
	Unknown  = 3
)

// ErrPending is the error of ServiceState for what has had no
// result yet. Nagios gives it state 0, which must not pass for OK.
var ErrPending = errors.New("pending: no result yet")

// ServiceState reads a service's state and output from status.dat, which is up
// to a second old. A service that Nagios does not know is an error.
func (n *Nagios) ServiceState(host, service string) (state int, output string, err error) {
	status, err := readStatus(n.StatusPath)
	if err != nil {
		return 0, "", err
	}
	entry, ok := status.entries[statusKey{host, service}]
	switch {
	case !ok:
		return 0, "", fmt.Errorf("nagios knows no service %q of host %q", service, host)
	case entry["has_been_checked"] != "1":
		return 0, "", ErrPending
	}
	state, err = strconv.Atoi(entry["current_state"])
	return state, entry["plugin_output"], err
}

// WaitState waits until a service has state want, and fails the test if it has
// not within timeout.
func (n *Nagios) WaitState(t testing.TB, host, service string, want int, timeout time.Duration) {
	t.Helper()
	WaitFor(t, timeout, fmt.Sprintf("nagios service %q of %q in state %d", service, host, want), func() error {
		state, output, err := n.ServiceState(host, service)
		if err == nil && state != want {
			err = fmt.Errorf("state %d, output %q", state, output)
		}
		return err
	})
}

// statusKey names a service.
type statusKey struct{ host, service string }

// nagiosStatus is what this package uses of status.dat.
type nagiosStatus struct {
	pid     int
	entries map[statusKey]map[string]string
}

// readStatus parses status.dat: blocks "type {" of lines "name=value", closed by
// "}". Nagios replaces the file as a whole, so that it is never half written.
func readStatus(path string) (nagiosStatus, error) {
	status := nagiosStatus{entries: map[statusKey]map[string]string{}}
	f, err := os.Open(path)
	if err != nil {
		return status, err
	}
	defer f.Close()
	var kind string
	var block map[string]string
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if name, ok := strings.CutSuffix(line, " {"); ok && block == nil {
			kind, block = name, map[string]string{}
		} else if line == "}" && block != nil {
			status.add(kind, block)
			block = nil
		} else if name, value, ok := strings.Cut(line, "="); ok && block != nil {
			block[name] = value
		}
	}
	return status, lines.Err()
}

func (s *nagiosStatus) add(kind string, block map[string]string) {
	switch kind {
	case "programstatus":
		s.pid, _ = strconv.Atoi(block["nagios_pid"])
	case "servicestatus":
		s.entries[statusKey{block["host_name"], block["service_description"]}] = block
	}
}
