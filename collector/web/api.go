package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"lma_collector/collector/health"
)

func writeJSON(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)  // it is never taken for HTML: nosniff
	if e.Encode(v) != nil { // a number that JSON cannot say
		b.Reset()
		code = http.StatusInternalServerError
		b.WriteString(`{"error":"the answer cannot be written as JSON"}` + "\n")
	}
	w.WriteHeader(code)
	w.Write(b.Bytes())
}

// identity heads the answers of the API.
type identity struct {
	Hostname    string    `json:"hostname"`
	Environment string    `json:"environment,omitempty"`
	Version     string    `json:"version"`
	Started     time.Time `json:"started"`
	Time        time.Time `json:"time"`
}

func (s *Server) identity() identity {
	return identity{s.o.Hostname, s.o.Environment, s.o.Version, s.o.Started, s.now()}
}

func (s *Server) apiStatus(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, struct {
		identity
		health.Tree
	}{s.identity(), s.tree()})
}

func (s *Server) apiPlugins(w http.ResponseWriter, _ *http.Request) {
	plugins, window := s.rates.rated(s.report())
	writeJSON(w, http.StatusOK, struct {
		identity
		Window  float64        `json:"rate_window_seconds"`
		Plugins []PluginStatus `json:"plugins"`
	}{s.identity(), window.Seconds(), plugins})
}

// apiLogs answers with the newest log messages. It takes q, program, severity and limit.
func (s *Server) apiLogs(w http.ResponseWriter, r *http.Request) {
	if !s.knows(r) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="lma_collector"`)
		s.refuse(w, r, http.StatusUnauthorized, `the text of logs needs the collector's token: send "Authorization: Bearer TOKEN"; `+s.tokenHint())
		return
	}
	limit := keptLogs
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			s.refuse(w, r, http.StatusBadRequest, "limit must be a number of messages from 1 to "+strconv.Itoa(keptLogs)+", not "+strconv.Quote(text))
			return
		}
		limit = min(n, keptLogs)
	}
	list, seen := s.logs.newest(newLogFilter(r.URL.Query()), limit)
	if list == nil {
		list = []LogEntry{}
	}
	writeJSON(w, http.StatusOK, struct {
		Seen uint64     `json:"seen"` // since the start of the program
		Logs []LogEntry `json:"logs"` // newest first
	}{seen, list})
}
