package afdwindow

import (
	"encoding/binary"
	"math"

	"lma_collector/collector/message"
	"lma_collector/collector/sandbox/lua"
)

// Routes remember into which windows the datapoints of messages go, by the metric's name and the
// values of the fields that its rules look at, so that a message like an earlier one needs no script.
type Routes struct {
	metrics map[string]*metricRoutes
	key     []byte
	size    int // bytes of all that is remembered
	fields  int // the most that a metric's rules look at
	widest  int // the most windows of a route
}

type metricRoutes struct {
	names []string // of the fields
	known map[string]route
	size  int // bytes of the routes
}

// route is a list of windows. held are the script's values of them, whose memory they are.
type route struct {
	windows []*Window
	held    []lua.Value
}

// size is the memory of a route with that key in bytes.
func (r *route) size(key int) int { return 128 + key + heldWindow*len(r.windows) }

// maxRoutes of one metric are remembered; then they are learnt anew.
const maxRoutes = 20_000

// NewRoutes makes routes that know nothing.
func NewRoutes() *Routes { return &Routes{metrics: map[string]*metricRoutes{}} }

// Take puts the message's datapoint into its windows; false when no route is known for it, or it
// has no time or no single number.
func (r *Routes) Take(m *message.Message) bool {
	name, _ := m.Value("name")
	metric := r.metrics[name.Text()]
	if metric == nil || !m.HasTimestamp() || !r.keyOf(m, metric.names) {
		return false
	}
	to, known := metric.known[string(r.key)]
	if !known {
		return false
	}
	v, _ := m.Value("value")
	number, ok := v.Number()
	if !ok || number-number != 0 {
		return false
	}
	ns := int64(float64(m.Timestamp())) // as a script would have it
	for _, w := range to.windows {
		w.Put(ns, number)
	}
	return true
}

// Learn remembers the windows for messages with the name and the fields of this one.
func (r *Routes) Learn(m *message.Message, names []string, to route) {
	name, _ := m.Value("name")
	metric := r.metrics[name.Text()]
	if metric == nil {
		metric = &metricRoutes{names: names, known: map[string]route{}}
	}
	if name.Text() == "" || !r.keyOf(m, metric.names) {
		return
	}
	if len(metric.known) >= maxRoutes {
		clear(metric.known)
		r.size -= metric.size
		metric.size = 0
	}
	if old, known := metric.known[string(r.key)]; known {
		metric.grow(r, -old.size(len(r.key)))
	}
	metric.known[string(r.key)] = to
	metric.grow(r, to.size(len(r.key)))
	r.widest = max(r.widest, len(to.windows))
	if r.metrics[name.Text()] == nil {
		r.metrics[string([]byte(name.Text()))] = metric
		r.fields = max(r.fields, len(names))
		r.size += 256 + len(name.Text())
		for _, n := range names {
			r.size += 16 + len(n)
		}
	}
}

func (metric *metricRoutes) grow(r *Routes, bytes int) {
	metric.size += bytes
	r.size += bytes
}

// Size is the memory of the routes in bytes, Refer gives their windows.
func (r *Routes) Size() int { return 96 + cap(r.key) + r.size }

// Refer gives the windows of all routes.
func (r *Routes) Refer(yield func(lua.Value)) {
	for _, metric := range r.metrics {
		for _, to := range metric.known {
			each(to.held, yield)
		}
	}
}

// keyOf makes the key of the values of the fields; false when one is missing.
func (r *Routes) keyOf(m *message.Message, names []string) bool {
	r.key = r.key[:0]
	for _, name := range names {
		v, ok := m.Value(name)
		switch {
		case !ok:
			return false
		case v.Type() == message.TypeString:
			r.key = append(append(r.key, 's'), v.Text()...)
			r.key = binary.LittleEndian.AppendUint32(r.key, uint32(len(v.Text()))) // behind: keys cannot be split in two ways
		case v.Type() == message.TypeInteger || v.Type() == message.TypeDouble:
			n, _ := v.Number()
			r.key = binary.LittleEndian.AppendUint64(append(r.key, 'n'), math.Float64bits(n))
		default:
			return false
		}
	}
	return true
}
