package sandbox

import (
	"os"
	"path/filepath"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Scripts find the site's tags in the module extra_fields, unless a file of that name is there.
func TestSiteTags(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "f.lua")
	source := `local tags = require("extra_fields").tags
function process_message() inject_message({ Type = "x", Payload = tags["a b"], Fields = { n = tags.n } }) return 0 end
function timer_event() end`
	if err := os.WriteFile(script, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	var got message.Draft
	run := func() {
		t.Helper()
		conf := &FilterConfig{Options: defaultOptions()}
		conf.Filename, conf.ModuleDirectory = script, dir
		f, err := conf.NewFilter(&plugin.Env{
			Name: "f", BaseDir: dir, Health: &plugin.Health{}, Metrics: &plugin.Metrics{},
			Tags:   []plugin.Tag{{Name: "a b", Value: "\"\\\n\xff"}, {Name: "n", Value: "1"}},
			Inject: func(d *message.Draft) error { got = *d; return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		b := message.NewBatch()
		b.Append(&message.Draft{Type: "y"})
		if err := f.Process(b.At(0)); err != nil {
			t.Fatal(err)
		}
	}
	run()
	if v, _ := got.Value("n"); got.Payload != "\"\\\n\xff" || v.Text() != "1" {
		t.Errorf("payload %q, n %q", got.Payload, v.Text())
	}
	if err := os.WriteFile(filepath.Join(dir, "extra_fields.lua"), []byte(`return { tags = { ["a b"] = "file" } }`), 0o600); err != nil {
		t.Fatal(err)
	}
	run()
	if got.Payload != "file" {
		t.Errorf("the file's tags are %q", got.Payload)
	}
}
