package integration

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"sync"
	"testing"

	"lma_collector/tests/servers"
)

// bulkServer speaks what the collector uses of Elasticsearch, where no real one can be had: bulk
// requests of the operation create. Of what it stores before it hangs, the answer gets lost.
type bulkServer struct {
	t       testing.TB
	url     string
	address string

	mu       sync.Mutex
	byID     map[string]string // payloads
	paused   chan struct{}     // closed when it goes on; nil while it works
	server   *http.Server
	ended    chan struct{}
	unusable int // requests that were not understood
}

func startBulkServer(t testing.TB) *bulkServer {
	t.Helper()
	s := &bulkServer{t: t, address: fmt.Sprintf("127.0.0.1:%d", servers.Port(t)), byID: map[string]string{}}
	s.url = "http://" + s.address
	s.Start()
	t.Cleanup(func() {
		s.Resume()
		s.Kill()
		if s.unusable > 0 {
			t.Errorf("%d requests were no bulk requests", s.unusable)
		}
	})
	return s
}

// Start begins to listen.
func (s *bulkServer) Start() {
	s.t.Helper()
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.server, s.ended = &http.Server{Handler: s}, make(chan struct{})
	go func() {
		defer close(s.ended)
		_ = s.server.Serve(l)
	}()
}

// Kill closes all connections and the port.
func (s *bulkServer) Kill() {
	_ = s.server.Close()
	<-s.ended
}

// Pause lets every request hang after it has been stored.
func (s *bulkServer) Pause() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = make(chan struct{})
}

// Resume answers again.
func (s *bulkServer) Resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused != nil {
		close(s.paused)
		s.paused = nil
	}
}

func (s *bulkServer) payloads() (map[string]int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stored := map[string]int{}
	for payload := range maps.Values(s.byID) {
		stored[payload]++
	}
	return stored, nil
}

func (s *bulkServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil { // it gave up
		return
	}
	statuses, err := s.store(body)
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/_bulk" {
		s.mu.Lock()
		s.unusable++
		s.mu.Unlock()
		http.Error(w, "no bulk request", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	paused := s.paused
	s.mu.Unlock()
	if paused != nil {
		select {
		case <-paused:
		case <-r.Context().Done():
			return
		}
	}
	items, exists := make([]any, len(statuses)), false
	for i, status := range statuses {
		item := map[string]any{"status": status}
		if status == http.StatusConflict {
			exists = true
			item["error"] = map[string]string{"type": "version_conflict_engine_exception", "reason": "document already exists"}
		}
		items[i] = map[string]any{"create": item}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": exists, "items": items})
}

// store takes a request's documents in and gives the status of each.
func (s *bulkServer) store(body []byte) (statuses []int, err error) {
	lines := bufio.NewScanner(bytes.NewReader(body))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var action struct {
			Create struct {
				ID string `json:"_id"`
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &action); err != nil || action.Create.ID == "" {
			return nil, fmt.Errorf("no action: %q", lines.Text())
		}
		var doc struct{ Payload string }
		if !lines.Scan() {
			return nil, fmt.Errorf("no document follows %q", action.Create.ID)
		}
		if err := json.Unmarshal(lines.Bytes(), &doc); err != nil {
			return nil, err
		}
		statuses = append(statuses, s.create(action.Create.ID, doc.Payload))
	}
	return statuses, lines.Err()
}

func (s *bulkServer) create(id, payload string) (status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.byID[id]; known {
		return http.StatusConflict
	}
	s.byID[id] = payload
	return http.StatusCreated
}
