package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sort"
	"time"

	"lma_collector/collector/plugin"
)

// Options are the options that all sandbox plugins share.
type Options struct {
	// "lua": the only script type.
	ScriptType string `toml:"script_type"`
	// No default: the script; a relative path lies under share_dir.
	Filename string `toml:"filename"`
	// Default <share_dir>/lua_modules: where require looks, directories separated by semicolons.
	ModuleDirectory string `toml:"module_directory"`
	// Default false: keep the script's global variables across restarts.
	PreserveData bool `toml:"preserve_data"`
	// Default 8388608 bytes; accepted, not yet enforced.
	MemoryLimit uint `toml:"memory_limit"`
	// Default 1000000 instructions for each call of the script, 0 for no limit.
	InstructionLimit uint `toml:"instruction_limit"`
	// Default 64512 bytes of payload or message that the script makes at once, 0 for no limit.
	OutputLimit uint `toml:"output_limit"`
	// What the script reads with read_config: strings, numbers and booleans.
	Config map[string]any `toml:"config"`

	// Clock tells the time that the script sees; nil for the real one.
	Clock func() time.Time `toml:"-"`
}

func defaultOptions() Options {
	return Options{ScriptType: "lua", MemoryLimit: 8 << 20, InstructionLimit: 1000000, OutputLimit: 63 << 10}
}

// check reports mistakes in the options.
func (o *Options) check(env *plugin.Env) error {
	var errs []error
	if o.ScriptType != "lua" {
		errs = append(errs, plugin.BadOption("script_type", "unsupported script type: %s (only \"lua\" is known)", o.ScriptType))
	}
	if o.Filename == "" {
		return errors.Join(append(errs, plugin.BadOption("filename", "is missing: name the Lua script"))...)
	}
	path := env.SharePath(o.Filename)
	if info, err := os.Stat(path); err != nil {
		errs = append(errs, plugin.BadOption("filename", "cannot open %s: %v", path, bareError(err)))
	} else if info.IsDir() {
		errs = append(errs, plugin.BadOption("filename", "%s is a directory, not a Lua script", path))
	}
	for _, key := range sortedKeys(o.Config) {
		switch o.Config[key].(type) {
		case string, bool, int64, int, float64:
		default:
			errs = append(errs, plugin.BadOption("config."+key,
				"a script cannot read a value of this kind: give a string, a number or a boolean"))
		}
	}
	return errors.Join(errs...)
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// open makes the script and restores its data.
func (o *Options) open(env *plugin.Env, kind plugin.Kind, h host) (*script, error) {
	directory := o.ModuleDirectory
	if directory == "" {
		directory = env.SharePath("lua_modules")
	}
	path := env.SharePath(o.Filename)
	s, err := newScript(settings{
		kind: kind, path: path, moduleDirectory: directory, config: o.withHostname(env),
		instructionLimit: int(o.InstructionLimit), outputLimit: int(o.OutputLimit), clock: o.Clock,
		metrics: env.Metrics, tags: env.Tags,
	}, h)
	if err != nil {
		return nil, plugin.BadOption("filename", "script %s does not start: %v", path, err)
	}
	if o.PreserveData {
		if err := s.restore(o.dataFile(env, kind)); err != nil {
			s.close()
			return nil, fmt.Errorf("%w; move the file away to start without the data, or raise _PRESERVATION_VERSION in the script", err)
		}
	}
	return s, nil
}

// withHostname is the script's configuration, with this host's name where the section gives none:
// scripts written for rendered configurations ask for it.
func (o *Options) withHostname(env *plugin.Env) map[string]any {
	if _, given := o.Config["hostname"]; given || env.Hostname == "" {
		return o.Config
	}
	config := maps.Clone(o.Config)
	if config == nil {
		config = map[string]any{}
	}
	config["hostname"] = env.Hostname
	return config
}

// dataFile is where the script's global variables are kept, under the name that hekad used.
func (o *Options) dataFile(env *plugin.Env, kind plugin.Kind) string {
	name := []byte(env.Name)
	for i, b := range name {
		word := b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z' || b == '_'
		if kind == plugin.KindFilter && !word || b == '/' || b == 0 {
			name[i] = '_'
		}
	}
	return filepath.Join(env.BasePath("sandbox_preservation"), string(name)+".data")
}

func init() {
	plugin.RegisterFilter("SandboxFilter", func() plugin.FilterConfig {
		return &FilterConfig{Options: defaultOptions()}
	})
	plugin.RegisterDecoder("SandboxDecoder", func() plugin.DecoderConfig {
		return &DecoderConfig{Options: defaultOptions()}
	})
	plugin.RegisterEncoder("SandboxEncoder", func() plugin.EncoderConfig {
		return &EncoderConfig{Options: defaultOptions()}
	})
}
