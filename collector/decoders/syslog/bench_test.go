package syslog

import (
	"testing"

	"lma_collector/tests/golden"
)

var sample = golden.Sample{File: "haproxy/haproxy_rsyslog_traditional.log", Logger: "system.haproxy"}

func BenchmarkSample(b *testing.B) { golden.Benchmark(b, build, sample) }

func TestNoAllocation(t *testing.T) { golden.NoAllocation(t, build, sample) }
