package rabbitmq

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

// TestSamples decodes the log of a RabbitMQ server. What fails is the banner on its standard output.
func TestSamples(t *testing.T) {
	golden.Samples(t, build, []golden.Sample{
		{File: "rabbitmq/rabbit@localhost.log", Logger: "rabbitmq.node-1"},
		{File: "rabbitmq/startup_stdout.txt", Logger: "rabbitmq.node-1"},
	}, *update)
}
