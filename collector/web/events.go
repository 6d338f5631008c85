package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	maxStreams     = 24 // pages that follow at once
	streamEvery    = time.Second
	streamGap      = 100 * time.Millisecond
	streamWrite    = 10 * time.Second // a browser that takes nothing for this long is gone
	keepAliveEvery = 15 * time.Second
)

// events wakes the streams of open pages.
type events struct {
	mu      sync.Mutex
	streams int
	changed chan struct{} // closed at the next change
}

func (e *events) init() { e.changed = make(chan struct{}) }

// wake tells every stream that something changed.
func (e *events) wake() {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.changed)
	e.changed = make(chan struct{})
}

func (e *events) next() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.changed
}

func (e *events) enter() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.streams == maxStreams {
		return false
	}
	e.streams++
	return true
}

func (e *events) leave() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.streams--
}

// stream is one page that follows.
type stream struct {
	s     *Server
	w     http.ResponseWriter
	out   *http.ResponseController
	parts []string
	view  func() *view
	sent  map[string]string // the parts as the page has them
	quiet time.Time         // of the last thing sent
	buf   bytes.Buffer
}

// streamEvents sends parts of a page as they change: events "part" with {"id", "html"}. It takes the
// filter of logs as the page does, or plugin=NAME for the page of a plugin.
func (s *Server) streamEvents(w http.ResponseWriter, r *http.Request) {
	if !s.events.enter() {
		s.refuse(w, r, http.StatusServiceUnavailable, fmt.Sprintf("%d pages follow already: close one", maxStreams))
		return
	}
	defer s.events.leave()
	st := &stream{s: s, w: w, out: http.NewResponseController(w), sent: map[string]string{}}
	query := r.URL.Query()
	if name := query.Get("plugin"); name != "" {
		st.parts, st.view = pluginParts, func() *view { return s.pluginView(name) }
	} else {
		filter, withLogs := newLogFilter(query), s.knows(r)
		st.parts, st.view = overviewParts, func() *view { return s.overview(filter, withLogs) }
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // proxies must not gather events
	st.out.SetReadDeadline(time.Time{})
	if r.Method == http.MethodHead {
		return
	}
	st.follow(r)
}

// follow sends until the browser or the collector goes away.
func (st *stream) follow(r *http.Request) {
	fmt.Fprintf(&st.buf, "retry: 2000\nevent: hello\ndata: %q\n\n", edition)
	tick := time.NewTicker(streamEvery)
	defer tick.Stop()
	for {
		changed := st.s.events.next()
		if st.gather() != nil || st.flush() != nil {
			return
		}
		select {
		case <-tick.C:
		case <-changed:
			pause(r.Context(), streamGap) // changes come in swarms
		case <-r.Context().Done():
			return
		}
	}
}

// gather puts the parts that changed in the buffer.
func (st *stream) gather() error {
	v := st.view()
	if v == nil {
		return fmt.Errorf("the plugin is gone")
	}
	var html bytes.Buffer
	for _, id := range st.parts {
		html.Reset()
		if err := st.s.pages.ExecuteTemplate(&html, id, v); err != nil {
			return err
		}
		if before, known := st.sent[id]; known && before == html.String() {
			continue
		}
		st.sent[id] = html.String()
		data, err := json.Marshal(map[string]string{"id": id, "html": st.sent[id], "title": v.Title()})
		if err != nil {
			return err
		}
		fmt.Fprintf(&st.buf, "event: part\ndata: %s\n\n", data)
	}
	if st.buf.Len() == 0 && time.Since(st.quiet) > keepAliveEvery {
		st.buf.WriteString(": still here\n\n")
	}
	return nil
}

// flush sends the buffer.
func (st *stream) flush() error {
	if st.buf.Len() == 0 {
		return nil
	}
	st.out.SetWriteDeadline(time.Now().Add(streamWrite))
	if _, err := st.w.Write(st.buf.Bytes()); err != nil {
		return err
	}
	st.buf.Reset()
	st.quiet = time.Now()
	return st.out.Flush()
}
