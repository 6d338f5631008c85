package lua

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// lastfile keeps what the last message said, and refuses what it cannot write.
func TestLastFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "last")
	deliver := func(path, field string, messages ...*message.Message) []plugin.Item {
		conf := &sandbox.OutputConfig{Options: sandbox.Options{
			ScriptType: "lua", Filename: "../../lua_modules/outputs/lastfile.lua", ModuleDirectory: "../../lua_modules",
			Config: map[string]any{"path": path, "field": field},
		}}
		env := &plugin.Env{Name: "last", ShareDir: ".", BaseDir: t.TempDir(), Health: plugin.NewHealth(nil), Metrics: &plugin.Metrics{}}
		output, err := conf.NewOutput(env)
		if err != nil {
			t.Fatal(err)
		}
		defer output.(plugin.Closer).Close()
		items := make([]plugin.Item, len(messages))
		for i, m := range messages {
			items[i].Message = m
		}
		if err := output.Deliver(context.Background(), items); err != nil {
			t.Fatal(err)
		}
		return items
	}
	deliver(file, "Payload", draft("x", "a longer first text", nil), draft("x", "second", nil))
	if text, err := os.ReadFile(file); err != nil || string(text) != "second" {
		t.Errorf("%q, %v", text, err)
	}
	deliver(file, "Fields[n]", draft("x", "", map[string]any{"n": 7.0}))
	if text, _ := os.ReadFile(file); string(text) != "7" {
		t.Errorf("%q", text)
	}
	if err, refused := deliver(file, "Fields[n]", draft("x", "", nil))[0].Refused(); !refused {
		t.Errorf("a missing field: %v", err)
	}
	if err, refused := deliver(filepath.Join(file, "no"), "Payload", draft("x", "", nil))[0].Refused(); !refused {
		t.Errorf("no such folder: %v", err)
	}
}
