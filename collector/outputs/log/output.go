// Package log is the LogOutput: encoded messages on standard output.
package log

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"lma_collector/collector/plugin"
)

// Config has no options of its own.
type Config struct{}

// Output is the plugin. One goroutine uses it.
type Output struct {
	to       io.Writer
	terminal bool // control characters would be obeyed
	data     []byte
}

var (
	_ plugin.OutputConfig = (*Config)(nil)
	_ plugin.Output       = (*Output)(nil)
)

func init() {
	plugin.RegisterOutput("LogOutput", func() plugin.OutputConfig { return &Config{} })
}

// NewOutput needs an encoder.
func (*Config) NewOutput(env *plugin.Env) (plugin.Output, error) {
	if env.Encoder == nil {
		return nil, plugin.BadOption("encoder", "is missing; PayloadEncoder prints payloads as lines")
	}
	info, err := os.Stdout.Stat()
	return &Output{to: os.Stdout, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}, nil
}

// Deliver prints the items, each with a newline behind it if it has none.
func (o *Output) Deliver(_ context.Context, items []plugin.Item) error {
	o.data = o.data[:0]
	for i := range items {
		start := len(o.data)
		o.data = append(o.data, items[i].Data...)
		if !bytes.HasSuffix(o.data[start:], []byte("\n")) {
			o.data = append(o.data, '\n')
		}
	}
	if o.terminal {
		disarm(o.data)
	}
	if _, err := o.to.Write(o.data); err != nil {
		return fmt.Errorf("cannot write to standard output: %w", err)
	}
	return nil
}

// disarm replaces control characters, with which a log could drive a terminal.
func disarm(text []byte) {
	for i, c := range text {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			text[i] = '.'
		}
	}
}
