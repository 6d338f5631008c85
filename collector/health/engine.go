package health

import (
	"encoding/json"
	"strings"
)

// The forms in which the Lua engine reads definitions: the names are its, and the original's.
type (
	luaGroup struct {
		Type     string     `json:"type"`
		Cluster  string     `json:"cluster"`
		Member   string     `json:"member"`
		Alerting bool       `json:"alerting"`
		Alarms   []luaAlarm `json:"alarms"`
	}
	luaAlarm struct {
		Name         string     `json:"name"`
		Description  string     `json:"description"`
		Severity     string     `json:"severity"`
		NoDataPolicy string     `json:"no_data_policy,omitempty"`
		Trigger      luaTrigger `json:"trigger"`
	}
	luaTrigger struct {
		LogicalOperator string    `json:"logical_operator,omitempty"`
		Rules           []luaRule `json:"rules"`
	}
	luaRule struct {
		Metric             string            `json:"metric,omitempty"`
		Fields             map[string]string `json:"fields,omitempty"`
		GroupBy            []string          `json:"group_by,omitempty"`
		Value              string            `json:"value,omitempty"`
		Function           string            `json:"function"`
		Window             float64           `json:"window,omitempty"`
		Periods            float64           `json:"periods,omitempty"`
		Arguments          []string          `json:"arguments,omitempty"`
		RelationalOperator string            `json:"relational_operator"`
		Threshold          float64           `json:"threshold"`
	}
	luaCluster struct {
		Policy   string   `json:"policy"`
		GroupBy  string   `json:"group_by"`
		Members  []string `json:"members"`
		Hints    []string `json:"hints"`
		Alerting bool     `json:"alerting"`
	}
	luaPolicyEntry struct {
		Status  string     `json:"status"`
		Trigger luaTrigger `json:"trigger"`
	}
)

// AFDDefinitions is what the AFD engine reads: the watches with their alarms, as JSON.
func (c *Catalogue) AFDDefinitions(watches []*Watch) string {
	groups := []luaGroup{}
	for _, w := range watches {
		g := luaGroup{Type: w.Type, Cluster: w.Cluster, Member: w.Member, Alerting: w.Alerting != "disabled", Alarms: []luaAlarm{}}
		for _, a := range c.enabled(w) {
			g.Alarms = append(g.Alarms, a.lua())
		}
		if len(g.Alarms) > 0 {
			groups = append(groups, g)
		}
	}
	return encode(map[string]any{"groups": groups})
}

func (a *Alarm) lua() luaAlarm {
	alarm := luaAlarm{
		Name: a.Name, Description: a.Description, Severity: a.Severity, NoDataPolicy: a.NoDataPolicy,
		Trigger: luaTrigger{LogicalOperator: a.LogicalOperator},
	}
	for _, r := range a.Rules {
		alarm.Trigger.Rules = append(alarm.Trigger.Rules, luaRule{
			Metric: r.Metric, Fields: r.Fields, GroupBy: r.GroupBy, Value: r.Value,
			Function: r.Function, Window: r.Window, Periods: r.Periods, RelationalOperator: r.RelationalOperator, Threshold: r.threshold,
		})
	}
	return alarm
}

// GSEDefinitions is what the GSE engine reads: the clusters and all policies, as JSON.
func (c *Catalogue) GSEDefinitions(clusters []*Cluster) string {
	defs := map[string]luaCluster{}
	for _, x := range clusters {
		defs[x.Name] = luaCluster{Policy: x.Policy, GroupBy: x.GroupBy, Members: x.Members, Hints: append([]string{}, x.Hints...), Alerting: x.Alerting != "disabled"}
	}
	policies := map[string][]luaPolicyEntry{}
	for _, p := range c.Policies {
		entries := []luaPolicyEntry{}
		for _, w := range p.When {
			e := luaPolicyEntry{Status: w.Status, Trigger: luaTrigger{LogicalOperator: w.LogicalOperator, Rules: []luaRule{}}}
			for _, r := range w.Rules {
				e.Trigger.Rules = append(e.Trigger.Rules, luaRule{
					Function: r.Function, Arguments: r.Arguments,
					RelationalOperator: r.RelationalOperator, Threshold: r.Threshold,
				})
			}
			entries = append(entries, e)
		}
		policies[p.Name] = entries
	}
	return encode(map[string]any{"clusters": defs, "policies": policies})
}

func encode(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic("BUG: definitions have no JSON: " + err.Error())
	}
	return string(data)
}

// AFDMatcher is the message_matcher of what the watches need: their metrics, of this host's own
// collection, singly or in bulk. It matches nothing when they need none.
func (c *Catalogue) AFDMatcher(watches []*Watch) string {
	names := c.Metrics(watches)
	if len(names) == 0 {
		return "FALSE"
	}
	tests := make([]string, len(names))
	for i, n := range names {
		tests[i] = "Fields[name] == " + quoted(n)
	}
	return "Fields[aggregator] == NIL && (Type == 'heka.sandbox.bulk_metric' || " +
		"(Type == 'metric' || Type == 'heka.sandbox.metric' || Type == 'multivalue_metric' || Type == 'heka.sandbox.multivalue_metric') && (" +
		strings.Join(tests, " || ") + "))"
}

// quoted is a text as a literal of the matcher's language.
func quoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
