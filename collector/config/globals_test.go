package config_test

import (
	"errors"
	"path/filepath"
	"reflect"
	"testing"

	"lma_collector/collector/config"
)

func TestGlobals(t *testing.T) {
	c := loaded(t, `
[hekad]
hostname = "old"
share_dir = "/usr/share/heka"
max_message_loops = 0
max_message_size = 0
max_timer_inject = 20
[collector]
hostname = "new"
address = ""
max_memory = "512 MiB"
max_unacknowledged_bytes = 1048576
log_level = "debug"
log_format = "json"
  [collector.tags]
  environment_label = "env-1"
[DashboardOutput]
`, nil)
	want := config.DefaultGlobals()
	want.Hostname, want.ShareDir, want.MaxMessageLoops, want.MaxTimerInject = "new", "/usr/share/heka", 1, 20
	want.Address, want.MaxMemory, want.MaxUnacknowledged = "", 512<<20, 1<<20
	want.LogLevel, want.LogFormat, want.Tags = "debug", "json", map[string]string{"environment_label": "env-1"}
	if !reflect.DeepEqual(c.Globals, want) {
		t.Errorf("got  %+v\nwant %+v", c.Globals, want)
	}
	if len(c.Sections) != 1 || section(c, "hekad") != nil || c.Hekad == nil || c.Collector.Line != 8 {
		t.Errorf("%+v", c)
	}
}

func TestBadGlobals(t *testing.T) {
	for text, want := range map[string]string{
		"[hekad]\nmaxprocs = -1":                             `3:1: error: option "maxprocs" must not be negative: -1 (0 means as many as there are processors)`,
		"[collector]\nbase_dir = \"\"":                       `3:1: error: option "base_dir" must not be empty`,
		"[collector]\nhostname = \"a b\"":                    `3:1: error: option "hostname" is not a host name: "a b"`,
		"[collector]\naddress = \"h:99999\"":                 `3:1: error: option "address" is not an address: "h:99999" (write "host:port", or "" for no status page)`,
		"[collector]\nlog_format = \"xml\"":                  `3:1: error: option "log_format" must be one of text, json, not "xml"`,
		"[collector]\ntags = { \"\" = \"x\" }":               `3:1: error: option "tags" has a tag without a name`,
		"[collector]\nmax_memory = -1":                       `3:1: error: option "max_memory" must not be negative: -1`,
		"[collector]\nmax_memory = true":                     `3:1: error: option "max_memory" must be a size, not true or false (such as "64 MiB")`,
		"[collector]\nmax_message_size = 4294967296":         `3:1: error: option "max_message_size" must lie between 0 and 4294967295: 4294967296`,
		"[collector]\nmax_message_loops = -1":                `3:1: error: option "max_message_loops" must not be negative: -1`,
		"[collector]\npoolsize = 1":                          `3:1: error: [collector] has no option "poolsize"`,
		"[collector]\nmax_unacknowledged_bytes = \"2 KiB\"":  `3:1: error: option "max_unacknowledged_bytes" must be at least max_message_size`,
		"[collector]\nbase_dir = 1979-05-27":                 `3:1: error: option "base_dir" must be a string, not a date (put it in quotes)`,
		"[collector]\nmaxprocs = 1.5":                        `3:1: error: option "maxprocs" must be a whole number, not a number with a fraction`,
		"[collector]\nlog_level = \"%ENV[SECRET_LEVEL]\"":    `3:1: error: option "log_level" must be one of debug, info, warn, error, not "[hidden]"`,
		"[collector]\n[[collector.tags]]\nrack = \"1\"":      `3:1: error: option "tags" must be a table, not an array of tables (write [collector.tags], or { name = … })`,
		"[hekad]\nmax_pack_idle = \"2 minutes\"":             `3:1: error: option "max_pack_idle" is not a duration: "2 minutes" (write a number with its unit, such as "5s", "250ms" or "1h30m")`,
		"[collector]\naddress = \"[::1]\"\nbase_dir = \"x\"": `3:1: error: option "address" is not an address: "[::1]" (write "host:port", or "" for no status page)`,
	} {
		file := filepath.Join(write(t, map[string]string{"x.toml": "[TestOutput]\n" + text + "\n"}), "x.toml")
		_, found := config.Load(file, environment(map[string]string{"SECRET_LEVEL": "verbose"}))
		if got := found.Errors().String(); got != file+":"+want+"\n" {
			t.Errorf("%s\n got  %swant %s:%s", text, got, file, want)
		}
	}
}

// colour is an option with a form of its own.
type colour string

func (c *colour) UnmarshalText(text []byte) error {
	if string(text) != "red" {
		return errors.New("only red is known")
	}
	*c = "RED"
	return nil
}

func TestDecodeText(t *testing.T) {
	s := section(loaded(t, "[x]\na = \"red\"\nb = \"blue\"\nc = 3\ntoken = \"hush\"\n", nil), "x")
	var got struct {
		A     colour `toml:"a"`
		B     colour `toml:"b"`
		C     colour `toml:"c"`
		Token colour `toml:"token"`
	}
	want := s.File + ":3:1: error: option \"b\" has a bad value, \"blue\": only red is known\n" +
		s.File + ":4:1: error: option \"c\" must be a string, not a number (put it in quotes)\n" +
		s.File + ":5:1: error: option \"token\" has a bad value\n"
	if d := s.Decode(&got); d.String() != want || got.A != "RED" {
		t.Errorf("%s%+v", d, got)
	}
}

// BenchmarkLoad reads a whole directory.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if c, found := config.Load("testdata/check/lma.d", nil); found.HasErrors() || len(c.Sections) != 12 {
			b.Fatal(found)
		}
	}
}
