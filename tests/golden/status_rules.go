package golden

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// The statuses of members and clusters, from good to bad.
const (
	statusOkay    = 0
	statusUnknown = 2
	statusDown    = 4
)

// both are what the rules of statuses excuse.
var both = []string{"fields.value", "payload"}

// status is what a message says of a member or a cluster.
type status struct {
	value  float64
	alarms []map[string]any
}

// statusOf reads a status message.
func statusOf(m *Message) (s status, ok bool) {
	value, _ := field(m, "value")
	if len(value.Values) != 1 {
		return s, false
	}
	if s.value, ok = value.Values[0].(float64); !ok || s.value < statusOkay || s.value > statusDown {
		return s, false
	}
	payload := []byte(text(m.Payload))
	if m.PayloadJSON != nil {
		payload = m.PayloadJSON
	}
	var details struct{ Alarms []map[string]any }
	if err := json.Unmarshal(payload, &details); err != nil {
		return s, false
	}
	s.alarms = details.Alarms
	return s, true
}

// statuses are the recorded status and the one that came out.
func (p *pair) statuses() (want, got status, ok bool) {
	want, ok1 := statusOf(&p.want)
	got, ok2 := statusOf(&p.got)
	return want, got, ok1 && ok2
}

// without are the alarms of a that are not among b.
func without(a, b []map[string]any) (rest []map[string]any) {
	b = slices.Clone(b)
	for _, alarm := range a {
		at := slices.IndexFunc(b, func(other map[string]any) bool { return sameJSON("", alarm, other) == "" })
		if at < 0 {
			rest = append(rest, alarm)
			continue
		}
		b = slices.Delete(b, at, at+1)
	}
	return rest
}

// worse: what was found before is still found.
func (p *pair) worse() []string {
	want, got, ok := p.statuses()
	if !ok || got.value < want.value || len(without(want.alarms, got.alarms)) > 0 {
		return nil
	}
	return both
}

func (p *pair) worseByUnknown() []string {
	want, got, ok := p.statuses()
	unknown := func(alarm map[string]any) bool { return alarm["severity"] == "UNKNOWN" }
	if !ok || got.value < want.value || got.value < statusUnknown || !slices.ContainsFunc(got.alarms, unknown) {
		return nil
	}
	return []string{"fields.value"}
}

func (p *pair) unknownWithoutReports() []string {
	want, got, ok := p.statuses()
	if !ok || got.value != statusUnknown || len(want.alarms)+len(got.alarms) > 0 {
		return nil
	}
	return []string{"fields.value"}
}

func (p *pair) zeroMaximum() []string {
	want, got, ok := p.statuses()
	if !ok || got.value <= want.value {
		return nil
	}
	for _, alarm := range got.alarms {
		if alarm["function"] == "max" && alarm["value"] == 0.0 {
			return both
		}
	}
	return nil
}

// mergedRows: all alarms that come or go, or have another value, are of functions that now see more.
func (p *pair) mergedRows() []string {
	want, got, ok := p.statuses()
	gone, came := without(want.alarms, got.alarms), without(got.alarms, want.alarms)
	if !ok || len(gone)+len(came) == 0 {
		return nil
	}
	for _, alarm := range slices.Concat(gone, came) {
		function, metric := fmt.Sprint(alarm["function"]), fmt.Sprint(alarm["metric"])
		if !slices.Contains([]string{"min", "max", "sum"}, function) || !p.c.sharesRows(metric) || !p.c.defines(alarm) {
			return nil
		}
	}
	for _, w := range gone {
		for _, g := range came {
			if sameRule(w, g) && !seesMore(w, g) {
				return nil
			}
		}
	}
	return both
}

