// Package gse is the filter type GSEFilter: it rolls the statuses of members up into the status of
// clusters of one level, in a Lua sandbox that runs lua_modules/filters/gse_cluster_filter.lua.
package gse

import (
	"errors"
	"time"

	"lma_collector/collector/health"
	"lma_collector/collector/health/engine"
	"lma_collector/collector/plugin"
)

// Config is the configuration of a GSEFilter.
type Config struct {
	// No default: service, node or global.
	Level string `toml:"level"`
	// Default alarms: the directory of definitions; a relative path lies under share_dir.
	AlarmsDirectory string `toml:"alarms_directory"`
	// Default none: the roles of all hosts that report here. Without it the clusters that get reports
	// are reported; with it those that such hosts feed are, and UNKNOWN without reports.
	Roles []string `toml:"roles"`
	// Default 10 s between two reports of a cluster.
	Interval time.Duration `toml:"interval" unit:"s"`
	// Default 30 s after the start in which only clusters are reported whose members all have reported.
	WarmUpPeriod time.Duration `toml:"warm_up_period" unit:"s"`
	// Default 60 s after which a member that is not reported any more is UNKNOWN.
	FactTimeout time.Duration `toml:"fact_timeout" unit:"s"`
	// Default always: when this filter works; "pacemaker": where the resource vip__management is active.
	Active string `toml:"active"`
	// Default true: false keeps its reports from alerting anybody.
	ActivateAlerting bool `toml:"activate_alerting"`

	engine.Options
}

func defaultConfig() *Config {
	return &Config{
		AlarmsDirectory: "alarms", Interval: 10 * time.Second, WarmUpPeriod: 30 * time.Second, FactTimeout: time.Minute,
		Active: "always", ActivateAlerting: true, Options: engine.Options{Filename: "lua_modules/filters/gse_cluster_filter.lua"},
	}
}

func init() {
	plugin.RegisterFilter("GSEFilter", func() plugin.FilterConfig { return defaultConfig() })
}

// level is what the levels differ in.
type level struct {
	output, metric string // type and metric name of what it makes
	cluster        string // field of a report that names the cluster, "" for all with that member
	member         string // field that names the member
	inputs         string // matcher
}

var levels = map[string]level{
	health.LevelService: {"gse_service_cluster_metric", "cluster_service_status", "service", "source", "Type == 'heka.sandbox.afd_service_metric'"},
	health.LevelNode:    {"gse_node_cluster_metric", "cluster_node_status", "node_role", "source", "Type == 'heka.sandbox.afd_node_metric'"},
	// What other collectors made of the same reports is not taken: it would come around again.
	health.LevelGlobal: {"gse_cluster_metric", "cluster_status", "", "cluster_name", "Fields[aggregator] == NIL && " +
		"(Type == 'heka.sandbox.gse_service_cluster_metric' || Type == 'heka.sandbox.gse_node_cluster_metric')"},
}

var _ plugin.ConsumerDefaulter = (*Config)(nil)

// ConsumerDefaults makes it look every second for what is due.
func (c *Config) ConsumerDefaults(o *plugin.ConsumerOptions) { o.TickerInterval = 1 }

// NewFilter loads the definitions and starts the engine with those of its level.
func (c *Config) NewFilter(env *plugin.Env) (plugin.Filter, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	catalogue, err := health.ForFilter(env.SharePath(c.AlarmsDirectory), nil, c.Roles)
	if err != nil {
		return nil, err
	}
	clusters := catalogue.Fed(c.Level, c.Roles)
	return engine.New(env, c.Options, c.engineConfig(env.Name, catalogue.GSEDefinitions(clusters), len(clusters)), c.matcher(), len(clusters)+1)
}

func (c *Config) check() error {
	var errs []error
	if _, ok := levels[c.Level]; !ok {
		errs = append(errs, plugin.BadOption("level", "%q is no level: give service, node or global", c.Level))
	}
	if c.Active != "always" && c.Active != "pacemaker" {
		errs = append(errs, plugin.BadOption("active", "%q is unknown: give always or pacemaker", c.Active))
	}
	if c.Interval < time.Second {
		errs = append(errs, plugin.BadOption("interval", "%v is less than a second", c.Interval))
	}
	if c.FactTimeout < c.Interval {
		errs = append(errs, plugin.BadOption("fact_timeout", "%v is less than the interval of %v: every status would be UNKNOWN", c.FactTimeout, c.Interval))
	}
	if c.WarmUpPeriod < 0 {
		errs = append(errs, plugin.BadOption("warm_up_period", "%v is negative", c.WarmUpPeriod))
	}
	return errors.Join(errs...)
}

func (c *Config) matcher() string {
	m := levels[c.Level].inputs
	if c.Active == "pacemaker" {
		m = "(Fields[name] == 'pacemaker_local_resource_active' && Fields[resource] == 'vip__management') || (" + m + ")"
	}
	return m
}

func (c *Config) engineConfig(source, definitions string, clusters int) map[string]any {
	l := levels[c.Level]
	config := map[string]any{
		"definitions": definitions, "output_message_type": l.output, "output_metric_name": l.metric, "source": source,
		"member_field": l.member, "interval": c.Interval.Seconds(), "warm_up_period": c.WarmUpPeriod.Seconds(),
		"fact_timeout": c.FactTimeout.Seconds(), "activation": c.Active, "activate_alerting": c.ActivateAlerting,
		"early": true, "only_seen": len(c.Roles) == 0, "max_inject": clusters + 1,
	}
	if l.cluster != "" {
		config["cluster_field"] = l.cluster
	}
	return config
}
