package mysql

import (
	"flag"
	"testing"

	"lma_collector/collector/plugin"
	"lma_collector/tests/golden"
)

var update = flag.Bool("update", false, "write the expected outputs anew")

func build(c *golden.Case, env *plugin.Env) (plugin.Decoder, error) {
	config := defaultConfig()
	config.Tz = "UTC"
	if err := golden.Options(c, config); err != nil {
		return nil, err
	}
	return config.NewDecoder(env)
}

func TestText(t *testing.T) { golden.Text(t, build, *update) }

// TestSamples decodes the error log of a MariaDB server.
func TestSamples(t *testing.T) {
	golden.Samples(t, build, []golden.Sample{
		{File: "mysql/error.log", Logger: "mysql"},
	}, *update)
}
