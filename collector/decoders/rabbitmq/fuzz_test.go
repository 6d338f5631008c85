package rabbitmq

import (
	"testing"

	"lma_collector/tests/golden"
)

func FuzzDecode(f *testing.F) { golden.FuzzDecoder(f, build) }
