// Package rabbitmq decodes the log of RabbitMQ: the reports of 3.6 and older, the lines of 3.7 and 3.8
// (lager) and of 3.9 and later (OTP logger), and its JSON form. Texts of many lines become one message.
package rabbitmq

import (
	"lma_collector/collector/logline"
	"lma_collector/collector/plugin"
)

// Config are the options of a RabbitMQLogDecoder.
type Config struct{ logline.ZoneOption }

func defaultConfig() *Config { return &Config{} }

func init() {
	plugin.RegisterDecoder("RabbitMQLogDecoder", func() plugin.DecoderConfig { return defaultConfig() })
}

// NewDecoder checks the options.
func (c *Config) NewDecoder(env *plugin.Env) (plugin.Decoder, error) {
	zone, err := c.NewZone()
	if err != nil {
		return nil, err
	}
	return &Decoder{env: env, zone: zone, hold: logline.NewHold(env)}, nil
}
