package web

import (
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lma_collector/collector/health"
	"lma_collector/collector/pipeline"
)

const metricPrefix = "lma_collector_"

// newMetrics answers /metrics from the present report and statuses.
func (s *Server) newMetrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		reportCollector{s},
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: 4, Timeout: 10 * time.Second, ErrorHandling: promhttp.ContinueOnError,
	})
}

// reportCollector makes metrics of what the page shows. It is unchecked: plugins add numbers as they run.
type reportCollector struct{ s *Server }

// Describe describes nothing.
func (c reportCollector) Describe(chan<- *prometheus.Desc) {}

// Collect gives the metrics of this moment.
func (c reportCollector) Collect(out chan<- prometheus.Metric) {
	r := c.s.report()
	w := &metricWriter{out: out, helps: map[string]string{}, own: ownNames(r)}
	w.put("build_info", "what runs here; always 1", false, 1, pair{"version", c.s.o.Version}, pair{"goversion", runtime.Version()})
	w.put("start_time_seconds", "when the collector was started, in seconds since 1970", true, float64(c.s.o.Started.UnixMilli())/1e3)
	for i := range r.Plugins {
		w.plugin(&r.Plugins[i])
	}
	w.tree(c.s.tree())
}

// pair is a label.
type pair struct{ name, value string }

// metricWriter names metrics. A family has one help text, the first one given.
type metricWriter struct {
	out   chan<- prometheus.Metric
	helps map[string]string
	own   map[string]bool // names that the runner's numbers have
}

// ownNames are names that a plugin's numbers must not take.
func ownNames(r pipeline.Report) map[string]bool {
	own := map[string]bool{
		"build_info": true, "start_time_seconds": true, "plugin_running": true, "plugin_conditions": true,
		"plugin_restarts": true, "queue_messages": true, "queue_bytes": true, "queue_max_messages": true, "queue_max_bytes": true,
		"cluster_status": true, "member_status": true,
	}
	for i := range r.Plugins {
		for _, n := range r.Plugins[i].Counters {
			own[n.Name] = true
		}
	}
	return own
}

func (w *metricWriter) put(name, help string, gauge bool, value float64, labels ...pair) {
	kind := prometheus.CounterValue
	switch {
	case gauge || name == "build_info":
		kind = prometheus.GaugeValue
	}
	if base, ok := strings.CutSuffix(name, "_ns"); ok {
		name, value, help = base+"_seconds", value/1e9, strings.Replace(help, "nanoseconds", "seconds", 1)
	}
	if kind == prometheus.CounterValue {
		name = strings.TrimSuffix(name, "_total") + "_total"
	}
	name = metricPrefix + name
	if first, known := w.helps[name]; known {
		help = first
	}
	w.helps[name] = help
	names, values := make([]string, len(labels)), make([]string, len(labels))
	for i, l := range labels {
		names[i], values[i] = l.name, strings.ToValidUTF8(l.value, "\uFFFD")
	}
	m, err := prometheus.NewConstMetric(prometheus.NewDesc(name, help, names, nil), kind, value, values...)
	if err != nil {
		m = prometheus.NewInvalidMetric(prometheus.NewDesc(name, help, names, nil), err)
	}
	w.out <- m
}

func (w *metricWriter) plugin(p *pipeline.PluginReport) {
	labels := []pair{{"plugin", p.Name}, {"type", p.Type}, {"kind", strings.ToLower(string(p.Kind))}}
	gauge := func(name, help string, value int) { w.put(name, help, true, float64(value), labels...) }
	running := 0
	if p.State == pipeline.StateRunning || p.State == pipeline.StateFinished {
		running = 1
	}
	gauge("plugin_running", "1 while the plugin runs or has finished its work, else 0", running)
	gauge("plugin_conditions", "things that the operator should know of the plugin", len(p.Conditions))
	w.put("plugin_restarts", "failures after which the plugin was started again", false, float64(p.Restarts), labels...)
	if q := p.Queue; q != nil {
		gauge("queue_messages", "messages that wait for the plugin", q.Messages)
		gauge("queue_bytes", "bytes of messages that wait for the plugin", q.Bytes)
		gauge("queue_max_messages", "messages that may wait for the plugin", q.MaxMessages)
		gauge("queue_max_bytes", "bytes of messages that may wait for the plugin", q.MaxBytes)
	}
	for _, n := range p.Counters {
		w.put(n.Name, n.Help, n.Gauge, float64(n.Value), labels...)
	}
	for _, n := range p.Numbers {
		name := metricName(n.Name)
		if w.own[name] {
			name = "plugin_" + name
		}
		all := labels
		if n.Label != "" {
			all = append(labels[:len(labels):len(labels)], pair{"label", n.Label})
		}
		w.put(name, n.Help, n.Gauge, float64(n.Value), all...)
	}
}

var notInNames = regexp.MustCompile(`[^a-z0-9_]+`)

// metricName makes a name of Prometheus of a plugin's.
func metricName(name string) string {
	return notInNames.ReplaceAllString(strings.ToLower(name), "_")
}

const statusHelp = "0 OKAY, 1 WARN, 2 UNKNOWN, 3 CRITICAL, 4 DOWN"

func (w *metricWriter) tree(t health.Tree) {
	for _, list := range [][]health.ClusterState{t.Global, t.Services, t.Nodes} {
		for _, x := range list {
			w.put("cluster_status", "status of a cluster: "+statusHelp, true, float64(x.Status), pair{"level", x.Level}, pair{"cluster", x.Name})
			for _, m := range x.Members {
				w.put("member_status", "status of a member of a cluster on a host: "+statusHelp, true, float64(m.Status),
					pair{"level", x.Level}, pair{"cluster", x.Name}, pair{"member", m.Member}, pair{"hostname", m.Host})
			}
		}
	}
}
