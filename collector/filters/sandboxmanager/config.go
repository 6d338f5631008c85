// Package sandboxmanager is the SandboxManagerFilter: it loads and unloads Lua filters while the collector
// runs, as signed control messages tell it to, and loads them again at the next start.
package sandboxmanager

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"lma_collector/collector/plugin"
)

// Config are the options of a SandboxManagerFilter.
type Config struct {
	MaxFilters       uint   `toml:"max_filters"`       // 0: filters that may be loaded at once; with 0 none can be
	WorkingDirectory string `toml:"working_directory"` // "sbxmgrs": under base_dir; keeps what is loaded
	ModuleDirectory  string `toml:"module_directory"`  // "": <share_dir>/lua_modules
	MemoryLimit      uint   `toml:"memory_limit"`      // 8388608 bytes for each filter, whatever its own configuration says
	InstructionLimit uint   `toml:"instruction_limit"` // 1000000 for each call
	OutputLimit      uint   `toml:"output_limit"`      // 64512 bytes
	// 100000 ns: a filter that takes more for a message on average is ended when inputs have to wait for it; 0: never.
	MaxProcessDuration uint64 `toml:"max_process_duration"`
	MessageSigner      string `toml:"message_signer"` // who may load; the pipeline goes by it as well
	AllowUnsigned      bool   `toml:"allow_unsigned"` // false: take control messages from anybody
	// Who may load, where there are several, and what.
	Signers map[string]Signer `toml:"signers"`

	Clock func() time.Time `toml:"-"` // nil: the real one
}

// Signer is what one signer may do.
type Signer struct {
	MaxFilters       uint     `toml:"max_filters"` // 0: as many as the manager
	Actions          []string `toml:"actions"`     // none: "load" and "unload"
	Prefix           string   `toml:"prefix"`      // of the names of its filters; "": any
	MemoryLimit      uint     `toml:"memory_limit"`
	InstructionLimit uint     `toml:"instruction_limit"` // where lower than the manager's; 0: those
	OutputLimit      uint     `toml:"output_limit"`
}

// typeName is the type as hekad calls it.
const typeName = "SandboxManagerFilter"

// defaultMatcher takes hekad's control messages.
const defaultMatcher = "Type == 'heka.control.sandbox'"

func init() {
	plugin.RegisterFilter(typeName, func() plugin.FilterConfig { return defaultConfig() })
}

func defaultConfig() *Config {
	return &Config{
		WorkingDirectory: "sbxmgrs", MemoryLimit: 8 << 20, InstructionLimit: 1000000, OutputLimit: 63 << 10,
		MaxProcessDuration: 100000,
	}
}

// ConsumerDefaults never lets anybody wait for the manager: who floods it loses control messages.
func (c *Config) ConsumerDefaults(o *plugin.ConsumerOptions) {
	o.MessageMatcher, o.WhenFull, o.QueueMessages = defaultMatcher, string(plugin.FullDrop), 1000
}

const (
	actionLoad   = "load"
	actionUnload = "unload"
)

func (c *Config) check() error {
	var bad []error
	if c.WorkingDirectory == "" {
		bad = append(bad, plugin.BadOption("working_directory", "must not be empty"))
	}
	if c.AllowUnsigned && (c.MessageSigner != "" || len(c.Signers) > 0) {
		bad = append(bad, plugin.BadOption("allow_unsigned", "contradicts message_signer and signers: remove one"))
	}
	for _, name := range c.signerNames() {
		s, table := c.Signers[name], "signers."+name
		for _, a := range s.Actions {
			if a != actionLoad && a != actionUnload {
				bad = append(bad, plugin.BadOption(table+".actions", "%q is not one of %q, %q", a, actionLoad, actionUnload))
			}
		}
		if Normalised(s.Prefix) != s.Prefix {
			bad = append(bad, plugin.BadOption(table+".prefix", "%q: names of filters have letters, digits and underscores only", s.Prefix))
		}
		if c.MessageSigner != "" && c.MessageSigner != name {
			bad = append(bad, plugin.BadOption(table, "never gets here: message_signer lets %q through only; remove message_signer", c.MessageSigner))
		}
	}
	return errors.Join(bad...)
}

func (c *Config) signerNames() []string {
	names := make([]string, 0, len(c.Signers))
	for name := range c.Signers {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Check tells of a manager that anybody could use, or nobody.
func (c *Config) Check(env *plugin.Env) (list []plugin.Finding) {
	add := func(f plugin.Finding) { list = append(list, f) }
	switch {
	case c.MaxFilters == 0:
		add(plugin.Finding{Option: "max_filters", Class: "security", Note: true, Text: "max_filters is 0: no filter can be loaded"})
	case c.AllowUnsigned:
		add(plugin.Finding{
			Option: "allow_unsigned", Class: "security",
			Text: "allow_unsigned: whoever can send a message to this collector can run scripts in it",
			Hint: "set message_signer, and the signer's key in a HekaFramingSplitter",
		})
	case !c.closed():
		add(plugin.Finding{
			Option: "message_signer", Class: "security",
			Text: "message_signer is missing: every control message is refused (hekad would have let anybody load filters)",
			Hint: "set message_signer, and the signer's key in a HekaFramingSplitter; allow_unsigned = true does as hekad did",
		})
	}
	if env.SectionsOf != nil && c.MaxFilters > 0 && c.closed() && env.SectionsOf("HekaFramingSplitter") == 0 {
		add(plugin.Finding{
			Option: "message_signer", Class: "security", Text: "no HekaFramingSplitter section knows a signer's key: no control message will ever be taken",
			Hint: "see dynamic_filters.md",
		})
	}
	for option, limit := range map[string]uint{"memory_limit": c.MemoryLimit, "instruction_limit": c.InstructionLimit, "output_limit": c.OutputLimit} {
		if limit == 0 && c.MaxFilters > 0 {
			add(plugin.Finding{Option: option, Class: "security", Text: option + " is 0: a filter that is loaded has no such limit"})
		}
	}
	slices.SortFunc(list, func(a, b plugin.Finding) int {
		if a.Option < b.Option {
			return -1
		}
		return 1
	})
	return list
}

// Owns keeps two managers from having one name for their filters, and these from sharing files.
func (c *Config) Owns(env *plugin.Env) []plugin.Claim {
	return []plugin.Claim{{
		What: fmt.Sprintf("the prefix %s- of filters and their files", Normalised(env.Name)),
		Hint: "rename one of the sections",
	}}
}

// closed tells whether it is said who may load filters.
func (c *Config) closed() bool { return c.MessageSigner != "" || len(c.Signers) > 0 }

// may gives what a signer is allowed, "" being the one of unsigned messages.
func (c *Config) may(signer string) (s Signer, ok bool) {
	switch {
	case len(c.Signers) > 0:
		s, ok = c.Signers[signer]
	case c.MessageSigner != "":
		ok = signer == c.MessageSigner
	default:
		ok = c.AllowUnsigned
	}
	return s, ok && (signer != "" || c.AllowUnsigned)
}

func (s *Signer) does(action string) bool {
	return len(s.Actions) == 0 || slices.Contains(s.Actions, action)
}

// lower is the lower of two limits, of which 0 is none.
func lower(a, b uint) uint {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// Normalised replaces what is no letter, digit or underscore: names of filters and files have nothing else.
func Normalised(name string) string {
	text := []byte(name)
	for i, c := range text {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			text[i] = '_'
		}
	}
	return string(text)
}
