package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"
)

// startTimeout is how long a server may take until its first answer, on a
// machine busy with other tests.
const startTimeout = 90 * time.Second

const pollInterval = 50 * time.Millisecond

// client keeps no connections, so that no goroutine outlives a request.
var client = &http.Client{
	Timeout:   20 * time.Second,
	Transport: &http.Transport{DisableKeepAlives: true},
}

// WaitFor polls until condition returns nil, and fails the test with the last
// error when timeout has passed.
func WaitFor(t testing.TB, timeout time.Duration, what string, condition func() error) {
	t.Helper()
	if err := poll(timeout, nil, condition); err != nil {
		t.Fatalf("%s: not within %v: %v", what, timeout, err)
	}
}

var errGone = errors.New("the server ended")

// poll calls condition until it returns nil, gone is closed or timeout passes.
func poll(timeout time.Duration, gone <-chan struct{}, condition func() error) error {
	deadline := time.NewTimer(timeout)
	defer deadline.Stop()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		err := condition()
		if err == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-gone:
			return fmt.Errorf("%w; before, %w", errGone, err)
		case <-deadline.C:
			return err
		}
	}
}

// answersHTTP reports nil once a GET of url gives status want.
func answersHTTP(url string, want int) func() error {
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			return fmt.Errorf("GET %s: status %d, want %d", url, resp.StatusCode, want)
		}
		return nil
	}
}

// accepts reports nil once something listens on the loopback port.
func accepts(port int) func() error {
	return func() error {
		conn, err := net.DialTimeout("tcp", loopback(port), time.Second)
		if err != nil {
			return err
		}
		return conn.Close()
	}
}
