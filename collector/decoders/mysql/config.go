// Package mysql decodes the error log of MySQL 5.x and 8, Percona Server and MariaDB, and what
// mysqld_safe writes, plain or behind syslog. Dumps of InnoDB and backtraces become part of the
// message that they belong to.
package mysql

import (
	"lma_collector/collector/logline"
	"lma_collector/collector/plugin"
)

// Config are the options of a MySQLLogDecoder.
type Config struct{ logline.SyslogOptions }

func defaultConfig() *Config { return &Config{} }

func init() {
	plugin.RegisterDecoder("MySQLLogDecoder", func() plugin.DecoderConfig { return defaultConfig() })
}

// NewDecoder checks the options.
func (c *Config) NewDecoder(env *plugin.Env) (plugin.Decoder, error) {
	header, zone, err := c.NewReader()
	if err != nil {
		return nil, err
	}
	return &Decoder{env: env, zone: zone, header: header, hold: logline.NewHold(env)}, nil
}
