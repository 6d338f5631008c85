package logscounter

import (
	"testing"
	"time"

	"lma_collector/collector/plugin"
	"lma_collector/tests/golden"
)

// TestGolden runs the cases that were recorded with the Lua filter, whose patterns are written anew.
func TestGolden(t *testing.T) {
	golden.Filter(t, "logs_counter", func(c *golden.Case, env *plugin.Env) (plugin.Filter, error) {
		config := defaultConfig()
		config.LoggerMatcher = `(?s).*` // Lua's default
		delete(c.Config, "interval")    // the original ignored these two
		delete(c.Config, "logger")
		switch pattern := c.Config["logger_matcher"]; pattern {
		case nil:
		case `^openstack%.(%a+)$`:
			c.Config["logger_matcher"] = `^openstack\.([A-Za-z]+)$`
		default:
			t.Fatalf("no regular expression for %q", pattern)
		}
		if grace, ok := c.Config["grace_interval"].(float64); ok {
			config.GraceInterval = time.Duration(grace * float64(time.Second))
			delete(c.Config, "grace_interval")
		}
		if err := golden.Options(c, config); err != nil {
			return nil, err
		}
		config.Clock = func() time.Time { return time.Unix(0, c.ClockNS) }
		env.TickerInterval = time.Minute
		return config.NewFilter(env)
	})
}
