package config

import (
	"fmt"
	"net"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Defaults of the global options.
const (
	DefaultBaseDir            = "/var/cache/lma_collector"
	DefaultShareDir           = "/usr/share/lma_collector"
	DefaultAddress            = "127.0.0.1:4352"
	DefaultMaxMessageSize     = 256 << 10 // bytes
	DefaultMaxUnacknowledged  = 64 << 20  // bytes
	minMaxMessageSize         = 1024      // bytes; hekad's limit must be larger
	hekadSection, ourSection  = "hekad", "collector"
	defaultMaxMessageLoops    = 4
	defaultMaxTimerInject     = 10
	defaultMaxProcessInject   = 1
	defaultLogLevel, logPlain = "info", "text"
)

// Shared are the options that [hekad] and [collector] both have.
type Shared struct {
	Hostname         string `toml:"hostname"` // "": the system's short name
	BaseDir          string `toml:"base_dir"` // persistent state
	ShareDir         string `toml:"share_dir"`
	MaxProcs         int    `toml:"maxprocs"` // 0: as many as there are processors
	MaxMessageLoops  uint   `toml:"max_message_loops"`
	MaxProcessInject uint   `toml:"max_process_inject"` // messages for each message that a sandbox filter takes
	MaxTimerInject   uint   `toml:"max_timer_inject"`   // messages for each timer event
	MaxMessageSize   uint32 `toml:"max_message_size"`   // bytes
	PidFile          string `toml:"pid_file"`           // "": none
	CPUProf          string `toml:"cpuprof"`            // "": none; file for a profile of the whole run
	MemProf          string `toml:"memprof"`            // "": none; file for a heap profile at the end
}

// Globals are what [hekad] and [collector] say, with the defaults for what they do not.
type Globals struct {
	Shared
	Address           string            `toml:"address"` // of the status page, "" for none
	Tags              map[string]string `toml:"tags"`    // fields that every message gets
	MaxMemory         Bytes             `toml:"max_memory"`
	MaxUnacknowledged Bytes             `toml:"max_unacknowledged_bytes"` // for each source
	LogLevel          string            `toml:"log_level"`                // debug, info, warn, error
	LogFormat         string            `toml:"log_format"`               // text, json
}

// withoutEffect are hekad's options for what works otherwise here.
type withoutEffect struct {
	PoolSize             int           `toml:"poolsize"`
	PluginChanSize       int           `toml:"plugin_chansize"`
	MaxProcessDuration   uint64        `toml:"max_process_duration"` // ns
	MaxPackIdle          time.Duration `toml:"max_pack_idle"`
	SampleDenominator    int           `toml:"sample_denominator"`
	LogFlags             int           `toml:"log_flags"`
	FullBufferMaxRetries uint32        `toml:"full_buffer_max_retries"`
}

// whyNot tells for each option of withoutEffect what there is instead.
var whyNot = map[string]string{
	"poolsize":                "memory is bounded in bytes, with queue_bytes of a plugin and max_unacknowledged_bytes of [collector]",
	"plugin_chansize":         "queues are bounded with queue_messages and queue_bytes of each filter and output",
	"max_process_duration":    "only a filter that a SandboxManagerFilter loads has such a limit, as an option of its manager",
	"max_pack_idle":           "there is no pool of packs that could leak",
	"sample_denominator":      "every operation is counted",
	"log_flags":               "log lines always have date and time; see log_format of [collector]",
	"full_buffer_max_retries": "a full queue does not delay the start",
}

// DefaultGlobals are the global options of an empty configuration.
func DefaultGlobals() Globals {
	return Globals{
		Shared: Shared{
			BaseDir: DefaultBaseDir, ShareDir: DefaultShareDir,
			MaxMessageLoops: defaultMaxMessageLoops, MaxProcessInject: defaultMaxProcessInject,
			MaxTimerInject: defaultMaxTimerInject, MaxMessageSize: DefaultMaxMessageSize,
		},
		Address: DefaultAddress, MaxUnacknowledged: DefaultMaxUnacknowledged,
		LogLevel: defaultLogLevel, LogFormat: logPlain,
	}
}

// globals merges the two sections; each may be nil. [collector] wins.
func globals(hekad, ours *Section) (Globals, Diagnostics) {
	g := DefaultGlobals()
	var found Diagnostics
	if hekad != nil {
		found = append(found, hekad.Decode(&g.Shared, &withoutEffect{})...)
		found = append(found, hekad.checkEffect()...)
		found = append(found, g.check(hekad)...)
	}
	if ours != nil {
		found = append(found, ours.Decode(&g)...)
		found = append(found, g.check(ours)...)
	}
	if hekad != nil && ours != nil {
		found = append(found, disagreements(hekad, ours)...)
	}
	g.MaxMessageLoops = max(g.MaxMessageLoops, 1)
	if g.MaxMessageSize == 0 {
		g.MaxMessageSize = DefaultMaxMessageSize
	}
	return g, found
}

// checkEffect notes the options that mean nothing here.
func (s *Section) checkEffect() Diagnostics {
	var found Diagnostics
	for option := range whyNot {
		if s.Has(option) {
			found = append(found, s.Report(Note, ClassNoEffect, option, fmt.Sprintf("option %q has no effect", option), whyNot[option]))
		}
	}
	found.Sort()
	return found
}

// check looks at the values that a section gives.
func (g *Globals) check(s *Section) Diagnostics {
	var found Diagnostics
	bad := func(option, text, hint string) {
		if s.Has(option) {
			found = append(found, s.Report(Error, ClassBadValue, option, fmt.Sprintf("option %q %s", option, text), hint))
		}
	}
	if g.MaxMessageSize != 0 && g.MaxMessageSize <= minMaxMessageSize {
		bad("max_message_size", fmt.Sprintf("must be greater than %d bytes: %d", minMaxMessageSize, g.MaxMessageSize), "")
	}
	if g.MaxProcs < 0 {
		bad("maxprocs", fmt.Sprintf("must not be negative: %d", g.MaxProcs), "0 means as many as there are processors")
	}
	if g.BaseDir == "" {
		bad("base_dir", "must not be empty", "")
	}
	if strings.ContainsAny(g.Hostname, " \t\r\n/") {
		bad("hostname", "is not a host name: "+strconv.Quote(g.Hostname), "")
	}
	if err := checkAddress(g.Address); err != nil {
		bad("address", err.Error(), `write "host:port", or "" for no status page`)
	}
	if levels := []string{"debug", "info", "warn", "error"}; !oneOf(g.LogLevel, levels) {
		bad("log_level", choice(g.LogLevel, levels), "")
	}
	if formats := []string{"text", "json"}; !oneOf(g.LogFormat, formats) {
		bad("log_format", choice(g.LogFormat, formats), "")
	}
	if s.Has("max_unacknowledged_bytes") && g.MaxUnacknowledged < Bytes(g.MaxMessageSize) {
		bad("max_unacknowledged_bytes", "must be at least max_message_size", "")
	}
	for _, name := range sortedKeys(g.Tags) {
		if name == "" {
			bad("tags", "has a tag without a name", "")
		}
	}
	return found
}

func checkAddress(address string) error {
	if address == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(address)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n > 65535 {
		return fmt.Errorf("is not an address: %q", address)
	}
	return nil
}

func oneOf(value string, choices []string) bool {
	for _, c := range choices {
		if c == value {
			return true
		}
	}
	return false
}

func choice(value string, choices []string) string {
	return fmt.Sprintf("must be one of %s, not %q", strings.Join(choices, ", "), value)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// disagreements warns of what the two global sections say differently.
func disagreements(hekad, ours *Section) Diagnostics {
	var found Diagnostics
	for _, option := range fieldsOf([]reflect.Value{reflect.ValueOf(&Shared{}).Elem()}).names {
		_, theirs, given := hekad.lookup(option)
		_, mine, givenToo := ours.lookup(option)
		if given && givenToo && !reflect.DeepEqual(theirs, mine) {
			line, _ := hekad.Position(option)
			found = append(found, ours.Report(Warning, ClassDuplicate, option,
				fmt.Sprintf("option %q is given differently in [hekad], %s:%d; this one counts", option, hekad.File, line), "remove one"))
		}
	}
	return found
}
