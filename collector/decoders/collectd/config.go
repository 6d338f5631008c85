// Package collectd decodes what collectd's write_http plugin posts (Format "JSON"): arrays of value
// lists, of which every value becomes a message of type metric, named and tagged as the LMA
// collector's mapping table says, and notifications in the form of Prometheus' Alertmanager.
package collectd

import (
	"fmt"
	"strconv"

	"lma_collector/collector/plugin"
)

// Config is a CollectdDecoder section.
type Config struct {
	// Hostname is the host that libvirt's metrics belong to, whose own host is the instance's uuid.
	// Default: this host's name.
	Hostname string `toml:"hostname"`
	// SwapSize is the size of the swap space in bytes; with it swap_percent_used (a ratio of 0 to 1) is
	// made of swap_used. Default 0: not made.
	SwapSize uint64 `toml:"swap_size"`
	// Payload says whether each message's payload is the JSON of its value list. Default true, as it was
	// in the original; nothing that ships reads it, and without it messages are half as large.
	Payload bool `toml:"payload"`
	// InstanceTags says whether the plugin_instance of a plugin that the mapping table does not name
	// becomes a tag ("interface" for the plugin interface, else "plugin_instance"). Default true;
	// without it the series of two instances are one, as they were in the original.
	InstanceTags bool `toml:"instance_tags"`
}

func init() {
	plugin.RegisterDecoder("CollectdDecoder", func() plugin.DecoderConfig { return defaultConfig() })
}

func defaultConfig() *Config { return &Config{Payload: true, InstanceTags: true} }

// SetScriptConfig takes the options of collectd.lua.
func (c *Config) SetScriptConfig(config map[string]any) error {
	if v, given := config["swap_size"]; given {
		size, err := strconv.ParseUint(fmt.Sprint(v), 10, 64) // rendered as a number or as a text
		if err != nil {
			return plugin.BadOption("swap_size", "must be a size in bytes, not %v", v)
		}
		c.SwapSize = size
	}
	return plugin.ScriptText(config, "hostname", &c.Hostname)
}

// NewDecoder makes a decoder for one source.
func (c *Config) NewDecoder(env *plugin.Env) (plugin.Decoder, error) {
	d := &Decoder{config: *c, env: env, ending: newEnding(env)}
	if d.config.Hostname == "" {
		d.config.Hostname = env.Hostname
	}
	numbers := env.Metrics
	if numbers == nil {
		numbers = new(plugin.Metrics)
	}
	d.refusedLists = numbers.Counter("refused_value_lists", "", "value lists that could not be used")
	d.nullValues = numbers.Counter("null_values", "", "values that collectd did not know yet")
	d.metric.tags = make([]string, 0, 4)
	return d, nil
}
