// Package token is the TokenSplitter: records that end at every nth occurrence of one byte.
package token

import "lma_collector/collector/plugin"

// Config are the options of a TokenSplitter.
type Config struct {
	Delimiter string `toml:"delimiter"` // "\n": the byte that ends a record; it stays at the record's end
	Count     uint   `toml:"count"`     // 1: how many delimiters end a record
}

func init() {
	plugin.RegisterSplitter("TokenSplitter", func() plugin.SplitterConfig { return &Config{Delimiter: "\n", Count: 1} })
}

// NewSplitter checks the options.
func (c *Config) NewSplitter(*plugin.Env) (plugin.Splitter, error) {
	if len(c.Delimiter) != 1 {
		return nil, plugin.BadOption("delimiter", "%q has %d bytes: it must be exactly one byte; RegexSplitter takes longer ones", c.Delimiter, len(c.Delimiter))
	}
	return &Splitter{delimiter: c.Delimiter[0], count: max(int(c.Count), 1)}, nil
}
