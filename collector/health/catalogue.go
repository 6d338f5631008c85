// Package health holds the definitions of what is watched: alarms, the members of clusters that they
// make up on a host (watches, AFD), and how members roll up into clusters under a policy (GSE). It
// loads and checks them, hands them to the Lua engine, and keeps the tree of current statuses.
package health

import (
	"slices"

	"lma_collector/collector/config"
)

// Alarm says when something is wrong: rules over metrics and a severity.
type Alarm struct {
	Name            string `toml:"name"`
	Description     string `toml:"description"`
	Severity        string `toml:"severity"`         // okay, warning, unknown, critical, down
	Enabled         bool   `toml:"enabled"`          // default true
	NoDataPolicy    string `toml:"no_data_policy"`   // a severity or skip; default unknown
	LogicalOperator string `toml:"logical_operator"` // or, and; default or
	Runbook         string `toml:"runbook"`          // where to read what to do
	Rules           []Rule `toml:"rule"`

	at place
}

// Rule is a function over the window of a metric's series, compared with a threshold.
type Rule struct {
	Metric             string            `toml:"metric"`
	Fields             map[string]string `toml:"fields"`   // matching expressions by field
	GroupBy            []string          `toml:"group_by"` // one series for each combination of these fields
	Value              string            `toml:"value"`    // which value of a metric that has several
	Function           string            `toml:"function"`
	Window             float64           `toml:"window"`  // s; default 10
	Periods            float64           `toml:"periods"` // windows in the observation; default 1
	RelationalOperator string            `toml:"relational_operator"`
	Threshold          any               `toml:"threshold"` // a number or %PARAM[name]

	threshold float64 // resolved
}

// Watch is one AFD: these alarms, in this order, are this member of that cluster.
type Watch struct {
	Type     string   `toml:"type"`    // node or service
	Cluster  string   `toml:"cluster"` // node_role or service in the messages
	Member   string   `toml:"member"`  // source in the messages
	Roles    []string `toml:"roles"`   // where it runs; none: everywhere
	Alarms   []string `toml:"alarms"`
	Alerting string   `toml:"alerting"` // enabled, enabled_with_notification, disabled; default enabled

	at place
}

// Policy makes one status of the statuses of a cluster's groups: that of the first entry that holds.
type Policy struct {
	Name string       `toml:"name"`
	When []PolicyWhen `toml:"when"`

	at place
}

// PolicyWhen is an entry of a policy; without rules it always holds.
type PolicyWhen struct {
	Status          string       `toml:"status"`
	LogicalOperator string       `toml:"logical_operator"` // or, and; default or
	Rules           []PolicyRule `toml:"rule"`
}

// PolicyRule compares the number or the percentage of the groups in some statuses with a threshold.
type PolicyRule struct {
	Function           string   `toml:"function"`  // count or percent
	Arguments          []string `toml:"arguments"` // statuses
	RelationalOperator string   `toml:"relational_operator"`
	Threshold          float64  `toml:"threshold"`
}

// Cluster rolls members up: AFDs of its name at the levels service and node, other clusters at the global level.
type Cluster struct {
	Level    string   `toml:"level"` // service, node, global
	Name     string   `toml:"name"`
	Policy   string   `toml:"policy"`
	GroupBy  string   `toml:"group_by"` // member, hostname, none; default member
	Members  []string `toml:"members"`
	Hints    []string `toml:"hints"` // clusters of the level whose alarms may explain this one's
	Alerting string   `toml:"alerting"`

	at place
}

// Catalogue is all definitions of a directory, checked.
type Catalogue struct {
	Alarms     []*Alarm
	Watches    []*Watch
	Policies   []*Policy
	Clusters   []*Cluster
	Parameters map[string]float64

	parameterAt map[string]place
}

// place is where a definition stands.
type place struct {
	section *config.Section
	path    string // dotted
}

func (p place) report(sev config.Severity, class, option, text, hint string) config.Diagnostic {
	if p.path != "" && option != "" {
		option = p.path + "." + option
	} else {
		option = p.path + option
	}
	return p.section.Report(sev, class, option, text, hint)
}

// The levels of clusters.
const (
	LevelService = "service"
	LevelNode    = "node"
	LevelGlobal  = "global"
)

// Alarm finds an alarm by name, nil for none.
func (c *Catalogue) Alarm(name string) *Alarm {
	i := slices.IndexFunc(c.Alarms, func(a *Alarm) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return c.Alarms[i]
}

// Cluster finds a cluster by level and name, nil for none.
func (c *Catalogue) Cluster(level, name string) *Cluster {
	i := slices.IndexFunc(c.Clusters, func(x *Cluster) bool { return x.Level == level && x.Name == name })
	if i < 0 {
		return nil
	}
	return c.Clusters[i]
}

// defaultRole is that of a machine which has no other one.
const defaultRole = "default"

// Watched lists the watches that run on a host of these roles. Without roles (nil) the machine is
// watched as one of the default role, and every service may run on it.
func (c *Catalogue) Watched(roles []string) []*Watch {
	var list []*Watch
	for _, w := range c.Watches {
		if w.runsOn(roles) {
			list = append(list, w)
		}
	}
	return list
}

func (w *Watch) runsOn(roles []string) bool {
	switch {
	case len(w.Roles) == 0:
		return true
	case roles == nil:
		return w.Type == LevelService || slices.Contains(w.Roles, defaultRole)
	}
	return slices.ContainsFunc(w.Roles, func(r string) bool { return slices.Contains(roles, r) })
}

// Fed lists the clusters of a level that can get reports where hosts have these roles (nil: any role at
// all), each with the members that can.
func (c *Catalogue) Fed(level string, roles []string) []*Cluster {
	if roles == nil {
		return c.fedBy(level, c.Watches)
	}
	return c.fedBy(level, c.Watched(roles))
}

func (c *Catalogue) fedBy(level string, watches []*Watch) []*Cluster {
	var list []*Cluster
	for _, x := range c.Clusters {
		if x.Level != level {
			continue
		}
		fed := *x
		fed.Members = slices.DeleteFunc(slices.Clone(x.Members), func(m string) bool { return !c.feeds(x, m, watches) })
		if len(fed.Members) > 0 {
			list = append(list, &fed)
		}
	}
	return list
}

func (c *Catalogue) feeds(x *Cluster, member string, watches []*Watch) bool {
	if x.Level == LevelGlobal {
		for _, level := range []string{LevelService, LevelNode} {
			if slices.ContainsFunc(c.fedBy(level, watches), func(y *Cluster) bool { return y.Name == member }) {
				return true
			}
		}
		return false
	}
	return slices.ContainsFunc(watches, func(w *Watch) bool {
		return w.Type == x.Level && w.Cluster == x.Name && w.Member == member && len(c.enabled(w)) > 0
	})
}

// enabled lists a watch's alarms that are not switched off.
func (c *Catalogue) enabled(w *Watch) []*Alarm {
	var list []*Alarm
	for _, name := range w.Alarms {
		if a := c.Alarm(name); a != nil && a.Enabled {
			list = append(list, a)
		}
	}
	return list
}

// Roles lists the roles that watches name, sorted.
func (c *Catalogue) Roles() []string {
	var roles []string
	for _, w := range c.Watches {
		roles = append(roles, w.Roles...)
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// Metrics lists the metrics that some watches need, sorted.
func (c *Catalogue) Metrics(watches []*Watch) []string {
	var names []string
	for _, w := range watches {
		for _, a := range c.enabled(w) {
			for _, r := range a.Rules {
				names = append(names, r.Metric)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
