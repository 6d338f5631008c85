package logstreamer

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/plugin"
)

func (l *layout) relative(dir string) map[string][]string {
	m := map[string][]string{}
	for name, files := range l.streams {
		for _, f := range files {
			m[name] = append(m[name], strings.TrimPrefix(f.path, dir+"/"))
		}
	}
	return m
}

func write(t testing.TB, dir string, files []string, text string) {
	t.Helper()
	for _, f := range files {
		path := filepath.Join(dir, f)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLayouts(t *testing.T) {
	for _, c := range []struct {
		name    string
		config  Config
		files   []string
		want    map[string][]string
		leftOut string
	}{
		{
			"alternation is grouped",
			Config{FileMatch: `a\.log|b\.log`, Priority: []string{"x"}},
			[]string{"a.log", "b.log", "a.log.1", "c/b.log"},
			map[string][]string{"in": {"a.log", "b.log"}},
			"",
		},
		{
			"directories",
			Config{FileMatch: `(?P<Year>\d+)/(?P<MonthName>\w+)/x\.log`, Priority: []string{"Year", "MonthName"}},
			[]string{"2024/Feb/x.log", "2024/Jan/x.log", "2023/Dec/x.log"},
			map[string][]string{"in": {"2023/Dec/x.log", "2024/Jan/x.log", "2024/Feb/x.log"}},
			"",
		},
		{
			"unknown word",
			Config{FileMatch: `(?P<Day>\w+)/x\.log`, Priority: []string{"Day"}, Translation: map[string]map[string]int{"Day": {"Lunes": 1, "jueves": 4}}},
			[]string{"LUNES/x.log", "jueves/x.log", "mars/x.log"},
			map[string][]string{"in": {"mars/x.log", "LUNES/x.log", "jueves/x.log"}},
			`mars/x.log is read, but its place among the others is unsure: translation.Day does not know "mars"`,
		},
		{
			"a directory in a file's place",
			Config{FileMatch: `(?P<S>\w+)\.log`, Differentiator: []string{"S"}},
			[]string{"a.log/inner", "b.log"},
			map[string][]string{"b": {"b.log"}},
			"a.log is a directory where a file was expected",
		},
		{
			"directories beside files",
			Config{FileMatch: `.+`, Priority: []string{"x"}},
			[]string{"d/a", "b"},
			map[string][]string{"in": {"b", "d/a"}},
			"",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, c.files, "x\n")
			c.config.LogDirectory = dir
			p, err := newPattern(&c.config, "in")
			if err != nil {
				t.Fatal(err)
			}
			l := p.scan(time.Now(), time.Hour, func(string) bool { return false })
			if got := l.relative(dir); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			var left []string
			for _, o := range l.leftOut {
				left = append(left, strings.TrimPrefix(o.Path, dir+"/")+" "+o.Reason)
			}
			if got := strings.Join(left, "; "); got != c.leftOut {
				t.Errorf("left out %q, want %q", got, c.leftOut)
			}
		})
	}
}

func TestOldFilesAndLinks(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	write(t, dir, []string{"old.log", "new.log"}, "x\n")
	write(t, elsewhere, []string{"target.log", "sub/deep.log"}, "x\n")
	past := time.Now().Add(-1000 * time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "old.log"), past, past); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"link.log": "target.log", "dir": "sub", "dangling.log": "nothing"} {
		if err := os.Symlink(filepath.Join(elsewhere, target), filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	root := filepath.Join(t.TempDir(), "root")
	if err := os.Symlink(dir, root); err != nil {
		t.Fatal(err)
	}
	p, err := newPattern(&Config{FileMatch: `(?P<S>.+)\.log`, LogDirectory: root, Differentiator: []string{"S"}}, "in")
	if err != nil {
		t.Fatal(err)
	}
	l := p.scan(time.Now(), 720*time.Hour, func(string) bool { return false })
	want := map[string][]string{"new": {"new.log"}, "link": {"link.log"}}
	if got := l.relative(dir); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(l.leftOut) != 2 || l.leftOut[0].Reason != "is a link to nowhere, or has just vanished" ||
		l.leftOut[1].Reason != "was last changed "+past.Format(time.DateOnly)+", which oldest_duration leaves out" {
		t.Errorf("left out %+v", l.leftOut)
	}
}

func TestOptions(t *testing.T) {
	env := &plugin.Env{Name: "in", BaseDir: t.TempDir()}
	for want, change := range map[string]func(*Config){
		`file_match: is missing: give a regular expression, such as 'nova-api\.log\.?(?P<Seq>\d*)'`:               func(c *Config) { c.FileMatch = "" },
		"file_match: error parsing regexp: missing closing ): `(`":                                                func(c *Config) { c.FileMatch = "(" },
		`file_match: must not begin with "^": it is the path below log_directory already`:                         func(c *Config) { c.FileMatch = "^a" },
		`translation.Seq: has a single word, which must be "missing" then; list all words of the group otherwise`: func(c *Config) { c.Translation = map[string]map[string]int{"Seq": {"one": 1}} },
		"log_directory: is empty": func(c *Config) { c.LogDirectory = "" },
		"oldest_duration: -1ns is too short: at least 0s\nrescan_interval: 0s is too short: at least 10ms\ncheck_data_interval: 0s is too short: at least 1ms": func(c *Config) {
			c.OldestDuration, c.RescanInterval, c.CheckDataInterval = -1, 0, 0
		},
	} {
		c := defaultConfig()
		c.FileMatch = "a.log"
		change(c)
		if _, err := c.NewInput(env); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	var o plugin.InputOptions
	defaultConfig().InputDefaults(&o)
	if o.Splitter != "TokenSplitter" {
		t.Errorf("splitter %q", o.Splitter)
	}
}
