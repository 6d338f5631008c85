package mysql

import (
	"testing"

	"lma_collector/tests/golden"
)

var sample = golden.Sample{File: "mysql/error.log", Logger: "mysql"}

func BenchmarkSample(b *testing.B) { golden.Benchmark(b, build, sample) }

func TestNoAllocation(t *testing.T) { golden.NoAllocation(t, build, sample) }
