package afdwindow

import (
	"encoding/binary"
	"math"

	"lma_collector/collector/message"
)

// Routes remember into which windows the datapoints of messages go, by the metric's name and the
// values of the fields that its rules look at, so that a message like an earlier one needs no script.
type Routes struct {
	metrics map[string]*metricRoutes
	key     []byte
}

type metricRoutes struct {
	names []string // of the fields
	known map[string][]*Window
}

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
	windows, known := metric.known[string(r.key)]
	if !known {
		return false
	}
	v, _ := m.Value("value")
	number, ok := v.Number()
	if !ok || number-number != 0 {
		return false
	}
	ns := int64(float64(m.Timestamp())) // as a script would have it
	for _, w := range windows {
		w.Put(ns, number)
	}
	return true
}

// Learn remembers the windows for messages with the name and the fields of this one.
func (r *Routes) Learn(m *message.Message, names []string, windows []*Window) {
	name, _ := m.Value("name")
	metric := r.metrics[name.Text()]
	if metric == nil {
		metric = &metricRoutes{names: names, known: map[string][]*Window{}}
	}
	if name.Text() == "" || !r.keyOf(m, metric.names) {
		return
	}
	if len(metric.known) >= maxRoutes {
		clear(metric.known)
	}
	metric.known[string(r.key)] = windows
	r.metrics[string([]byte(name.Text()))] = metric
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
