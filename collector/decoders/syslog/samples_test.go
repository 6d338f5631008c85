package syslog

import (
	"testing"

	"lma_collector/tests/golden"
)

var build = golden.LogDecoder("SyslogDecoder")

func TestText(t *testing.T) { golden.Text(t, build) }

// TestSamples decodes logs that rsyslog wrote.
func TestSamples(t *testing.T) {
	golden.Samples(t, build,
		golden.Sample{File: "haproxy/haproxy_rsyslog_traditional.log", Logger: "system.haproxy"},
	)
}
