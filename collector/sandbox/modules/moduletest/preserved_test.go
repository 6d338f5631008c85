package moduletest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// script keeps an object of each module whose objects survive a restart. The locals show that a filter
// that exists is filled in place.
const script = `
require "bloom_filter" require "cuckoo_filter" require "hyperloglog" require "sax" require "circular_buffer"
bloom, cuckoo, counter = bloom_filter.new(100, 0.001), cuckoo_filter.new(256), hyperloglog.new()
window, word = sax.window.new(4, 2, 4), sax.word.new("A#D", 4)
buffer = circular_buffer.new(3, 1, 1, true)
nested = {deep = {bloom_filter.new(9, 1/3), n = 0/0}}
same = bloom
local before = bloom
runs = 0
function process_message()
  runs = runs + 1
  for i = 1, 20 do local key = runs * 100 + i; bloom:add(key) cuckoo:add(key) counter:add("key" .. key) nested.deep[1]:add(key) end
  window:add(runs == 1 and 1/0 or runs)
  if runs == 1 then word = sax.word.new("B#D", 4) end
  buffer:add(runs * 1e9, 1, runs)
  inject_payload("txt", "", runs, " ", bloom:count(), " ", cuckoo:count(), " ", counter:count(), " ", window, " ", word, " ",
    before == bloom, " ", same == bloom, " ", bloom:query(101), " ", cuckoo:query(101), " ", nested.deep[1]:query(101), " ", buffer:format("cbufd"))
  return 0
end`

// TestPreserved restarts a filter after each message.
func TestPreserved(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "script.lua"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	var got []string
	env := &plugin.Env{
		Name: "modules", BaseDir: filepath.Join(dir, "base"), ShareDir: dir, MaxProcessInject: 1, Health: plugin.NewHealth(nil),
		Inject: func(d *message.Draft) error {
			payload, _, _ := strings.Cut(d.Payload, "{") // of the buffer the rows are enough
			_, rows, _ := strings.Cut(d.Payload, "\n")
			got = append(got, payload+rows)
			return nil
		},
	}
	options := sandbox.Options{ScriptType: "lua", Filename: "script.lua", PreserveData: true, Clock: time.Now}
	for range 3 {
		f, err := (&sandbox.FilterConfig{Options: options}).NewFilter(env)
		if err != nil {
			t.Fatal(err)
		}
		filter := f.(*sandbox.Filter)
		b := message.NewBatch()
		b.Append(&message.Draft{Payload: "x"})
		err = filter.Process(b.At(0))
		b.Release()
		if err == nil {
			err = filter.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"1 20 20 20 #D B#D true true true true true 1\t1\n",
		"2 40 40 40 #D B#D true true true true true 2\t2\n",
		"3 60 60 60 DC B#D true true true true true 3\t3\n",
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("got\n%q\nwant\n%q", got, want)
		}
	}
}