// defines tells whether an alarm is of one of the rules that the case defines.
func (c *Case) defines(alarm map[string]any) bool {
	var alarms []struct {
		Trigger struct {
			Rules []map[string]any
		}
	}
	if json.Unmarshal(c.Alarms, &alarms) != nil {
		return false
	}
	for _, a := range alarms {
		if slices.ContainsFunc(a.Trigger.Rules, func(rule map[string]any) bool { return ofRule(alarm, rule) }) {
			return true
		}
	}
	return false
}

func ofRule(alarm, rule map[string]any) bool {
	for _, key := range []string{"function", "metric", "threshold", "window"} {
		if sameJSON("", rule[key], alarm[key]) != "" {
			return false
		}
	}
	periods, _ := rule["periods"].(float64)
	groups, _ := rule["group_by"].([]any)
	fields, _ := rule["fields"].(map[string]any)
	if len(groups) == 0 && sameJSON("", fields, alarm["fields"]) != "" { // else they are those of the group
		return false
	}
	return alarm["operator"] == rule["relational_operator"] && alarm["periods"] == max(periods, 1)
}

// sameRule tells whether two alarms are of the same rule and series.
func sameRule(a, b map[string]any) bool {
	for _, key := range []string{"function", "metric", "operator", "threshold", "window", "periods", "fields"} {
		if sameJSON("", a[key], b[key]) != "" {
			return false
		}
	}
	return true
}

// seesMore tells whether two alarms of a rule differ only in a value that may come of more datapoints.
func seesMore(want, got map[string]any) bool {
	w, wok := want["value"].(float64)
	g, gok := got["value"].(float64)
	function := want["function"]
	if !wok || !gok || function == "max" && g < w || function == "min" && g > w {
		return false
	}
	got = maps.Clone(got)
	got["value"] = w
	return sameJSON("", want, got) == ""
}

// row is the width of the windows' rows.
const row = int64(5e9)

// sharesRows tells whether two datapoints of a metric lie in the same row.
func (c *Case) sharesRows(metric string) bool {
	seen := map[int64]bool{}
	for _, e := range c.Events {
		if e.Message == nil || e.Message.Timestamp == nil {
			continue
		}
		if name, _ := field(e.Message, "name"); len(name.Values) != 1 || name.Values[0] != metric {
			continue
		}
		at := *e.Message.Timestamp / row
		if seen[at] {
			return true
		}
		seen[at] = true
	}
	return false
}

// waits tells whether an event is a timer within the longest window of the case's alarms, counted
// from the first clock.
func (c *Case) waits(event int) bool {
	var alarms []struct {
		Trigger struct {
			Rules []struct{ Window, Periods float64 }
		}
	}
	if c.Events[event].TimerNS == nil || json.Unmarshal(c.Alarms, &alarms) != nil {
		return false
	}
	longest := 0.0
	for _, a := range alarms {
		for _, r := range a.Trigger.Rules {
			longest = max(longest, r.Window*max(r.Periods, 1))
		}
	}
	// Windows are of whole rows.
	return *c.Events[event].TimerNS-c.ClockNS < int64(longest*1e9)+row
}

// crowded tells whether there are more clusters than a tick may tell of.
func (c *Case) crowded() bool {
	var clusters map[string]any
	room := float64(c.MaxTimerInject)
	if n, ok := c.Config["max_inject"].(float64); ok {
		room = min(room, n)
	}
	return json.Unmarshal(c.Clusters, &clusters) == nil && float64(len(clusters)) > room
}

// recorded tells whether a cluster's message was recorded at some event of the case, at whatever time,
// or none of this cluster at all.
func (c *Case) recorded(got Message) bool {
	cluster, _ := field(&got, "cluster_name")
	known := false
	for _, o := range c.Expected {
		for _, want := range o.Injected {
			if name, _ := field(&want, "cluster_name"); len(name.Values) != 1 || !slices.Equal(name.Values, cluster.Values) {
				continue
			}
			known = true
			want.Timestamp = got.Timestamp
			p := pair{c: c, want: want, got: got, tags: Tags}
			if len(p.compare()) == 0 {
				return true
			}
		}
	}
	return !known
}
