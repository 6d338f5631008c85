// Package afd is the filter type AFDFilter: anomaly and fault detection by the alarms of a
// directory, all in one Lua sandbox that runs lua_modules/filters/afd.lua.
package afd

import (
	"time"

	"lma_collector/collector/health"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
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
	// Default lua_modules/filters/afd.lua: the engine; a relative path lies under share_dir.
	Filename string `toml:"filename"`
	// Default <share_dir>/lua_modules: where the engine's modules are.
	ModuleDirectory string `toml:"module_directory"`

	// Clock tells the time that the engine sees; nil for the real one.
	Clock func() time.Time `toml:"-"`
}

func defaultConfig() *Config {
	return &Config{AlarmsDirectory: "alarms", Filename: "lua_modules/filters/afd.lua"}
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
	inner, err := c.engine(env, catalogue.AFDDefinitions(watches), len(watches))
	if err != nil {
		return nil, err
	}
	return &Filter{Filter: inner, matcher: catalogue.AFDMatcher(watches)}, nil
}

// engine makes the sandbox. Each watch may report at each tick.
func (c *Config) engine(env *plugin.Env, definitions string, watches int) (plugin.Filter, error) {
	kind, ok := plugin.Lookup("SandboxFilter")
	if !ok {
		panic("BUG: SandboxFilter is not registered")
	}
	box := kind.NewConfig().(*sandbox.FilterConfig)
	box.Filename, box.ModuleDirectory, box.Clock = c.Filename, c.ModuleDirectory, c.Clock
	box.InstructionLimit, box.MemoryLimit = 0, 0 // the engine's work grows with the definitions, not with what it is sent
	box.Config = map[string]any{
		"definitions": definitions, "hostname": env.Hostname, "early": true, "only_seen": len(c.Roles) == 0,
	}
	inner := *env
	inner.MaxTimerInject = max(env.MaxTimerInject, watches)
	return box.NewFilter(&inner)
}

// Filter is an AFDFilter: the engine in its sandbox, and which messages it wants.
type Filter struct {
	plugin.Filter
	matcher string
}

var (
	_ plugin.Matching = (*Filter)(nil)
	_ plugin.Closer   = (*Filter)(nil)
)

// MessageMatcher is what the definitions need.
func (f *Filter) MessageMatcher() string { return f.matcher }

// Close ends the engine.
func (f *Filter) Close() error {
	if c, ok := f.Filter.(plugin.Closer); ok {
		return c.Close()
	}
	return nil
}
