// Package null is the NullSplitter: a whole body, datagram or read is one record.
package null

import "lma_collector/collector/plugin"

// Config has no options of its own.
type Config struct{}

func init() {
	plugin.RegisterSplitter("NullSplitter", func() plugin.SplitterConfig { return &Config{} })
}

// SplitterDefaults asks for a buffer that holds the largest datagram.
func (c *Config) SplitterDefaults(o *plugin.SplitterOptions) { o.MinBufferSize = 64 << 10 }

// NewSplitter never fails.
func (c *Config) NewSplitter(*plugin.Env) (plugin.Splitter, error) { return Splitter{}, nil }

var _ plugin.Splitter = Splitter{}

// Splitter takes all that is there as one record.
type Splitter struct{}

// Split takes all of data.
func (Splitter) Split(data []byte, _ bool) (int, []byte) {
	if len(data) == 0 {
		return 0, nil
	}
	return len(data), data
}

// Whole tells the host that a body needs no splitting, however it arrives.
func (Splitter) Whole() bool { return true }
