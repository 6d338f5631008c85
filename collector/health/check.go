package health

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lma_collector/collector/config"
)

var (
	severities    = []string{"okay", "warning", "unknown", "critical", "down"}
	noDataChoices = append([]string{"skip"}, severities...)
	functions     = []string{"avg", "diff", "last", "max", "min", "roc", "sd", "sum", "variance"}
	operators     = []string{"==", "!=", ">=", ">", "<=", "<", "eq", "ne", "gte", "gt", "lte", "lt"}
	alertings     = []string{"enabled", "enabled_with_notification", "disabled"}
)

// checker gathers what is wrong with a catalogue.
type checker struct {
	*Catalogue
	found config.Diagnostics
}

func (c *Catalogue) check() config.Diagnostics {
	k := &checker{Catalogue: c}
	k.names()
	for _, a := range c.Alarms {
		k.alarm(a)
	}
	for _, w := range c.Watches {
		k.watch(w)
	}
	for _, p := range c.Policies {
		k.policy(p)
	}
	for _, x := range c.Clusters {
		k.cluster(x)
	}
	k.unused()
	return k.found
}

func (k *checker) fault(at place, option, hint, format string, args ...any) {
	k.found = append(k.found, at.report(config.Error, config.ClassBadValue, option, fmt.Sprintf(format, args...), hint))
}

func (k *checker) warn(at place, class, option, hint, format string, args ...any) {
	k.found = append(k.found, at.report(config.Warning, class, option, fmt.Sprintf(format, args...), hint))
}

// choice checks that a word is one of a few, in lower case. Operators are too short for a nearest one.
func (k *checker) choice(at place, option, word string, valid []string) {
	if slices.Contains(valid, word) {
		return
	}
	hint := ""
	if option != "relational_operator" {
		hint = meant(word, valid)
	}
	if hint == "" {
		hint = "one of " + strings.Join(valid, ", ")
	}
	k.fault(at, option, hint, "%q is not a valid %s", word, named(option))
}

// named is what a word of an option is called.
func named(option string) string {
	if option == "arguments" {
		return "status"
	}
	return option
}

func (k *checker) missing(at place, option string) {
	k.fault(at, "", "", "%s is missing", option)
}

// names finds what has no name or a name that is taken.
func (k *checker) names() {
	seen := map[string]place{}
	once := func(kind, name string, at place) {
		if name == "" {
			k.missing(at, "name")
			return
		}
		if first, taken := seen[kind+"\x00"+name]; taken {
			k.found = append(k.found, duplicate(at, kind, name, first))
			return
		}
		seen[kind+"\x00"+name] = at
	}
	for _, a := range k.Alarms {
		once("alarm", a.Name, a.at)
	}
	for _, p := range k.Policies {
		once("policy", p.Name, p.at)
	}
	for _, x := range k.Clusters {
		once(x.Level+" cluster", x.Name, x.at)
	}
	for _, w := range k.Watches {
		once(w.Type+" watch", w.Cluster+"."+w.Member, w.at)
	}
}

func (k *checker) alarm(a *Alarm) {
	k.choice(a.at, "severity", a.Severity, severities)
	if a.NoDataPolicy != "" {
		k.choice(a.at, "no_data_policy", a.NoDataPolicy, noDataChoices)
	}
	if a.LogicalOperator != "" {
		k.choice(a.at, "logical_operator", a.LogicalOperator, []string{"or", "and"})
	}
	if len(a.Rules) == 0 {
		k.missing(a.at, "[[alarm.rule]]")
	}
	if a.Description == "" {
		k.missing(a.at, "description")
	}
	for i := range a.Rules {
		k.rule(place{a.at.section, fmt.Sprintf("%s.rule[%d]", a.at.path, i)}, &a.Rules[i])
	}
}

func (k *checker) rule(at place, r *Rule) {
	if r.Metric == "" {
		k.missing(at, "metric")
	}
	k.choice(at, "function", r.Function, functions)
	k.choice(at, "relational_operator", r.RelationalOperator, operators)
	switch {
	case r.Window < 0:
		k.fault(at, "window", "", "a window of %g s is negative", r.Window)
	case r.Function == "roc" && r.Periods < 2:
		k.fault(at, "periods", "give periods = 2 or more", "roc compares a window with the ones before and needs at least 2 periods")
	case r.Periods < 0:
		k.fault(at, "periods", "", "%g periods are negative", r.Periods)
	}
	r.threshold = k.threshold(at, r.Threshold)
	for _, name := range sortedKeys(r.Fields) {
		if err := CheckExpression(r.Fields[name]); err != nil {
			k.fault(at, "fields."+name, "", "%v", err)
		}
	}
}

// threshold resolves a number or %PARAM[name].
func (k *checker) threshold(at place, v any) float64 {
	switch v := v.(type) {
	case nil:
		k.missing(at, "threshold")
	case int64:
		return float64(v)
	case float64:
		return v
	case string:
		if name, ok := parameterName(v); ok {
			return k.parameter(at, name)
		}
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			return f
		}
		k.fault(at, "threshold", `give a number or "%PARAM[name]"`, "the threshold %q is not a number", v)
	default:
		k.fault(at, "threshold", `give a number or "%PARAM[name]"`, "the threshold is not a number")
	}
	return 0
}

func parameterName(text string) (string, bool) {
	name, ok := strings.CutPrefix(text, "%PARAM[")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(name, "]")
}

func (k *checker) parameter(at place, name string) float64 {
	v, known := k.Parameters[name]
	if !known {
		k.found = append(k.found, at.report(config.Error, config.ClassMissingReference, "threshold",
			fmt.Sprintf("there is no parameter %q", name), meant(name, sortedKeys(k.Parameters))))
	}
	return v
}
