package sandbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sort"
	"time"
	"unicode"
	"unicode/utf8"

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
	// Default 8388608 bytes that the script may hold, as C Lua counts them; 0 for no limit.
	MemoryLimit uint `toml:"memory_limit"`
	// Default 1000000 instructions for each call of the script, 0 for no limit. Inputs and outputs have none.
	InstructionLimit uint `toml:"instruction_limit"`
	// Default 64512 bytes of payload or message that the script makes at once, 0 for no limit.
	OutputLimit uint `toml:"output_limit"`
	// Default false; accepted without effect: calls are timed anyway.
	Profile bool `toml:"profile"`
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
	path := o.scriptPath(env)
	if info, err := os.Stat(path); err != nil {
		errs = append(errs, plugin.BadOption("filename", "cannot open %s: %s%s", path, fileError(err), o.whereLooked(env)))
	} else if info.IsDir() {
		errs = append(errs, plugin.BadOption("filename", "%s is a directory, not a Lua script", path))
	}
	return errors.Join(errs...)
}

// whereLooked tells how a relative filename was taken.
func (o *Options) whereLooked(env *plugin.Env) string {
	if filepath.IsAbs(o.Filename) {
		return ""
	}
	return fmt.Sprintf(" (share_dir is %s, and a relative filename lies there)", env.ShareDir)
}

// fileError is what went wrong with a file, in C's words and without the name, which the caller gives.
func fileError(err error) string {
	var pe *os.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	text := err.Error()
	first, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[n:]
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// compiles reports syntax errors without running the script, for one that may open files when it runs.
func (o *Options) compiles(env *plugin.Env) error {
	path := o.scriptPath(env)
	source, err := os.ReadFile(path)
	if err != nil {
		return plugin.BadOption("filename", "cannot open %s: %s", path, fileError(err))
	}
	interp := newInterp("")
	defer interp.Close()
	if _, err := interp.Load(path, source); err != nil {
		return plugin.BadOption("filename", "script %s does not start: %v", path, err)
	}
	return nil
}

// open makes the script and restores its data. The end of ctx interrupts the script, now and later.
func (o *Options) open(ctx context.Context, env *plugin.Env, kind plugin.Kind, h host) (*script, error) {
	set := settings{
		kind: kind, path: o.scriptPath(env), moduleDirectory: o.ModuleDirectory, shipped: env.SharePath("lua_modules"),
		config: o.withHostname(env), instructionLimit: int(o.InstructionLimit), memoryLimit: int(o.MemoryLimit),
		outputLimit: int(o.OutputLimit), clock: o.Clock, metrics: env.Metrics, tags: env.Tags,
	}
	if set.moduleDirectory == "" {
		set.moduleDirectory = set.shipped
	}
	if kind == plugin.KindDecoder || kind == plugin.KindEncoder {
		set.label = env.Name
	}
	if kind == plugin.KindInput || kind == plugin.KindOutput {
		set.instructionLimit = 0 // they may wait and loop for ever
	}
	start := func() (*script, error) {
		s, err := newScript(ctx, set, h)
		if err != nil {
			err = plugin.BadOption("filename", "script %s does not start: %v", set.path, err)
		}
		return s, err
	}
	s, err := start()
	if err != nil || !o.PreserveData {
		return s, err
	}
	return o.restored(env, kind, s, start)
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

// zone is the location that the script's configuration names, nil for UTC.
func (o *Options) zone() (*time.Location, error) {
	tz, given := o.Config["tz"]
	if !given {
		return nil, nil
	}
	name, ok := tz.(string)
	if !ok {
		return nil, plugin.BadOption("config.tz", "must be a string, the name of a time zone such as \"Europe/Paris\"")
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, plugin.BadOption("config.tz", "unknown time zone %q: use a name such as \"Europe/Paris\"", name)
	}
	if zone == time.UTC {
		return nil, nil
	}
	return zone, nil
}

// asWallClock takes a time for what a clock in the zone shows, as hekad does with `tz`.
func asWallClock(ns int64, zone *time.Location) int64 {
	if zone == nil {
		return ns
	}
	t := time.Unix(0, ns).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone).UnixNano()
}

func init() {
	plugin.RegisterInput("SandboxInput", func() plugin.InputConfig {
		return &InputConfig{Options: defaultOptions()}
	})
	plugin.RegisterDecoder("SandboxDecoder", func() plugin.DecoderConfig {
		return &DecoderConfig{Options: defaultOptions()}
	})
	plugin.RegisterFilter("SandboxFilter", func() plugin.FilterConfig {
		return &FilterConfig{Options: defaultOptions()}
	})
	plugin.RegisterEncoder("SandboxEncoder", func() plugin.EncoderConfig {
		return &EncoderConfig{Options: defaultOptions()}
	})
	plugin.RegisterOutput("SandboxOutput", func() plugin.OutputConfig {
		return &OutputConfig{Options: defaultOptions()}
	})
}
