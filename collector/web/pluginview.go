package web

import (
	"slices"
	"strings"

	"lma_collector/collector/pipeline"
	"lma_collector/collector/plugin"
)

// pluginGroup is the plugins of one kind, as a part of the table.
type pluginGroup struct {
	Title   string // "Inputs"
	In, Out string // what the rates count
	Plugins []pluginRow
}

// pluginRow is a line of the table.
type pluginRow struct {
	PluginStatus
	In, Out   float64 // messages per second
	Bytes     float64 // per second, of inputs
	Busy      float64 // share of the time, 0 to 1
	HasBusy   bool
	Waiting   int // messages in its queue, or bytes not yet acknowledged of inputs
	MaxWait   int
	HighWait  int // from here on the queue is nearly full
	IsBytes   bool
	Errors    []pipeline.Counter // those that are not 0
	NewErrors bool               // some of them came in the last seconds
	Mood      string             // okay, warn, critical: the class that colours the state
}

// Warnings counts the conditions that are more than notes.
func (p PluginStatus) Warnings() (n int) {
	for _, c := range p.Conditions {
		if !c.Note {
			n++
		}
	}
	return n
}

// faults are the counters of what went wrong; the others count what is meant to happen.
var faults = []string{"decode_failures", "refused_records", "failures", "inject_refused", "dropped_full", "dropped_injected", "refused", "encode_failures"}

// Logged tells that records or messages failed one by one, for reasons that only the log has.
func (p pluginRow) Logged() bool {
	return len(p.Conditions) == 0 && p.LastError == "" && slices.ContainsFunc(p.Errors, func(n pipeline.Counter) bool {
		return n.Name == "decode_failures" || n.Name == "failures"
	})
}

const tapType = "tap" // the page's own consumers, which may drop

// groups arranges plugins for the table.
func groups(list []PluginStatus) []pluginGroup {
	all := []pluginGroup{
		{Title: "Inputs", In: "messages", Out: "bytes"},
		{Title: "Filters", In: "processed", Out: "injected"},
		{Title: "Outputs", In: "matched", Out: "delivered"},
		{Title: "Status page", In: "seen"},
	}
	for _, p := range list {
		at := 3
		switch {
		case p.Type == tapType:
		case p.Kind == plugin.KindInput:
			at = 0
		case p.Kind == plugin.KindFilter:
			at = 1
		case p.Kind == plugin.KindOutput:
			at = 2
		}
		all[at].Plugins = append(all[at].Plugins, newPluginRow(p))
	}
	return slices.DeleteFunc(all, func(g pluginGroup) bool { return len(g.Plugins) == 0 })
}

func newPluginRow(p PluginStatus) pluginRow {
	row := pluginRow{PluginStatus: p, Mood: mood(&p)}
	switch p.Kind {
	case plugin.KindInput:
		row.In, row.Bytes = p.Rates["messages"], p.Rates["bytes"]
		row.Waiting, row.IsBytes = int(p.counter("unacknowledged_bytes")), true
	case plugin.KindFilter:
		row.In, row.Out = p.Rates["processed"], p.Rates["injected"]
	case plugin.KindOutput:
		row.In, row.Out = p.Rates["matched"], p.Rates["delivered"]
	}
	if p.Queue != nil {
		row.Waiting, row.MaxWait = p.Queue.Messages, p.Queue.MaxMessages
		row.HighWait = row.MaxWait / 5 * 4
		row.Busy, row.HasBusy = min(1, p.Rates["busy_ns"]/1e9), true
	}
	for _, n := range p.Counters {
		if n.Value == 0 || !slices.Contains(faults, n.Name) || p.Type == tapType && strings.HasPrefix(n.Name, "dropped") {
			continue
		}
		row.Errors = append(row.Errors, n)
		row.NewErrors = row.NewErrors || p.Rates[n.Name] > 0
	}
	return row
}

func mood(p *PluginStatus) string {
	switch {
	case p.State == pipeline.StateFailed:
		return "critical"
	case !p.Healthy():
		return "warn"
	case p.State == pipeline.StateRunning || p.State == pipeline.StateFinished:
		return "okay"
	}
	return "unknown"
}

// Filled tells in words how full the queue is where that matters, by messages or by bytes.
func (p *pluginRow) Filled() string {
	q := p.Queue
	switch {
	case q == nil:
		return ""
	case q.MaxMessages > 0 && q.Messages >= q.MaxMessages || q.MaxBytes > 0 && q.Bytes >= q.MaxBytes:
		return "full"
	case p.HighWait > 0 && q.Messages >= p.HighWait || q.MaxBytes > 0 && q.Bytes >= q.MaxBytes/5*4:
		return "nearly full"
	}
	return ""
}

// totals sum the collector up.
type totals struct {
	In, Bytes, Out  float64 // messages and bytes read, messages delivered, per second
	Queued          int     // messages
	Unacknowledged  int     // bytes
	DeadLetters     int64
	Errors          int64
	Complaining     int // plugins with a condition or not running
	Plugins         int
	Failed, NoRates bool
}

func sum(groups []pluginGroup) (t totals) {
	for _, g := range groups {
		for i := range g.Plugins {
			t.add(&g.Plugins[i])
		}
	}
	return t
}

func (t *totals) add(p *pluginRow) {
	if p.Type != tapType {
		t.Plugins++
	}
	switch p.Kind {
	case plugin.KindInput:
		t.In, t.Bytes = t.In+p.In, t.Bytes+p.Bytes
		t.Unacknowledged += p.Waiting
	case plugin.KindOutput:
		t.Out += p.Out
		t.DeadLetters += p.counter("refused") + p.counter("encode_failures")
	}
	if p.Queue != nil {
		t.Queued += p.Queue.Messages
	}
	for _, n := range p.Errors {
		t.Errors += n.Value
	}
	if !p.Healthy() {
		t.Complaining++
	}
	t.Failed = t.Failed || p.State == pipeline.StateFailed
	t.NoRates = t.NoRates || len(p.Rates) == 0 && len(p.Counters) > 0
}
