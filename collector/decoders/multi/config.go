// Package multi is the MultiDecoder: several decoders tried one after the other, or chained.
package multi

import (
	"errors"
	"fmt"
	"slices"

	"lma_collector/collector/plugin"
)

// Config are the options of a MultiDecoder.
type Config struct {
	Subs            []string `toml:"subs"`             // required: decoder sections or types, in order
	CascadeStrategy string   `toml:"cascade_strategy"` // "first-wins": the first that succeeds; "all": each gets what the one before it made
	LogSubErrors    bool     `toml:"log_sub_errors"`   // false: log every failure of a sub-decoder
}

const (
	firstWins = "first-wins"
	all       = "all"
)

func init() {
	plugin.RegisterDecoder("MultiDecoder", func() plugin.DecoderConfig { return &Config{CascadeStrategy: firstWins} })
}

// References are the sections that this one uses.
func (c *Config) References() []string { return c.Subs }

// NewDecoder checks the options and makes the sub-decoders; env.NewDecoder reports circles of
// sections that name each other.
func (c *Config) NewDecoder(env *plugin.Env) (plugin.Decoder, error) {
	var bad []error
	if c.CascadeStrategy != firstWins && c.CascadeStrategy != all {
		bad = append(bad, plugin.BadOption("cascade_strategy", "%q is neither %q nor %q", c.CascadeStrategy, firstWins, all))
	}
	if len(c.Subs) == 0 {
		bad = append(bad, plugin.BadOption("subs", "is empty: name at least one decoder"))
	}
	if slices.Contains(c.Subs, env.Name) {
		return nil, errors.Join(append(bad, plugin.BadOption("subs", "circular: %q names itself", env.Name))...)
	}
	d := &Decoder{all: c.CascadeStrategy == all, env: env, logErrors: c.LogSubErrors}
	for _, name := range c.Subs {
		sub, err := env.NewDecoder(name)
		if err != nil {
			bad = append(bad, plugin.BadOption("subs", "%v", err))
			continue
		}
		d.add(name, sub)
	}
	if len(bad) > 0 {
		return nil, errors.Join(append(bad, d.Close())...)
	}
	return d, nil
}

func (d *Decoder) add(name string, sub plugin.Decoder) {
	s := &link{name: name, decoder: sub, multi: d, at: len(d.links)}
	s.holder, _ = sub.(plugin.Holder)
	if d.env.Metrics != nil {
		s.failures = d.env.Metrics.Counter("sub_failures", name, "records that a sub-decoder could not decode")
	}
	d.links = append(d.links, s)
}

// Close closes the sub-decoders.
func (d *Decoder) Close() error {
	var errs []error
	for _, s := range d.links {
		if c, ok := s.decoder.(plugin.Closer); ok {
			if err := c.Close(); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", s.name, err))
			}
		}
	}
	return errors.Join(errs...)
}
