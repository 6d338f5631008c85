// Package rabbitmq decodes the log of RabbitMQ: the reports of 3.6 and older, the lines of 3.7 and 3.8
// (lager) and of 3.9 and later (OTP logger), and its JSON form. Texts of many lines become one message.
package rabbitmq

import (
	"lma_collector/collector/logline"
	"lma_collector/collector/plugin"
	"lma_collector/collector/timeparse"
)

// Config are the options of a RabbitMQLogDecoder.
type Config struct {
	// Default "", the machine's zone: the IANA zone of times that have none.
	Tz string `toml:"tz"`
}

func defaultConfig() *Config { return &Config{} }

func init() {
	plugin.RegisterDecoder("RabbitMQLogDecoder", func() plugin.DecoderConfig { return defaultConfig() })
}

// NewDecoder checks the options.
func (c *Config) NewDecoder(env *plugin.Env) (plugin.Decoder, error) {
	zone, err := timeparse.NewZone(c.Tz)
	if err != nil {
		return nil, plugin.BadOption("tz", "%v", err)
	}
	return &Decoder{env: env, zone: zone, hold: logline.NewHold(env)}, nil
}
