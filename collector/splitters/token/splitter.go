package token

import (
	"bytes"

	"lma_collector/collector/plugin"
)

var _ plugin.Splitter = (*Splitter)(nil)

// Splitter ends a record after every count-th delimiter.
type Splitter struct {
	delimiter byte
	count     int
}

// Split finds the first record, its delimiters included.
func (s *Splitter) Split(data []byte, _ bool) (int, []byte) {
	end := 0
	for range s.count {
		n := bytes.IndexByte(data[end:], s.delimiter)
		if n < 0 {
			return 0, nil
		}
		end += n + 1
	}
	return end, data[:end]
}
