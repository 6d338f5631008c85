package golden_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
	"lma_collector/tests/golden"
)

// shippedFilter builds a filter of lua_modules/filters with the modules that a case defines: the
// site's tags and what its configuration names.
func shippedFilter(script string) func(*testing.T) golden.Runner {
	return func(t *testing.T) golden.Runner { return golden.Filter(sandboxed(t, script)) }
}

func sandboxed(t *testing.T, script string) golden.Build[plugin.Filter] {
	return func(c *golden.Case, env *plugin.Env) (plugin.Filter, error) {
		sorted := &inOrder{inject: env.Inject, clock: time.Unix(0, c.ClockNS)}
		conf := &sandbox.FilterConfig{Options: caseOptions(t, c, "lua_modules/filters/"+script, func() time.Time { return sorted.clock })}
		dir, _, _ := strings.Cut(conf.ModuleDirectory, ";")
		writeModule(t, dir, c.Config["afd_file"], c.Alarms)
		writeModule(t, dir, c.Config["topology_file"], c.Clusters)
		writeModule(t, dir, c.Config["policies_file"], c.Policies)
		env.Inject, env.BaseDir = sorted.keep, dir
		for i := range c.Expected {
			sortMessages(c.Expected[i].Injected)
		}
		inner, err := conf.NewFilter(env)
		sorted.Filter = inner
		return sorted, err
	}
}

// writeModule writes a module that gives a value, if it has a name.
func writeModule(t *testing.T, dir string, name, value any) {
	t.Helper()
	if name, ok := name.(string); ok && name != "" {
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		source := "local cjson = require 'cjson'\nreturn cjson.decode([==[" + string(data) + "]==])\n"
		if err := os.WriteFile(filepath.Join(dir, name+".lua"), []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// inOrder hands on what a call injected in the order of the clusters: the original's is undefined.
type inOrder struct {
	plugin.Filter
	inject func(*message.Draft) error
	clock  time.Time
	kept   []*message.Draft
}

func (f *inOrder) keep(d *message.Draft) error {
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		return err
	}
	copied := &message.Draft{}
	copied.Load(&m)
	f.kept = append(f.kept, copied)
	return nil
}

func (f *inOrder) release() {
	name := func(d *message.Draft) string { v, _ := d.Value("cluster_name"); return v.Text() }
	sort.SliceStable(f.kept, func(i, j int) bool { return name(f.kept[i]) < name(f.kept[j]) })
	for _, d := range f.kept {
		_ = f.inject(d)
	}
	f.kept = nil
}

func (f *inOrder) Process(m *message.Message) error {
	defer f.release()
	return f.Filter.Process(m)
}

func (f *inOrder) Tick(now time.Time) error {
	defer f.release()
	f.clock = now
	return f.Filter.Tick(now)
}

func sortMessages(list []golden.Message) {
	name := func(m *golden.Message) string {
		for _, f := range m.Fields {
			if f.Name == "cluster_name" && len(f.Values) == 1 {
				s, _ := f.Values[0].(string)
				return s
			}
		}
		return ""
	}
	sort.SliceStable(list, func(i, j int) bool { return name(&list[i]) < name(&list[j]) })
}
