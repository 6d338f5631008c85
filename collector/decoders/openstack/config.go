// Package openstack decodes the logs of OpenStack services: oslo.log's lines of every release and its
// JSON form, request lines of eventlet and uWSGI, plain or behind syslog. Tracebacks and other
// records of many lines become one message.
package openstack

import (
	"lma_collector/collector/logline"
	"lma_collector/collector/plugin"
)

// Config are the options of an OpenStackLogDecoder.
type Config struct{ logline.SyslogOptions }

func defaultConfig() *Config { return &Config{} }

func init() {
	plugin.RegisterDecoder("OpenStackLogDecoder", func() plugin.DecoderConfig { return defaultConfig() })
}

// NewDecoder checks the options.
func (c *Config) NewDecoder(env *plugin.Env) (plugin.Decoder, error) {
	header, zone, err := c.NewReader()
	if err != nil {
		return nil, err
	}
	return &Decoder{env: env, zone: zone, header: header, hold: logline.NewHold(env)}, nil
}
