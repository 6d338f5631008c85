// Package logstreamer is the LogstreamerInput: it follows log files through their rotations. Files
// that belong together are a stream, read from the oldest to the newest; where reading stands is
// kept in a journal for each stream, which moves on only with what outputs have delivered.
package logstreamer

import (
	"errors"
	"time"

	"lma_collector/collector/plugin"
)

// Config are the options of a LogstreamerInput.
type Config struct {
	Hostname          string                    `toml:"hostname"`                      // the global hostname: host name of the messages
	LogDirectory      string                    `toml:"log_directory"`                 // "/var/log": where files are looked for, with all directories below
	JournalDirectory  string                    `toml:"journal_directory"`             // "logstreamer" below base_dir: where positions are kept
	FileMatch         string                    `toml:"file_match"`                    // required: regular expression for file names below log_directory
	Priority          []string                  `toml:"priority"`                      // none: groups of file_match that order a stream's files, most significant first; ^ for descending
	Differentiator    []string                  `toml:"differentiator"`                // the section's name: parts of a stream's name; a group of file_match stands for its text
	Translation       map[string]map[string]int `toml:"translation"`                   // none: for a group, its texts as numbers; "missing" for no text
	OldestDuration    time.Duration             `toml:"oldest_duration"`               // 720h: older files are left out; "0s" for no limit
	RescanInterval    time.Duration             `toml:"rescan_interval" unit:"ms"`     // 1m: between looks for new files; a changed directory is seen earlier
	CheckDataInterval time.Duration             `toml:"check_data_interval" unit:"ms"` // 250ms: between looks for new data in files that are being written
	InitialTail       bool                      `toml:"initial_tail"`                  // false: start at the end of files that are there when a stream is first seen
	NoDataAfter       time.Duration             `toml:"no_data_after"`                 // 1h: say so when no file had data for so long; "0s" never
}

func init() {
	plugin.RegisterInput("LogstreamerInput", func() plugin.InputConfig { return defaultConfig() })
}

func defaultConfig() *Config {
	return &Config{
		LogDirectory: "/var/log", OldestDuration: 720 * time.Hour, RescanInterval: time.Minute,
		CheckDataInterval: 250 * time.Millisecond, NoDataAfter: time.Hour,
	}
}

// InputDefaults splits files into lines.
func (c *Config) InputDefaults(o *plugin.InputOptions) { o.Splitter = "TokenSplitter" }

// NewInput checks the options.
func (c *Config) NewInput(env *plugin.Env) (plugin.Input, error) {
	var bad []error
	p, err := newPattern(c, env.Name)
	if err != nil {
		bad = append(bad, err)
	}
	for _, d := range []struct {
		option string
		value  time.Duration
		least  time.Duration
	}{
		{"oldest_duration", c.OldestDuration, 0},
		{"no_data_after", c.NoDataAfter, 0},
		{"rescan_interval", c.RescanInterval, 10 * time.Millisecond},
		{"check_data_interval", c.CheckDataInterval, time.Millisecond},
	} {
		if d.value < d.least {
			bad = append(bad, plugin.BadOption(d.option, "%s is too short: at least %s", d.value, d.least))
		}
	}
	if c.LogDirectory == "" {
		bad = append(bad, plugin.BadOption("log_directory", "is empty"))
	}
	if len(bad) > 0 {
		return nil, errors.Join(bad...)
	}
	return newInput(c, env, p), nil
}

// journalDirectory is where this section's journals lie.
func (c *Config) journalDirectory(env *plugin.Env) string {
	if c.JournalDirectory == "" {
		return env.BasePath("logstreamer")
	}
	return env.BasePath(c.JournalDirectory)
}
