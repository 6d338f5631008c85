package web

import (
	"net/http"
	"time"

	"lma_collector/collector/health"
	"lma_collector/collector/pipeline"
)

// view is what the templates show: one moment of everything.
type view struct {
	Hostname, Environment, Version string
	Now, Started                   time.Time

	Head    headline
	Reasons []reason
	Faulty  []check // members that are not OKAY
	Okay    []check
	Groups  []pluginGroup
	Totals  totals
	Window  time.Duration // of the rates

	Filter    logFilter
	LogsShown bool // the token is there
	TokenHint string
	Logs      []LogEntry
	LogsSeen  uint64
	Programs  []string

	Plugin *pluginRow // of the page of one plugin
}

const shownLogs = 200

// overview gathers the view of the main page.
func (s *Server) overview(f logFilter, withLogs bool) *view {
	v := s.collectorView()
	tree := s.tree()
	v.Head = summarize(tree)
	v.Reasons = reasons(tree, v.Head.Tiles)
	v.Faulty, v.Okay = checks(tree)
	v.Filter, v.LogsShown, v.TokenHint = f, withLogs, s.tokenHint()
	if withLogs {
		v.Logs, v.LogsSeen = s.logs.newest(f, shownLogs)
		v.Programs = s.logs.programs()
	}
	return v
}

// collectorView is the part of the view that is about the collector.
func (s *Server) collectorView() *view {
	v := &view{Hostname: s.o.Hostname, Environment: s.o.Environment, Version: s.o.Version, Now: s.now(), Started: s.o.Started}
	plugins, window := s.rates.rated(s.report())
	v.Groups, v.Window = groups(plugins), window
	v.Totals = sum(v.Groups)
	return v
}

// pluginView is the view of one plugin, nil where there is none of that name.
func (s *Server) pluginView(name string) *view {
	v := s.collectorView()
	for _, g := range v.Groups {
		for i := range g.Plugins {
			if g.Plugins[i].Name == name {
				v.Plugin = &g.Plugins[i]
				return v
			}
		}
	}
	return nil
}

// restartShown is how long the page tells why a plugin was started again.
const restartShown = time.Hour

// StartedAgain tells that the plugin runs, but failed not long ago: one that fails again and again runs in
// between.
func (v *view) StartedAgain(p pluginRow) bool {
	return p.State == pipeline.StateRunning && p.Restarts > 0 && p.LastError != "" && v.Now.Sub(p.Since) < restartShown
}

// Uptime is how long the collector has run.
func (v *view) Uptime() string { return lasted(v.Now.Sub(v.Started)) }

// For tells how long something has lasted.
func (v *view) For(since time.Time) string { return lasted(v.Now.Sub(since)) }

// Clock tells when something was.
func (v *view) Clock(t time.Time) string { return clock(t, v.Now) }

// FirstChecks are as many checks as a page shows, and Left the number of the others.
func (v *view) FirstChecks(list []check) []check { return list[:min(len(list), maxChecks)] }
func (v *view) Left(list []check) int            { return len(list) - min(len(list), maxChecks) }

// Title is the page's title, with what matters first: it is read in a row of tabs.
func (v *view) Title() string {
	name := v.Hostname
	if v.Environment != "" {
		name = v.Environment
	}
	if v.Plugin != nil {
		return v.Plugin.Name + " · " + name + " · LMA collector"
	}
	status := "no status yet"
	if v.Head.Known {
		status = v.Head.Status.String()
	}
	return status + " · " + name + " · LMA collector"
}

// statusClass is the CSS class of a status, and symbol a sign of it beside its word.
func statusClass(s health.Status) string {
	return [...]string{"okay", "warn", "unknown", "critical", "down"}[inRange(s)]
}

func symbol(s health.Status) string {
	return [...]string{"✓", "▲", "?", "●", "■"}[inRange(s)]
}

func inRange(s health.Status) health.Status {
	if s < health.Okay || s > health.Down {
		return health.Unknown
	}
	return s
}

func (s *Server) showOverview(w http.ResponseWriter, r *http.Request) {
	s.render(w, "overview.html", s.overview(newLogFilter(r.URL.Query()), s.knows(r)))
}

func (s *Server) showPlugin(w http.ResponseWriter, r *http.Request) {
	v := s.pluginView(r.PathValue("name"))
	if v == nil {
		http.Error(w, "there is no input, filter or output of this name; / lists them all", http.StatusNotFound)
		return
	}
	s.render(w, "plugin.html", v)
}

// WindowText is the time that the rates are means of.
func (v *view) WindowText() string { return lasted(v.Window.Round(time.Second)) }
