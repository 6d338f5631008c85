package rabbitmq

import (
	"testing"

	"lma_collector/tests/golden"
)

var sample = golden.Sample{File: "rabbitmq/rabbit@localhost.log", Logger: "rabbitmq.node-1"}

func BenchmarkSample(b *testing.B) { golden.Benchmark(b, build, sample) }

func TestNoAllocation(t *testing.T) { golden.NoAllocation(t, build, sample) }
