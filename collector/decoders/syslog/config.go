// Package syslog decodes syslog lines, as rsyslog and others write them to files and send them:
// RFC 3164 and RFC 5424, with ISO 8601 times, with and without priority.
package syslog

import (
	"errors"

	"lma_collector/collector/logline"
	"lma_collector/collector/plugin"
	"lma_collector/collector/timeparse"
)

// Config are the options of a SyslogDecoder.
type Config struct {
	// Default "", the machine's zone: the IANA zone of times that have none.
	Tz string `toml:"tz"`
	// Default "", every form: the rsyslog template with which the lines are written.
	SyslogPattern string `toml:"syslog_pattern"`
	// Default "": a second template, tried when the first does not fit.
	FallbackSyslogPattern string `toml:"fallback_syslog_pattern"`
}

func defaultConfig() *Config { return &Config{} }

func init() {
	plugin.RegisterDecoder("SyslogDecoder", func() plugin.DecoderConfig { return defaultConfig() })
}

// NewDecoder checks the options.
func (c *Config) NewDecoder(env *plugin.Env) (plugin.Decoder, error) {
	zone, err := timeparse.NewZone(c.Tz)
	if err != nil {
		err = plugin.BadOption("tz", "%v", err)
	}
	header, err2 := logline.NewSyslogReader(c.SyslogPattern, c.FallbackSyslogPattern)
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	return &Decoder{env: env, zone: zone, header: header}, nil
}
