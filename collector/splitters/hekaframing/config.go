// Package hekaframing is the HekaFramingSplitter: hekad's stream framing of encoded messages, with
// the verification of their signatures.
package hekaframing

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Config are the options of a HekaFramingSplitter.
type Config struct {
	Signer             map[string]Signer `toml:"signer"`              // none: keys by <signer name>_<key version>
	SkipAuthentication bool              `toml:"skip_authentication"` // false: take signed messages without looking at the signature; they have no signer then
	RequireSignature   bool              `toml:"require_signature"`   // false: drop messages that are not signed
}

// Signer is the key of one version of a signer: one of the two.
type Signer struct {
	HMACKey   string `toml:"hmac_key"`   // the key's bytes, which both sides know
	PublicKey string `toml:"public_key"` // Ed25519: the key's 32 bytes in base64, as `sandbox keygen` prints them
}

func init() {
	plugin.RegisterSplitter("HekaFramingSplitter", func() plugin.SplitterConfig { return &Config{} })
}

// SplitterDefaults says that a record's body is an encoded message.
func (c *Config) SplitterDefaults(o *plugin.SplitterOptions) { o.UseMessageBytes = true }

// NewSplitter checks the options.
func (c *Config) NewSplitter(env *plugin.Env) (plugin.Splitter, error) {
	var bad []error
	if c.SkipAuthentication && c.RequireSignature {
		bad = append(bad, plugin.BadOption("require_signature", "can not be had together with skip_authentication"))
	}
	if c.RequireSignature && len(c.Signer) == 0 {
		bad = append(bad, plugin.BadOption("require_signature", "needs the keys of those who may sign: [%s.signer.<name>_<version>]", env.Name))
	}
	s := &Splitter{maxSize: env.MaxMessageSize, skip: c.SkipAuthentication, require: c.RequireSignature, keys: map[string]*key{}}
	if s.maxSize <= 0 {
		s.maxSize = message.DefaultMaxSize
	}
	if env.Metrics != nil {
		s.skipped = env.Metrics.Counter("skipped_bytes", "", "bytes between records that were no record")
	}
	for _, name := range names(c.Signer) {
		if err := checkName(name); err != nil {
			bad = append(bad, err)
		}
		k, err := newKey(name, c.Signer[name])
		if err != nil {
			bad = append(bad, err)
			continue
		}
		s.keys[name] = k
	}
	return s, errors.Join(bad...)
}

// Check finds keys that keep nobody out.
func (c *Config) Check(*plugin.Env) (list []plugin.Finding) {
	for _, name := range names(c.Signer) {
		const shortest = 16 // bytes
		if s := c.Signer[name]; s.PublicKey == "" && len(s.HMACKey) < shortest {
			list = append(list, plugin.Finding{
				Option: "signer." + name + ".hmac_key", Class: "security",
				Text: fmt.Sprintf("signer.%s: hmac_key has fewer than %d bytes and can be guessed", name, shortest),
				Hint: "use an Ed25519 key: lma_collector sandbox keygen",
			})
		}
	}
	return list
}

func names(signers map[string]Signer) []string {
	list := make([]string, 0, len(signers))
	for name := range signers {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

func checkName(name string) error {
	at := strings.LastIndexByte(name, '_')
	if at > 0 {
		if v, err := strconv.ParseUint(name[at+1:], 10, 32); err == nil && fmt.Sprint(v) == name[at+1:] {
			return nil
		}
	}
	return plugin.BadOption("signer."+name, "is not <signer name>_<key version>, such as %q", "ops_0")
}
