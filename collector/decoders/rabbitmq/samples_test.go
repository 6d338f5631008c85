package rabbitmq

import (
	"testing"

	"lma_collector/tests/golden"
)

var build = golden.LogDecoder("RabbitMQLogDecoder")

func TestText(t *testing.T) { golden.Text(t, build) }

// TestSamples decodes the log of a RabbitMQ server. What fails is the banner on its standard output.
func TestSamples(t *testing.T) {
	golden.Samples(t, build,
		golden.Sample{File: "rabbitmq/rabbit@localhost.log", Logger: "rabbitmq.node-1"},
		golden.Sample{File: "rabbitmq/startup_stdout.txt", Logger: "rabbitmq.node-1"},
	)
}
