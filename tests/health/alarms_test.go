package health

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lma_collector/collector/health"
	"lma_collector/collector/message"
)

// sample is a value of a field for an expression that is not a plain text.
var sample = map[string]string{
	"=~ ^/opt/es[-/]data$":    "/opt/es/data",
	"!= / && !~ ceph[-/]%d+$": "/var/log",
	"!= / && != /var/log && != /var/lib/mysql && != /var/lib/nova && !~ ceph[-/]%d+$": "/srv",
}

// series is one series of points in a test.
type series struct {
	metric string
	fields map[string]string
}

func (s series) key() string {
	data, _ := json.Marshal(s.fields)
	return s.metric + string(data)
}

func seriesOf(t *testing.T, r health.Rule) series {
	s := series{r.Metric, map[string]string{"hostname": "ctl1"}}
	for name, expr := range r.Fields {
		if strings.ContainsAny(expr, "=!<>~|&") {
			v, ok := sample[expr]
			if !ok {
				t.Fatalf("no sample value for the expression %q", expr)
			}
			expr = v
		}
		s.fields[name] = expr
	}
	return s
}

func matches(r health.Rule, v, threshold float64) bool {
	switch r.RelationalOperator {
	case "<":
		return v < threshold
	case "<=":
		return v <= threshold
	case "==":
		return v == threshold
	case ">":
		return v > threshold
	case ">=":
		return v >= threshold
	}
	return false
}

// ruleOf is a rule with its series and its alarm.
type ruleOf struct {
	health.Rule
	series    series
	alarm     *health.Alarm
	threshold float64
}

func rulesOf(t *testing.T, c *health.Catalogue, w *health.Watch) (rules []ruleOf) {
	for _, name := range w.Alarms {
		a := c.Alarm(name)
		for _, r := range a.Rules {
			rules = append(rules, ruleOf{r, seriesOf(t, r), a, threshold(t, c, r)})
		}
	}
	return rules
}

func threshold(t *testing.T, c *health.Catalogue, r health.Rule) float64 {
	switch v := r.Threshold.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	case string:
		if name, ok := strings.CutPrefix(v, "%PARAM["); ok {
			return c.Parameters[strings.TrimSuffix(name, "]")]
		}
		f, err := strconv.ParseFloat(v, 64)
		if err == nil {
			return f
		}
	}
	t.Fatalf("threshold %v", r.Threshold)
	return 0
}

// candidates are values around all thresholds of a series.
func candidates(rules []ruleOf, key string) []float64 {
	list := []float64{50, 1, 0, 100, 1e12}
	for _, r := range rules {
		if r.series.key() == key {
			list = append(list, r.threshold, r.threshold*1.01+0.01, r.threshold*0.99-0.01)
		}
	}
	return list
}

// healthy gives each series a value that fires nothing.
func healthy(t *testing.T, rules []ruleOf) map[string]float64 {
	values := map[string]float64{}
	for _, r := range rules {
		key := r.series.key()
		if _, done := values[key]; done {
			continue
		}
		i := slices.IndexFunc(candidates(rules, key), func(v float64) bool {
			return v >= 0 && !slices.ContainsFunc(rules, func(o ruleOf) bool { return o.series.key() == key && matches(o.Rule, v, o.threshold) })
		})
		if i < 0 {
			t.Fatalf("nothing is healthy for %s", key)
		}
		values[key] = candidates(rules, key)[i]
	}
	return values
}

// firing changes healthy values so that the alarm fires by the rules at these indexes, and nothing worse before it.
func firing(t *testing.T, rules []ruleOf, a *health.Alarm, which []int) map[string]float64 {
	values := healthy(t, rules)
	for _, i := range which {
		key := rules[i].series.key()
		j := slices.IndexFunc(candidates(rules, key), func(v float64) bool {
			earlier := slices.ContainsFunc(rules, func(o ruleOf) bool {
				return o.alarm != a && o.series.key() == key && matches(o.Rule, v, o.threshold) && worse(o.alarm, a)
			})
			return !earlier && matches(rules[i].Rule, v, rules[i].threshold)
		})
		if j < 0 {
			t.Fatalf("nothing fires %s on %s", a.Name, key)
		}
		values[key] = candidates(rules, key)[j]
	}
	return values
}

func worse(a, b *health.Alarm) bool { return severity[a.Severity].Worse(severity[b.Severity]) }

var severity = map[string]health.Status{"okay": health.Okay, "warning": health.Warning, "unknown": health.Unknown, "critical": health.Critical, "down": health.Down}

// play feeds the values every 10 s and gives the watch's last status.
func (s *stage) play(rules []ruleOf, values map[string]float64, seconds int, w *health.Watch) (last health.Status, payload string) {
	last = -1
	s.heard = func(m *message.Message) {
		cluster := m.Text("node_role") + m.Text("service")
		if cluster == w.Cluster && m.Text("source") == w.Member {
			v, _ := m.Value("value")
			last, payload = health.Status(v.Float()), strings.Clone(m.Payload())
		}
	}
	for i := range seconds {
		if i%10 == 3 {
			sent := map[string]bool{}
			for _, r := range rules {
				if key := r.series.key(); !sent[key] {
					sent[key] = true
					s.point(r.series.metric, values[key], r.series.fields)
				}
			}
		}
		s.second()
	}
	return last, payload
}

func TestEachShippedAlarmFiresAndClears(t *testing.T) {
	c, found := health.Load(root+"/alarms", nil)
	if found.HasErrors() {
		t.Fatal(found)
	}
	covered := map[string]bool{}
	for _, w := range c.Watches {
		rules := rulesOf(t, c, w)
		s := newHost(t, w.Roles...)
		if got, payload := s.play(rules, healthy(t, rules), 140, w); got != health.Okay {
			t.Fatalf("%s.%s is %v at first: %s", w.Cluster, w.Member, got, payload)
		}
		for _, name := range w.Alarms {
			a := c.Alarm(name)
			covered[name] = true
			for _, which := range waysToFire(rules, a) {
				t.Run(w.Cluster+"."+w.Member+"/"+name, func(t *testing.T) { fireAndClear(t, s, rules, w, a, which) })
			}
		}
	}
	for _, a := range c.Alarms {
		if !covered[a.Name] {
			t.Errorf("alarm %s is in no watch", a.Name)
		}
	}
}

// waysToFire lists sets of rules that make the alarm fire: all of an "and", each of an "or".
func waysToFire(rules []ruleOf, a *health.Alarm) [][]int {
	var all []int
	for i, r := range rules {
		if r.alarm == a {
			all = append(all, i)
		}
	}
	if a.LogicalOperator == "and" {
		return [][]int{all}
	}
	var ways [][]int
	for _, i := range all {
		ways = append(ways, []int{i})
	}
	return ways
}

func fireAndClear(t *testing.T, s *stage, rules []ruleOf, w *health.Watch, a *health.Alarm, which []int) {
	got, payload := s.play(rules, firing(t, rules, a, which), 140, w)
	if got != severity[a.Severity] {
		t.Fatalf("%v %s, want %s", got, payload, a.Severity)
	}
	if !strings.Contains(payload, jsonText(a.Description)) || !strings.Contains(payload, `"severity":"`+got.String()+`"`) {
		t.Errorf("payload %s does not tell %q", payload, a.Description)
	}
	if got, payload := s.play(rules, healthy(t, rules), 140, w); got != health.Okay {
		t.Fatalf("afterwards %v %s, want OKAY", got, payload)
	}
}

func jsonText(s string) string {
	data, _ := json.Marshal(s)
	return string(data)
}
