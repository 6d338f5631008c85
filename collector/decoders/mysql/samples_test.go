package mysql

import (
	"testing"

	"lma_collector/tests/golden"
)

var build = golden.LogDecoder("MySQLLogDecoder")

func TestText(t *testing.T) { golden.Text(t, build) }

// TestSamples decodes the error log of a MariaDB server.
func TestSamples(t *testing.T) {
	golden.Samples(t, build,
		golden.Sample{File: "mysql/error.log", Logger: "mysql"},
	)
}

func TestEndlessRecord(t *testing.T) {
	golden.TooLong(t, build, "2026-11-20 07:18:44 5 [ERROR] a dump", "", "2026-11-20 07:18:45 5 [Note] the next")
}
