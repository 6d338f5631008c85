// Package logscounter is the filter type LogsCounterFilter: it counts log messages by service and
// severity, and sends their rates as a bulk metric. It does what lua_modules/filters/logs_counter.lua
// does, without a script's cost for every log line.
package logscounter

import (
	"errors"
	"regexp"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Config is the configuration of a LogsCounterFilter.
type Config struct {
	// Default this host's name: the tag and field hostname of the metric.
	Hostname string `toml:"hostname"`
	// Default "^openstack\.([^.]+)": regular expression (Go, RE2) whose first group in the Logger is
	// the service; the whole match where it has no group.
	LoggerMatcher string `toml:"logger_matcher"`
	// Default 0 s: how much older than the last tick a message may be and still count.
	GraceInterval time.Duration `toml:"grace_interval" unit:"s"`
	// Default none: the field source of the metric.
	Source string `toml:"source"`

	// Clock tells when counting began; nil for the real one.
	Clock func() time.Time `toml:"-"`
}

func defaultConfig() *Config { return &Config{LoggerMatcher: `^openstack\.([^.]+)`} }

func init() {
	plugin.RegisterFilter("LogsCounterFilter", func() plugin.FilterConfig { return defaultConfig() })
}

var _ plugin.ConsumerDefaulter = (*Config)(nil)

// ConsumerDefaults makes it send the rates of OpenStack's logs every 60 s.
func (c *Config) ConsumerDefaults(o *plugin.ConsumerOptions) {
	o.MessageMatcher = `Type == 'log' && Logger =~ /^openstack\./`
	o.TickerInterval = 60
}

// luaClass is what only Lua's patterns have. A percent sign itself can be written [%].
var luaClass = regexp.MustCompile(`%[\w.%()-]`)

// NewFilter checks the options and begins to count.
func (c *Config) NewFilter(env *plugin.Env) (plugin.Filter, error) {
	var mistakes []error
	bad := func(option, format string, args ...any) {
		mistakes = append(mistakes, plugin.BadOption(option, format, args...))
	}
	pattern, err := regexp.Compile(c.LoggerMatcher)
	switch lua := luaClass.FindString(c.LoggerMatcher); {
	case lua != "":
		bad("logger_matcher", "%q in %q is of Lua's patterns, but this is a regular expression: write \\. for %%., [A-Za-z] for %%a, \\d for %%d", lua, c.LoggerMatcher)
	case err != nil:
		bad("logger_matcher", "%v", err)
	case c.LoggerMatcher == "":
		bad("logger_matcher", "must not be empty: its first group is the service, as in %q", defaultConfig().LoggerMatcher)
	}
	if c.GraceInterval < 0 {
		bad("grace_interval", "%v is negative", c.GraceInterval)
	}
	if env.TickerInterval <= 0 {
		bad("ticker_interval", "must be at least 1 s: the rates are sent at every tick")
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return c.newFilter(env, pattern), nil
}

func (c *Config) newFilter(env *plugin.Env, pattern *regexp.Regexp) *Filter {
	clock, hostname := time.Now, c.Hostname
	if c.Clock != nil {
		clock = c.Clock
	}
	if hostname == "" {
		hostname = env.Hostname
	}
	f := &Filter{
		env: env, grace: c.GraceInterval, hostname: hostname, source: c.Source,
		loggers: loggers{pattern: pattern, known: map[string]*logger{}}, services: services{known: map[string]*counter{}},
		uncounted: env.Metrics.Counter("uncounted_messages", "", "log messages of more services than can be counted"),
	}
	f.begin(clock().Unix() * int64(time.Second))
	return f
}

var _ plugin.Filter = (*Filter)(nil)

// Filter is a LogsCounterFilter.
type Filter struct {
	env              *plugin.Env
	grace            time.Duration
	hostname, source string

	loggers  loggers
	last     *logger // of the latest message: the next one is often of the same
	services services

	lastTick int64 // ns
	oldest   int64 // ns: earlier messages do not count

	uncounted *plugin.Number
	surplus   int64 // uncounted ones since the last tick

	draft   message.Draft
	payload []byte
}
