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

func TestEndlessRecord(t *testing.T) {
	golden.TooLong(t, build, "2026-11-20 07:18:44.123457+00:00 [error] <0.1.0> a crash", "2026-11-20 07:18:44.123457+00:00 [error] <0.1.0> ", "2026-11-20 07:18:44.123457+00:00 [error] <0.2.0> the next")
}
