// Package afd is the filter type AFDFilter: anomaly and fault detection by the alarms of a
// directory, all in one Lua sandbox that runs lua_modules/filters/afd.lua.
package afd

import (
	"lma_collector/collector/health"
	"lma_collector/collector/health/engine"
	"lma_collector/collector/plugin"
)

// Config is the configuration of an AFDFilter.
type Config struct {
	// Default alarms: the directory of definitions; a relative path lies under share_dir.
	AlarmsDirectory string `toml:"alarms_directory"`
	// Default none: what this host is, such as "controller" or "mysql-nodes". Without it the host is
	// "default" and may run any service: what of that has metrics is reported. With it all watches of the
	// roles are, UNKNOWN without metrics.
	Roles []string `toml:"roles"`
	// Default none: parameters of the definitions that this site has otherwise.
	Parameters map[string]float64 `toml:"parameters"`

	engine.Options
}

func defaultConfig() *Config {
	return &Config{AlarmsDirectory: "alarms", Options: engine.Options{Filename: "lua_modules/filters/afd.lua"}}
}

func init() {
	plugin.RegisterFilter("AFDFilter", func() plugin.FilterConfig { return defaultConfig() })
}

var (
	_ plugin.ConsumerDefaulter = (*Config)(nil)
	_ plugin.Checker           = (*Config)(nil)
)

// ConsumerDefaults makes it evaluate every 10 s.
func (c *Config) ConsumerDefaults(o *plugin.ConsumerOptions) { o.TickerInterval = 10 }

// Check tells what is odd in the definitions.
func (c *Config) Check(env *plugin.Env) []plugin.Finding {
	return health.Warnings(env.SharePath(c.AlarmsDirectory), c.Parameters)
}

// NewFilter loads the definitions and starts the engine with them.
func (c *Config) NewFilter(env *plugin.Env) (plugin.Filter, error) {
	catalogue, err := health.ForFilter(env.SharePath(c.AlarmsDirectory), c.Parameters, c.Roles)
	if err != nil {
		return nil, err
	}
	watches := catalogue.Watched(c.Roles)
	return engine.New(env, c.Options, map[string]any{
		"definitions": catalogue.AFDDefinitions(watches), "hostname": env.Hostname, "early": true, "only_seen": len(c.Roles) == 0,
	}, catalogue.AFDMatcher(watches), len(watches))
}
