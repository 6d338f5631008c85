// Package payload is the PayloadEncoder: a message's payload as text, with a time in front and a
// newline behind if wanted.
package payload

import (
	"strings"
	"time"

	"lma_collector/collector/plugin"
	"lma_collector/collector/strftime"
)

// Config are the options of a PayloadEncoder section.
type Config struct {
	// AppendNewlines puts a newline behind each payload, also behind one that ends with a newline. Default true.
	AppendNewlines bool `toml:"append_newlines"`
	// PrefixTS puts a time and a space in front of each payload. Default false.
	PrefixTS bool `toml:"prefix_ts"`
	// TSFromMessage takes the message's time, else it is the current one. Default true.
	TSFromMessage bool `toml:"ts_from_message"`
	// TSFormat is the strftime format of the time, in the machine's zone. Default "[%Y/%b/%d:%H:%M:%S %z]".
	TSFormat string `toml:"ts_format"`
}

var _ plugin.EncoderConfig = (*Config)(nil)

func init() {
	plugin.RegisterEncoder("PayloadEncoder", func() plugin.EncoderConfig { return defaultConfig() })
}

func defaultConfig() *Config {
	return &Config{AppendNewlines: true, TSFromMessage: true, TSFormat: "[%Y/%b/%d:%H:%M:%S %z]"}
}

// NewEncoder checks the options.
func (c *Config) NewEncoder(*plugin.Env) (plugin.Encoder, error) {
	return c.encoder(time.Local)
}

func (c *Config) encoder(zone *time.Location) (*Encoder, error) {
	format := c.TSFormat
	if !strings.HasSuffix(format, " ") {
		format += " "
	}
	stamp, err := strftime.Compile(format, zone)
	if err != nil {
		return nil, plugin.BadOption("ts_format", "%v", err)
	}
	e := &Encoder{newline: c.AppendNewlines, fromMessage: c.TSFromMessage, now: time.Now}
	if c.PrefixTS {
		e.stamp = stamp
	}
	return e, nil
}
