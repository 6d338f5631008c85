package syslog

import (
	"testing"

	"lma_collector/collector/plugin"
	"lma_collector/tests/golden"
)

func TestGolden(t *testing.T) {
	golden.Decoder(t, "generic_syslog", func(c *golden.Case, env *plugin.Env) (plugin.Decoder, error) {
		config := &Config{Tz: "UTC"}
		if err := golden.Options(c, config); err != nil {
			return nil, err
		}
		return config.NewDecoder(env)
	})
}
