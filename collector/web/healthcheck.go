package web

import (
	"net/http"
	"time"

	"lma_collector/collector/pipeline"
	"lma_collector/collector/plugin"
)

// The collector's own condition, as /health gives it.
const (
	working  = "ok"       // every plugin works and none complains
	degraded = "degraded" // it works, but something needs a look
	failing  = "failed"   // a plugin failed for good, or none runs
)

// degradedPlugin is a plugin that needs a look.
type degradedPlugin struct {
	Name       string             `json:"name"`
	Type       string             `json:"type"`
	State      string             `json:"state"`
	Since      time.Time          `json:"since"` // of the state, or of the oldest condition
	LastError  string             `json:"last_error,omitempty"`
	Conditions []plugin.Condition `json:"conditions,omitempty"`
}

// healthAnswer is the body of /health.
type healthAnswer struct {
	Status   string           `json:"status"`
	Plugins  int              `json:"plugins"`
	Running  int              `json:"running"`
	Uptime   float64          `json:"uptime_seconds"`
	Degraded []degradedPlugin `json:"degraded"`
	Identity *identity        `json:"collector,omitempty"`
}

// judge tells how the collector is.
func judge(r pipeline.Report) healthAnswer {
	a := healthAnswer{Status: working, Degraded: []degradedPlugin{}}
	failed := false
	for i := range r.Plugins {
		p := &r.Plugins[i]
		if p.Kind == kindPage {
			a.Degraded = append(a.Degraded, degradation(p))
			continue
		}
		a.Plugins++
		switch p.State {
		case pipeline.StateRunning, pipeline.StateFinished:
			a.Running++
		case pipeline.StateFailed:
			failed = true
		}
		if !p.Healthy() {
			a.Degraded = append(a.Degraded, degradation(p))
		}
	}
	switch {
	case failed || a.Running == 0:
		a.Status = failing
	case len(a.Degraded) > 0:
		a.Status = degraded
	}
	return a
}

func degradation(p *pipeline.PluginReport) degradedPlugin {
	d := degradedPlugin{Name: p.Name, Type: p.Type, State: p.State, Since: p.Since, LastError: p.LastError, Conditions: p.Conditions}
	if p.State == pipeline.StateRunning && len(p.Conditions) > 0 {
		d.Since = p.Conditions[0].Since
		for _, c := range p.Conditions {
			if c.Since.Before(d.Since) {
				d.Since = c.Since
			}
		}
	}
	return d
}

// checkHealth answers 200 while the collector works, and 503 when a plugin failed for good or none
// runs. With ?strict it answers 503 also when it is degraded.
func (s *Server) checkHealth(w http.ResponseWriter, r *http.Request) {
	a := judge(s.report())
	a.Uptime = s.now().Sub(s.o.Started).Round(time.Second).Seconds()
	code := http.StatusOK
	if a.Status == failing || a.Status == degraded && r.URL.Query().Has("strict") {
		code = http.StatusServiceUnavailable
	}
	if s.open && !s.knows(r) { // others learn only how it is
		writeJSON(w, code, map[string]string{"status": a.Status})
		return
	}
	id := s.identity()
	a.Identity = &id
	writeJSON(w, code, a)
}
