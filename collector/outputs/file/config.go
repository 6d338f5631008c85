// Package file is the FileOutput: encoded messages appended to a file that may be rotated by time.
package file

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"
	"time"

	"lma_collector/collector/plugin"
	"lma_collector/collector/strftime"
)

// Config are the options of a FileOutput section.
type Config struct {
	// Path is the file; with rotation_interval a strftime format, filled in with the start of the interval in the
	// machine's zone. Required; relative paths lie under base_dir.
	Path string `toml:"path"`
	// Perm and FolderPerm are the permissions, in octal, of a new file and of new folders, less the umask.
	// Default "644" and "700".
	Perm       string `toml:"perm"`
	FolderPerm string `toml:"folder_perm"`
	// RotationInterval is the number of hours after which another file is begun: 1, 4, 12 or 24, counted in UTC.
	// Default 0, never.
	RotationInterval int `toml:"rotation_interval"`
	// FlushInterval is how long the first message waits for more before they are written, in ms. Default 1000.
	FlushInterval time.Duration `toml:"flush_interval" unit:"ms"`
	// FlushCount is the number of messages to write at once. Default 1.
	FlushCount int `toml:"flush_count"`
	// FlushOperator tells whether interval "AND" count must be reached, or one "OR" the other. Default "AND". Whatever
	// it says, data are written before they fill the memory.
	FlushOperator string `toml:"flush_operator"`
	// Sync waits after each writing until the disk has the data, so that not even a power cut loses what inputs
	// take for delivered. Default true.
	Sync bool `toml:"sync"`
}

var _ plugin.OutputConfig = (*Config)(nil)

func init() {
	plugin.RegisterOutput("FileOutput", func() plugin.OutputConfig { return defaultConfig() })
}

func defaultConfig() *Config {
	return &Config{
		Perm: "644", FolderPerm: "700", FlushInterval: time.Second, FlushCount: 1, FlushOperator: "AND", Sync: true,
	}
}

// NewOutput checks the options.
func (c *Config) NewOutput(env *plugin.Env) (plugin.Output, error) {
	o := &Output{config: *c, now: time.Now, open: openFile}
	var errs []error
	bad := func(option, format string, args ...any) {
		errs = append(errs, plugin.BadOption(option, format, args...))
	}
	if c.Path == "" {
		bad("path", "is missing; it is the file to write to")
	}
	if env.Encoder == nil {
		bad("encoder", "is missing; PayloadEncoder writes payloads as lines")
	}
	switch c.RotationInterval {
	case 0, 1, 4, 12, 24:
	default:
		bad("rotation_interval", "%d is not one of 0, 1, 4, 12, 24 hours", c.RotationInterval)
	}
	if c.FlushInterval < 0 {
		bad("flush_interval", "must not be negative")
	}
	if c.FlushCount < 1 {
		bad("flush_count", "must be at least 1")
	}
	if c.FlushOperator != "AND" && c.FlushOperator != "OR" {
		bad("flush_operator", `%q is not one of "AND", "OR"`, c.FlushOperator)
	}
	var err error
	if o.perm, err = permissions("perm", c.Perm); err != nil {
		errs = append(errs, err)
	}
	if o.folderPerm, err = permissions("folder_perm", c.FolderPerm); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, o.setPath(env, c))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return o, nil
}

// setPath prepares the file's name.
func (o *Output) setPath(env *plugin.Env, c *Config) error {
	path := env.BasePath(c.Path)
	if c.RotationInterval == 0 {
		o.path = filepath.Clean(path)
		return nil
	}
	f, err := strftime.Compile(path, time.Local)
	if err != nil {
		return plugin.BadOption("path", "%v", err)
	}
	o.pattern = f
	return nil
}

func permissions(option, text string) (fs.FileMode, error) {
	n, err := strconv.ParseUint(text, 8, 32)
	if err != nil || n > 0o777 {
		return 0, plugin.BadOption(option, "%q is not an octal number up to 777", text)
	}
	return fs.FileMode(n), nil
}

// maxWrite is the most that is gathered for one writing, in bytes.
const maxWrite = 1 << 20

// BatchPolicy is how much is written at once. Waiting for interval and one message is waiting for the
// interval.
func (o *Output) BatchPolicy() plugin.BatchPolicy {
	c := &o.config
	p := plugin.BatchPolicy{Bytes: maxWrite, Interval: c.FlushInterval}
	switch {
	case c.FlushOperator == "OR":
		p.Count = c.FlushCount
	case c.FlushCount > 1 && c.FlushInterval > 0:
		p.Count, p.Bytes, p.And = c.FlushCount, 0, true
	case c.FlushCount > 1:
		p.Count = c.FlushCount
	}
	return p
}
