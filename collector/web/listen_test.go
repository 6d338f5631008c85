package web

import (
	"bufio"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lma_collector/collector/health"
	"lma_collector/collector/pipeline"
)

// until polls a condition for ten seconds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	limit := time.After(10 * time.Second)
	for !holds() {
		select {
		case <-poll.C:
		case <-limit:
			t.Fatalf("it never came true that %s", what)
		}
	}
}

// client is one without connections that outlive the test.
func client(t *testing.T) *http.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestPortInUse(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var listening atomic.Bool
	s := New(Options{
		Address: other.Addr().String(), TokenFile: filepath.Join(t.TempDir(), "status_token"),
		Report: func() pipeline.Report { return report(1) }, Ready: func(string) { listening.Store(true) },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	defer func() { cancel(); <-done }()
	until(t, "the port in use is a condition", func() bool { return len(s.health.Conditions()) == 1 })
	want := "no status page: the address " + other.Addr().String() + " is in use, perhaps by another collector: " +
		"end that program, or set address in [collector]; trying again"
	if got := s.health.Conditions()[0].Text; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	other.Close()
	until(t, "it listens once the port is free", listening.Load)
	if len(s.health.Conditions()) != 0 {
		t.Errorf("conditions stay: %+v", s.health.Conditions())
	}
}

func TestLogNamesNoToken(t *testing.T) {
	var log strings.Builder
	s := New(Options{Address: "127.0.0.1:0", TokenFile: filepath.Join(t.TempDir(), "status_token"), Log: slog.New(slog.NewTextHandler(&log, nil))})
	ctx, cancel := context.WithCancel(context.Background())
	var url string
	s.o.Ready = func(u string) { url = u; cancel() }
	s.Run(ctx)
	token := s.token.get()
	if !strings.HasSuffix(url, "/?token="+token) || len(token) != 32 {
		t.Errorf("ready with %q", url)
	}
	wantContains(t, log.String(), "status page", "http://127.0.0.1:", "token_file=")
	if strings.Contains(log.String(), token) {
		t.Errorf("the log has the token in it:\n%s", log.String())
	}
}

// nextPart reads the event stream up to a part of an id that contains a text.
func nextPart(t *testing.T, r *bufio.Scanner, id, text string) {
	t.Helper()
	for r.Scan() {
		data, ok := strings.CutPrefix(r.Text(), "data: {")
		if !ok {
			continue
		}
		var part struct{ ID, HTML, Title string }
		if err := json.Unmarshal([]byte("{"+data), &part); err != nil {
			t.Fatalf("%v in %s", err, r.Text())
		}
		if part.ID == id && strings.Contains(part.HTML, text) {
			return
		}
	}
	t.Fatalf("the stream ended before %q had %q: %v", id, text, r.Err())
}

func TestEventStream(t *testing.T) {
	s, page := serving(t, Options{Health: health.NewTracker(nil), Report: func() pipeline.Report { return report(1) }})
	token := page[strings.Index(page, "=")+1:]
	c := client(t)
	ask := func(query, token string) *bufio.Scanner {
		r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL()+"api/events"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := c.Do(r)
		if err != nil || answer.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
			t.Fatalf("%v %v", answer, err)
		}
		t.Cleanup(func() { answer.Body.Close() })
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 1<<20)
		return lines
	}
	known, stranger, one := ask("?severity=error", token), ask("", "wrong"), ask("?plugin=afd", "")
	nextPart(t, known, "tiles", "Nothing reports")
	s.LogSeen(logMessage(t, 6, "nova-api", "a mere note"))
	s.LogSeen(logMessage(t, 3, "nova-api", "a real error"))
	s.StatusSeen(statusMessage(t, "mysql", health.Down, `{"alarms":[]}`))
	nextPart(t, known, "tiles", "DOWN")
	nextPart(t, stranger, "tiles", "DOWN")
	nextPart(t, known, "logs", "a real error")
	nextPart(t, one, "numbers", "AFDFilter")
	s.LogSeen(logMessage(t, 3, "nova-api", "another error"))
	for known.Scan() {
		if strings.Contains(known.Text(), "a mere note") {
			t.Error("the stream has a log that its filter left out")
		}
		if strings.Contains(known.Text(), "another error") {
			break
		}
	}
	s.StatusSeen(statusMessage(t, "mysql", health.Okay, `{"alarms":[]}`))
	for stranger.Scan() {
		if strings.Contains(stranger.Text(), " error") && strings.Contains(stranger.Text(), `"id":"logs"`) {
			t.Error("the stream without the token has text of logs")
		}
		if strings.Contains(stranger.Text(), "OKAY") && strings.Contains(stranger.Text(), `"id":"tiles"`) {
			break
		}
	}
}

func TestStopsWithOpenStreams(t *testing.T) {
	ready := make(chan string, 1)
	s := New(Options{Address: "127.0.0.1:0", Report: func() pipeline.Report { return report(1) }, Ready: func(u string) { ready <- u }})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	url := <-ready
	c := client(t)
	for range 3 {
		answer, err := c.Get(url + "api/events")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if _, err := bufio.NewReader(answer.Body).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Error("it does not stop while pages follow")
	}
	if s.URL() != "" {
		t.Errorf("it still says that it listens on %s", s.URL())
	}
}

func TestStreamsAreLimited(t *testing.T) {
	s := fixed(t)
	for range maxStreams {
		s.events.enter()
	}
	w := get(s, "/api/events", "")
	if want := `{"error":"24 pages follow already: close one"}` + "\n"; w.Code != http.StatusServiceUnavailable || w.Body.String() != want {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	s.events.leave()
	if !s.events.enter() {
		t.Error("a place that became free is not given away")
	}
}
