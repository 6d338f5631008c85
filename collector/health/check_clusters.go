package health

import (
	"fmt"
	"slices"

	"lma_collector/collector/config"
)

func (k *checker) dangling(at place, option, kind, name string, valid []string) {
	k.found = append(k.found, at.report(config.Error, config.ClassMissingReference, option,
		fmt.Sprintf("there is no %s %q", kind, name), meant(name, valid)))
}

func (k *checker) watch(w *Watch) {
	k.choice(w.at, "type", w.Type, []string{LevelNode, LevelService})
	if w.Cluster == "" {
		k.missing(w.at, "cluster")
	}
	if w.Member == "" {
		k.missing(w.at, "member")
	}
	if w.Alerting != "" {
		k.choice(w.at, "alerting", w.Alerting, alertings)
	}
	if len(w.Alarms) == 0 {
		k.missing(w.at, "alarms")
	}
	for _, name := range w.Alarms {
		if k.Alarm(name) == nil {
			k.dangling(w.at, "alarms", "alarm", name, k.alarmNames())
		}
	}
	x := k.Cluster(w.Type, w.Cluster)
	switch {
	case w.Cluster == "" || w.Member == "": // an error already
	case x == nil:
		k.warn(w.at, config.ClassMissingReference, "cluster", meant(w.Cluster, k.clusterNames(w.Type)),
			"there is no %s cluster %q: %s.%s is reported for each host, but rolls up into nothing", w.Type, w.Cluster, w.Cluster, w.Member)
	case !slices.Contains(x.Members, w.Member):
		k.warn(w.at, config.ClassMissingReference, "member", meant(w.Member, x.Members),
			"the %s cluster %q has no member %q: its status is not part of the cluster's", w.Type, w.Cluster, w.Member)
	}
}

func (k *checker) policy(p *Policy) {
	if len(p.When) == 0 {
		k.missing(p.at, "[[policy.when]]")
	}
	for i, w := range p.When {
		at := place{p.at.section, fmt.Sprintf("%s.when[%d]", p.at.path, i)}
		k.choice(at, "status", w.Status, severities)
		if w.LogicalOperator != "" {
			k.choice(at, "logical_operator", w.LogicalOperator, []string{"or", "and"})
		}
		for j, r := range w.Rules {
			k.policyRule(place{at.section, fmt.Sprintf("%s.rule[%d]", at.path, j)}, r)
		}
	}
}

func (k *checker) policyRule(at place, r PolicyRule) {
	k.choice(at, "function", r.Function, []string{"count", "percent"})
	k.choice(at, "relational_operator", r.RelationalOperator, operators)
	if len(r.Arguments) == 0 {
		k.missing(at, "arguments")
	}
	for _, status := range r.Arguments {
		k.choice(at, "arguments", status, severities)
	}
}

func (k *checker) cluster(x *Cluster) {
	k.choice(x.at, "level", x.Level, []string{LevelService, LevelNode, LevelGlobal})
	k.choice(x.at, "group_by", x.GroupBy, []string{"member", "hostname", "none"})
	if x.Alerting != "" {
		k.choice(x.at, "alerting", x.Alerting, alertings)
	}
	policies := make([]string, len(k.Policies))
	for i, p := range k.Policies {
		policies[i] = p.Name
	}
	if !slices.Contains(policies, x.Policy) {
		k.dangling(x.at, "policy", "policy", x.Policy, policies)
	}
	if x.Level == LevelGlobal && x.GroupBy != "member" {
		k.fault(x.at, "group_by", `give group_by = "member"`, "clusters have no host: a global cluster can be grouped by member only")
	}
	if len(x.Members) == 0 {
		k.missing(x.at, "members")
	}
	for _, m := range x.Members {
		k.member(x, m)
	}
	for _, h := range x.Hints {
		if k.Cluster(x.Level, h) == nil {
			k.dangling(x.at, "hints", x.Level+" cluster", h, k.clusterNames(x.Level))
		}
	}
}

func (k *checker) member(x *Cluster, member string) {
	if x.Level == LevelGlobal {
		if k.Cluster(LevelService, member) == nil && k.Cluster(LevelNode, member) == nil {
			k.dangling(x.at, "members", "service or node cluster", member, append(k.clusterNames(LevelService), k.clusterNames(LevelNode)...))
		}
		return
	}
	var members []string
	for _, w := range k.Watches {
		if w.Type == x.Level && w.Cluster == x.Name {
			members = append(members, w.Member)
		}
	}
	if !slices.Contains(members, member) {
		k.dangling(x.at, "members", "watch for the member", x.Name+"."+member, prefixed(x.Name+".", members))
	}
}

func prefixed(prefix string, names []string) []string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = prefix + n
	}
	return list
}

func (k *checker) alarmNames() []string {
	names := make([]string, len(k.Alarms))
	for i, a := range k.Alarms {
		names[i] = a.Name
	}
	return names
}

func (k *checker) clusterNames(level string) []string {
	var names []string
	for _, x := range k.Clusters {
		if x.Level == level {
			names = append(names, x.Name)
		}
	}
	return names
}

// unused warns of alarms that no watch names.
func (k *checker) unused() {
	used := map[string]bool{}
	for _, w := range k.Watches {
		for _, name := range w.Alarms {
			used[name] = true
		}
	}
	for _, a := range k.Alarms {
		if a.Name != "" && !used[a.Name] {
			k.warn(a.at, config.ClassUnused, "name", "name it in the alarms of a [[watch]]", "no watch names the alarm %q", a.Name)
		}
	}
}
