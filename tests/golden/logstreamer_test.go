package golden_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"lma_collector/collector/inputs/logstreamer"
	"lma_collector/collector/plugin"
	"lma_collector/tests/golden"
)

// layout is a case of a log directory.
type layout struct {
	Config struct {
		FileMatch      string                    `json:"file_match"`
		Priority       []string                  `json:"priority"`
		Differentiator []string                  `json:"differentiator"`
		Translation    map[string]map[string]int `json:"translation"`
	}
	Files      []string
	EmptyFiles []string `json:"empty_files"`
	Expected   struct {
		Streams map[string][]string
		Error   string
	}
}

// logstreamerPlan compares which streams a LogstreamerInput finds, and the order of their files.
func logstreamerPlan(t *testing.T) golden.Runner {
	return func(v *golden.Verdict) {
		v.Compared()
		var c layout
		if err := v.Case.Read(&c); err != nil {
			v.Problem(-1, "result", "the case cannot be read: %v", err)
			return
		}
		dir := t.TempDir()
		c.write(t, dir)
		got, err := c.streams(dir, v.Case.Env())
		switch {
		case err != nil && c.Expected.Error == "":
			v.Problem(-1, "refused", "%v", err)
		case err == nil && c.Expected.Error != "":
			v.Problem(-1, "taken", "%v, but should be refused as the original did: %s", got, c.Expected.Error)
		case err == nil && !reflect.DeepEqual(got, c.Expected.Streams):
			v.Problem(-1, "result", "%v, want %v", got, c.Expected.Streams)
		}
	}
}

// streams are the files of each stream, from the oldest to the newest, as it would read them.
func (c *layout) streams(dir string, env *plugin.Env) (map[string][]string, error) {
	conf, err := config[*logstreamer.Config]("LogstreamerInput")
	if err != nil {
		return nil, err
	}
	conf.LogDirectory, conf.FileMatch, conf.Priority = dir, c.Config.FileMatch, c.Config.Priority
	conf.Differentiator, conf.Translation = c.Config.Differentiator, c.Config.Translation
	env.BaseDir = filepath.Join(dir, ".state")
	plans, err := conf.Plan(env)
	if err != nil {
		return nil, err
	}
	streams := map[string][]string{}
	for _, p := range plans {
		if p.Problem != "" {
			return nil, fmt.Errorf("stream %q: %s", p.Stream, p.Problem)
		}
		for _, f := range p.Files {
			streams[p.Stream] = append(streams[p.Stream], strings.TrimPrefix(f.Path, dir+"/"))
		}
	}
	return streams, nil
}

func (c *layout) write(t *testing.T, dir string) {
	t.Helper()
	create := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range c.Files {
		create(name, "x\n")
	}
	for _, name := range c.EmptyFiles {
		create(name, "")
	}
}
