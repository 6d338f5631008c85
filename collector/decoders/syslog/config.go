// Package syslog decodes syslog lines, as rsyslog and others write them to files and send them:
// RFC 3164 and RFC 5424, with ISO 8601 times, with and without priority.
package syslog

import (
	"lma_collector/collector/logline"
	"lma_collector/collector/plugin"
)

// Config are the options of a SyslogDecoder.
type Config struct{ logline.SyslogOptions }

func defaultConfig() *Config { return &Config{} }

func init() {
	plugin.RegisterDecoder("SyslogDecoder", func() plugin.DecoderConfig { return defaultConfig() })
}

// NewDecoder checks the options.
func (c *Config) NewDecoder(env *plugin.Env) (plugin.Decoder, error) {
	header, zone, err := c.NewReader()
	if err != nil {
		return nil, err
	}
	return &Decoder{env: env, zone: zone, header: header}, nil
}
