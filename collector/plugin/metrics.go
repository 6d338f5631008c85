package plugin

import (
	"sort"
	"sync"
	"sync/atomic"
)

// Metrics are a plugin's own numbers, shown on the page and in /metrics beside the runner's.
// The zero Metrics works.
type Metrics struct {
	mu  sync.Mutex
	all map[string]*Number
}

// Number is a counter or gauge; any goroutine may change it.
type Number struct {
	v     atomic.Int64
	gauge bool
	help  string
	Name  string
	Label string // "" or the value of the label that tells numbers of one name apart, such as a file
}

// Counter finds or makes a counter. name is snake_case with its unit; help is one phrase.
func (m *Metrics) Counter(name, label, help string) *Number {
	return m.number(name, label, help, false)
}

// Gauge finds or makes a gauge.
func (m *Metrics) Gauge(name, label, help string) *Number { return m.number(name, label, help, true) }

func (m *Metrics) number(name, label, help string, gauge bool) *Number {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := name + "\x00" + label
	if n := m.all[key]; n != nil {
		return n
	}
	if m.all == nil {
		m.all = map[string]*Number{}
	}
	n := &Number{gauge: gauge, help: help, Name: name, Label: label}
	m.all[key] = n
	return n
}

// Remove forgets a number, as when its file is gone.
func (m *Metrics) Remove(name, label string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, name+"\x00"+label)
}

// Numbers lists all, ordered by name and label.
func (m *Metrics) Numbers() []*Number {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]*Number, 0, len(m.all))
	for _, n := range m.all {
		list = append(list, n)
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].Name != list[j].Name {
			return list[i].Name < list[j].Name
		}
		return list[i].Label < list[j].Label
	})
	return list
}

// Add, Set and Value change and read the number.
func (n *Number) Add(d int64)   { n.v.Add(d) }
func (n *Number) Set(v int64)   { n.v.Store(v) }
func (n *Number) Value() int64  { return n.v.Load() }
func (n *Number) IsGauge() bool { return n.gauge }
func (n *Number) Help() string  { return n.help }
