package web

import (
	"context"
	"sync"
	"time"

	"lma_collector/collector/pipeline"
)

// Rates are the means over the last five to ten seconds: short enough to see a change, long enough to be
// read. A look at all plugins is not free, so there are few.
const (
	sampleEvery = 5 * time.Second
	keptSamples = 2
)

// sampler keeps earlier values of the counters, which make rates of the present ones.
type sampler struct {
	mu   sync.Mutex
	past []counts // oldest first
}

// counts are the counters of one moment, by plugin and name; those that are 0 are left out.
type counts struct {
	at     time.Time
	values map[counterKey]int64
}

type counterKey struct{ plugin, counter string }

// sample keeps the sampler going until ctx ends.
func (s *Server) sample(ctx context.Context) {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		s.rates.add(s.report())
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (r *sampler) add(report pipeline.Report) {
	c := counts{at: report.Time, values: map[counterKey]int64{}}
	for i := range report.Plugins {
		p := &report.Plugins[i]
		for _, n := range p.Counters {
			if !n.Gauge && n.Value != 0 {
				c.values[counterKey{p.Name, n.Name}] = n.Value
			}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.past) == keptSamples {
		copy(r.past, r.past[1:])
		r.past = r.past[:keptSamples-1]
	}
	r.past = append(r.past, c)
}

// PluginStatus is the state of a plugin with the rates of its counters.
type PluginStatus struct {
	pipeline.PluginReport
	Rates map[string]float64 `json:"rates"` // of each counter that only grows, per second
}

// rated adds rates to a report, over the time since the oldest sample kept: the second value. Without a
// sample there are none, and it is 0.
func (r *sampler) rated(report pipeline.Report) ([]PluginStatus, time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var oldest counts
	if len(r.past) > 0 {
		oldest = r.past[0]
	}
	window := report.Time.Sub(oldest.at)
	if oldest.at.IsZero() || window <= 0 {
		window = 0
	}
	list := make([]PluginStatus, len(report.Plugins))
	for i, p := range report.Plugins {
		list[i] = PluginStatus{PluginReport: p, Rates: map[string]float64{}}
		for _, n := range p.Counters {
			if window > 0 && !n.Gauge {
				before := oldest.values[counterKey{p.Name, n.Name}]
				list[i].Rates[n.Name] = max(0, float64(n.Value-before)/window.Seconds())
			}
		}
	}
	return list, window
}

// counter gives a counter's value, 0 where the plugin has none of that name.
func (p *PluginStatus) counter(name string) int64 {
	for _, n := range p.Counters {
		if n.Name == name {
			return n.Value
		}
	}
	return 0
}
