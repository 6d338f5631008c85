package golden_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
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
		dir := t.TempDir()
		write := func(name any, value any) {
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
		write("extra_fields", map[string]any{"tags": map[string]any{"environment_id": 42}})
		write(c.Config["afd_file"], c.Alarms)
		write(c.Config["topology_file"], c.Clusters)
		write(c.Config["policies_file"], c.Policies)

		conf := &sandbox.FilterConfig{Options: sandbox.Options{
			ScriptType:      "lua",
			Filename:        filepath.Join(golden.Root(), "lua_modules", "filters", script),
			ModuleDirectory: dir + ";" + filepath.Join(golden.Root(), "lua_modules"),
			OutputLimit:     uint(c.OutputLimit), Config: c.Config,
		}}
		sorted := &inOrder{inject: env.Inject, clock: time.Unix(0, c.ClockNS)}
		env.Inject, env.BaseDir = sorted.keep, dir
		conf.Clock = func() time.Time { return sorted.clock }
		for i := range c.Expected {
			sortMessages(c.Expected[i].Injected)
		}
		inner, err := conf.NewFilter(env)
		sorted.Filter = inner
		return sorted, err
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
