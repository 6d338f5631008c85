// Package mysql decodes the error log of MySQL 5.x and 8, Percona Server and MariaDB, and what
// mysqld_safe writes, plain or behind syslog. Dumps of InnoDB and backtraces become part of the
// message that they belong to.
package mysql

import (
	"errors"

	"lma_collector/collector/logline"
	"lma_collector/collector/plugin"
	"lma_collector/collector/timeparse"
)

// Config are the options of a MySQLLogDecoder.
type Config struct {
	// Default "", the machine's zone: the IANA zone of times that have none.
	Tz string `toml:"tz"`
	// Default "", every form: the rsyslog template of lines that come through syslog.
	SyslogPattern string `toml:"syslog_pattern"`
	// Default "": a second template, tried when the first does not fit.
	FallbackSyslogPattern string `toml:"fallback_syslog_pattern"`
}

func defaultConfig() *Config { return &Config{} }

func init() {
	plugin.RegisterDecoder("MySQLLogDecoder", func() plugin.DecoderConfig { return defaultConfig() })
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
	return &Decoder{env: env, zone: zone, header: header, hold: logline.NewHold(env)}, nil
}
