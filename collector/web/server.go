// Package web is the collector's window: a status page rendered on the server, the JSON behind it,
// Prometheus metrics and a health check, read-only and on loopback unless told otherwise.
//
// Routes:
//
//	/                  the page; /?token=… takes the token of the token file and sets a cookie
//	/plugins/NAME      all numbers of one plugin
//	/api/status        the tree of clusters, members and alarms
//	/api/plugins       every plugin's state, counters and rates
//	/api/logs          the newest log messages (needs the token)
//	/api/events        parts of the page as they change, as an event stream
//	/health            200 while the collector works, 503 when a plugin failed for good or none runs
//	/metrics           for Prometheus
package web

import (
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"lma_collector/collector/health"
	"lma_collector/collector/message"
	"lma_collector/collector/pipeline"
	"lma_collector/collector/plugin"
)

// Health is what keeps the statuses of clusters; a *health.Tracker is one.
type Health interface {
	Take(m *message.Message) (changed bool) // notes what an AFD or GSE message reports
	Tree() health.Tree
}

// LogMatcher is the message_matcher of what LogSeen takes.
const LogMatcher = "Type == 'log'"

// StatusMatcher is the message_matcher of what StatusSeen takes.
const StatusMatcher = health.TrackerMatcher

// Options say what a Server shows and where.
type Options struct {
	Address     string                 // host:port to listen on; "" is 127.0.0.1:4352
	TokenFile   string                 // holds the token that the text of logs needs; "" hides it from everybody
	Hostname    string                 // of this collector
	Environment string                 // of the site, "" for none
	Version     string                 // of the program
	Started     time.Time              // of the program; now if zero
	Report      func() pipeline.Report // the state of every plugin
	Health      Health
	Log         *slog.Logger // nil for none
	// Ready, if set, is called each time the page begins to listen, with an address that a browser
	// can open and that includes the token. It is for an operator's terminal, not for logs.
	Ready func(url string)
}

// defaultAddress is hekad's dashboard port, on loopback.
const defaultAddress = "127.0.0.1:4352"

// Server serves the page and everything beside it. Any goroutine may call its methods.
type Server struct {
	o       Options
	log     *slog.Logger
	health  *plugin.Health // conditions of the page itself
	token   token
	hosts   hostCheck
	open    bool // reachable from other machines
	logs    *logRing
	rates   sampler
	events  events
	pages   *template.Template
	handler http.Handler
	bound   atomic.Pointer[net.TCPAddr] // nil while not listening
	now     func() time.Time
}

// New prepares a server; Run opens its files and sockets.
func New(o Options) *Server {
	if o.Address == "" {
		o.Address = defaultAddress
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Started.IsZero() {
		o.Started = time.Now()
	}
	s := &Server{o: o, log: o.Log, health: plugin.NewHealth(o.Log), logs: newLogRing(), now: time.Now}
	s.hosts = newHostCheck(o.Address, o.Hostname)
	s.open = !loopback(o.Address)
	s.events.init()
	s.pages = s.parsePages()
	s.handler = s.guard(s.routes())
	return s
}

// Handler is everything that the server answers, with its checks.
func (s *Server) Handler() http.Handler { return s.handler }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.showOverview)
	mux.HandleFunc("GET /plugins/{name}", s.showPlugin)
	mux.HandleFunc("GET /api/status", s.apiStatus)
	mux.HandleFunc("GET /api/plugins", s.apiPlugins)
	mux.HandleFunc("GET /api/logs", s.apiLogs)
	mux.HandleFunc("GET /api/events", s.streamEvents)
	mux.HandleFunc("GET /health", s.checkHealth)
	mux.Handle("GET /metrics", s.newMetrics())
	mux.HandleFunc("GET /assets/{name}", serveAsset)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/assets/icon.svg", http.StatusMovedPermanently)
	})
	return mux
}

// LogSeen keeps the text of a log message in the ring of the newest ones. The message is not kept.
func (s *Server) LogSeen(m *message.Message) {
	var now time.Time
	if m.Timestamp() == 0 {
		now = s.now()
	}
	s.logs.add(m, now)
}

// StatusSeen hands a status to the health tree and tells open pages at once when it changed
// something. The message is not kept.
func (s *Server) StatusSeen(m *message.Message) {
	if s.o.Health != nil && s.o.Health.Take(m) {
		s.events.wake()
	}
}

// tree gives the current statuses, an empty tree where nothing keeps them.
func (s *Server) tree() health.Tree {
	if s.o.Health == nil {
		return health.Tree{Status: health.Unknown}
	}
	return s.o.Health.Tree()
}

// report gives the state of every plugin, and of the page itself where that has a condition.
func (s *Server) report() pipeline.Report {
	r := pipeline.Report{Time: s.now()}
	if s.o.Report != nil {
		r = s.o.Report()
	}
	if found := s.health.Conditions(); len(found) > 0 {
		r.Plugins = append(r.Plugins, pipeline.PluginReport{
			Name: "status_page", Type: "StatusPage", Kind: kindPage,
			State: pipeline.StateRunning, Since: s.o.Started, Conditions: found,
		})
	}
	return r
}

// kindPage is the kind under which the page reports on itself.
const kindPage plugin.Kind = "Page"
