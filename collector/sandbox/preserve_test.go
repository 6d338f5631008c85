package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lma_collector/collector/plugin"
)

const preserving = `
_PRESERVATION_VERSION = read_config("version")
require "circular_buffer"
require "string"
local module = require "string"
count = 0
t = {1, 2, {x = true}}
t.self = t
alias = t[3]
u = {[true] = "yes", [1.5] = -1/0, nan = 0/0, inf = 1/0, small = 1e-9, third = 1/3}
s = "quote\" back\\ line\nreturn\rnul\0end"
code = function() end
object = setmetatable({}, {})
cb = circular_buffer.new(2, 2, 60)
cb:set_header(1, "Add column", "n/s", "max")
cb:set(0, 1, 1.5)
local captured = cb
function process_message()
  count = count + 1
  cb:set(60e9, 2, count)
  inject_payload("txt", "", count, " ", captured == cb)
  return 0
end`

const preserved = `_G["_VERSION"] = "Lua 5.1"
_G["count"] = 1
_G["t"] = {}
_G["t"][1] = 1
_G["t"][2] = 2
_G["t"][3] = {}
_G["t"][3]["x"] = true
_G["t"]["self"] = _G["t"]
_G["alias"] = _G["t"][3]
_G["u"] = {}
_G["u"][true] = "yes"
_G["u"][1.5] = -1/0
_G["u"]["nan"] = 0/0
_G["u"]["inf"] = 1/0
_G["u"]["small"] = 1e-09
_G["u"]["third"] = 0.3333333333333333
_G["s"] = "quote\" back\\ line\
return\rnul\000end"
if _G["cb"] == nil then _G["cb"] = circular_buffer.new(2, 2, 60) end
_G["cb"]:set_header(1, "Add_column", "n/s", "max")
_G["cb"]:set_header(2, "Column_2", "count", "sum")
_G["cb"]:fromstring("60 1 1.5 nan nan 1")
`

func preservingRun(t *testing.T) *run {
	r := newRun(t, preserving, map[string]any{"version": int64(3)})
	r.options.PreserveData = true
	return r
}

func TestPreservedText(t *testing.T) {
	r := preservingRun(t)
	r.env.Name = "my-filter.x"
	f := r.filter()
	if err := f.Process(variedMessage(t)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(r.env.BaseDir, "sandbox_preservation", "my_filter_x.data"))
	if err != nil {
		t.Fatal(err)
	}
	want := "if _PRESERVATION_VERSION and _PRESERVATION_VERSION ~= 3 then return end\n" + preserved
	if string(data) != want {
		t.Errorf("got\n%s\nwant\n%s", data, want)
	}
	if left, _ := filepath.Glob(filepath.Join(r.env.BaseDir, "sandbox_preservation", ".*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

// TestRestart counts on over three lives; the third has another version.
func TestRestart(t *testing.T) {
	r := preservingRun(t)
	for _, life := range []struct {
		version int64
		want    string
	}{{3, "1 true"}, {3, "2 true"}, {4, "1 true"}, {4, "2 true"}} {
		r.options.Config = map[string]any{"version": life.version}
		f := r.filter()
		r.injected = nil
		if err := f.Process(variedMessage(t)); err != nil {
			t.Fatal(err)
		}
		if got := r.injected[0].Payload(); got != life.want {
			t.Errorf("version %d: got %s, want %s", life.version, got, life.want)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRestoredState saves what was restored: it must be the same.
func TestRestoredState(t *testing.T) {
	r := preservingRun(t)
	path := filepath.Join(r.env.BaseDir, "sandbox_preservation", "sbx.data")
	for i := range 2 {
		f := r.filter()
		if i == 0 {
			if err := f.Process(variedMessage(t)); err != nil {
				t.Fatal(err)
			}
		}
		f.script.called = true
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, got, _ := strings.Cut(string(data), "\n"); got != preserved {
		t.Errorf("got\n%s\nwant\n%s", got, preserved)
	}
}

func writeData(t *testing.T, r *run, text string) {
	t.Helper()
	path := filepath.Join(r.env.BaseDir, "sandbox_preservation", "sbx.data")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Data come back into tables that have functions, too: those are the script's.
func TestPreservedTablesKeepFunctions(t *testing.T) {
	r := newRun(t, `
stats = { count = 0, by = { total = 0 } }
function stats.add() stats.count = stats.count + 1 end
function stats.by.add() stats.by.total = stats.by.total + 2 end
kind = setmetatable({}, {})
holder = { kind = kind }
function process_message()
  stats.add()
  stats.by.add()
  inject_payload("txt", "", stats.count, " ", stats.by.total, " ", holder.kind == kind)
  return 0
end`, nil)
	r.options.PreserveData = true
	for range 3 {
		f := r.filter()
		if err := f.Process(variedMessage(t)); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{"1 2 true", "2 4 true", "3 6 true"} {
		if got := r.injected[i].Payload(); got != want {
			t.Errorf("start %d: %q, want %q", i, got, want)
		}
	}
}

func TestRestoreErrors(t *testing.T) {
	for text, want := range map[string]string{
		`_G["count"] = `:                                    `line 1: the end of the file found where a value is expected`,
		`_G["count"] = os.exit()`:                           `line 1: "exit" found where 'new' is expected`,
		"_G[\"x\"] = 1\n_G[\"x\"][1] = 2":                   `line 2: "_G" found where an element of a table is expected`,
		`_G["x"] = "open`:                                   `line 1: the end of the file found where the end of a string is expected`,
		`_G["cb"]:fromstring("1 2 3")`:                      `line 1: fromstring() too few values: 1, expected 4`,
		`_G["count"]:fromstring("1 2 3")`:                   `line 1: "fromstring" found where an object that can be restored is expected`,
		`_G[nil] = 1`:                                       `line 1: "nil" found where a value is expected`,
		`_G[0/0] = 1`:                                       `line 1: "nil" found where a key is expected`,
		`while true do end`:                                 `line 1: "true" found where '=' or ':' is expected`,
		`if _G["y"] == nil then _G["y"] = bloom.new(1) end`: `line 1: "bloom" found where a module whose objects are kept is expected`,
		`if _G["y"] == nil then _G["y"] = circular_buffer.new(1e9, 1e9, 1) end`: `line 1: circular_buffer.new with bad dimensions`,
	} {
		r := preservingRun(t)
		writeData(t, r, text)
		r.filter()
		path := filepath.Join(r.env.BaseDir, "sandbox_preservation", "sbx.data")
		wanted := "cannot restore the script's data from " + path + ": " + want +
			"; the script begins without its data, and the file is kept as " + path + ".broken"
		if c := r.env.Health.Conditions(); len(c) != 1 || c[0].Text != wanted || c[0].Key != "restore" {
			t.Errorf("%s\ngot  %v\nwant %s", text, c, wanted)
		}
		found := (&FilterConfig{Options: r.options}).Check(r.env)
		if len(found) != 1 || found[0].Text != wanted || found[0].Error {
			t.Errorf("%s: check found %v", text, found)
		}
	}
}

// TestDataThatCannotBeRestored keeps no script from running, and nothing of them is lost.
func TestDataThatCannotBeRestored(t *testing.T) {
	r := newRun(t, "n = 0\nfunction process_message() n = n + 1 return 0 end", nil)
	r.options.PreserveData = true
	const bad = "_G[\"n\"] = 41\n_G[\"x\"] = {{{\n"
	writeData(t, r, bad)
	path := filepath.Join(r.env.BaseDir, "sandbox_preservation", "sbx.data")
	is := func(path, want string) {
		t.Helper()
		if data, err := os.ReadFile(path); err != nil || string(data) != want {
			t.Errorf("%s holds %q, %v; want %q", path, data, err, want)
		}
	}
	if err := r.filter().Close(); err != nil {
		t.Error(err)
	}
	is(path, bad) // nothing was written, and so nothing set aside
	f := r.filter()
	if err := f.Process(variedMessage(t)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	is(path+".broken", bad)
	is(path, "if _PRESERVATION_VERSION and _PRESERVATION_VERSION ~= 0 then return end\n_G[\"_VERSION\"] = \"Lua 5.1\"\n_G[\"n\"] = 1\n")
	r.filter()
	if c := r.env.Health.Conditions(); len(c) > 0 {
		t.Errorf("conditions %v", c)
	}
}

// TestDataBeyondTheMemory would end the script again and again.
func TestDataBeyondTheMemory(t *testing.T) {
	r := newRun(t, "t = {}\nfunction process_message() t[#t + 1] = {} return 0 end", nil)
	r.options.PreserveData, r.options.MemoryLimit = true, 200_000
	writeData(t, r, "_G[\"t\"] = {}\n_G[\"t\"][1] = \""+strings.Repeat("x", 300_000)+"\"\n")
	f := r.filter()
	if err := f.Process(variedMessage(t)); err != nil {
		t.Error(err)
	}
	if c := r.env.Health.Conditions(); len(c) != 1 || !strings.Contains(c[0].Text, "more than memory_limit = 200000: it could do nothing") {
		t.Errorf("conditions %v", c)
	}
}

// hekadFile is a data file as hekad wrote it.
const hekadFile = `if _PRESERVATION_VERSION and _PRESERVATION_VERSION ~= 0 then return end
_G["_LAST_ALERT"] = 1454500800123456768
_G["rates"] = {}
_G["rates"][1] = 0.12345679
_G["rates"][2] = -1/0
_G["rates"][-1.5] = 0/0
_G["rates"][true] = false
_G["rates"]["a\"b\\
\r\000\\"] = {}
_G["rates"]["a\"b\\
\r\000\\"]["up"] = _G["rates"]
_G["same"] = _G["rates"]["a\"b\\
\r\000\\"]
if _G["cb"] == nil then _G["cb"] = circular_buffer.new(3, 1, 60, true) end
_G["cb"]:set_header(1, "Requests", "count", "sum")
_G["cb"]:fromstring("120 2 nan 1 2.5 120 2.5")
_G["_ANNOTATIONS"] = {}
_G["_ANNOTATIONS"]["title"] = {}
_G["_ANNOTATIONS"]["title"]["annotations"] = {}
_G["_ANNOTATIONS"]["title"]["prune_duration"] = 86400000000000
if _G["w"] == nil then _G["w"] = sax.window.new(4, 2, 4) end
_G["w"]:clear()
_G["w"]:add({1, 2,3})
_G["word"] = sax.word.new("AD#", 4)
`

func TestFileOfHekad(t *testing.T) {
	r := newRun(t, `
require "circular_buffer"
require "sax"
function process_message()
  local deep = same
  local text = tostring(cb)
  for _, check in ipairs({
    {_LAST_ALERT == 1454500800123456768, "number"}, {rates[1] == 0.12345679 and rates[2] == -1/0, "rates"},
    {rates[-1.5] ~= rates[-1.5] and rates[true] == false, "keys"}, {deep.up == rates and rates[read_config("key")] == deep, "references"},
    {cb:get(120e9, 1) == 2.5 and cb:get(60e9, 1) == 1, "buffer"}, {_ANNOTATIONS.title.prune_duration == 86400e9, "annotations"},
    {next(_ANNOTATIONS.title.annotations) == nil, "empty"}, {tostring(word) == "AD#" and type(w) == "userdata", "sax"},
  }) do
    if not check[1] then return -1, check[2] end
  end
  return 0
end`, map[string]any{"key": "a\"b\\\n\r\x00\\"})
	r.options.PreserveData = true
	writeData(t, r, hekadFile)
	if err := r.filter().Process(variedMessage(t)); err != nil {
		t.Error(err)
	}
}

func TestPreserveErrors(t *testing.T) {
	r := newRun(t, "t = {[function() end] = 1}\nfunction process_message() return 0 end", nil)
	r.options.PreserveData = true
	f := r.filter()
	if err := f.Process(variedMessage(t)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(r.env.BaseDir, "sandbox_preservation", "sbx.data")
	if err := f.Close(); errText(err) != "cannot keep the script's data in "+path+": serialize_data cannot preserve type 'function'" {
		t.Error(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file exists: %v", err)
	}
}

// TestCheckLeavesData proves that building a filter to check it does not touch a running one's data.
func TestCheckLeavesData(t *testing.T) {
	r := preservingRun(t)
	writeData(t, r, "_G[\"count\"] = 41\n")
	if err := r.filter().Close(); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(filepath.Join(r.env.BaseDir, "sandbox_preservation", "sbx.data"))
	if string(data) != "_G[\"count\"] = 41\n" {
		t.Errorf("data are now %q", data)
	}
}

// TestKeptWhileRunning writes the data now and then, without a stop.
func TestKeptWhileRunning(t *testing.T) {
	r := preservingRun(t)
	f := r.filter()
	f.keeper.next = r.now // long ago
	if err := f.Process(variedMessage(t)); err != nil {
		t.Fatal(err)
	}
	<-f.keeper.last.done
	err := f.keeper.last.err
	if _, statErr := os.Stat(f.keeper.path); err != nil || statErr != nil {
		t.Errorf("%v, %v", err, statErr)
	}
	f.keeper.next = r.now
	f.keeper.path = filepath.Join(r.env.ShareDir, "script.lua", "x.data") // a file where a directory should be
	if err := f.Process(variedMessage(t)); err != nil {
		t.Fatal(err)
	}
	<-f.keeper.last.done
	if !f.keeper.idle() {
		t.Error("it is written still")
	}
	if c := r.env.Health.Conditions(); len(c) != 1 || !strings.Contains(c[0].Text, "cannot keep the script's data") {
		t.Errorf("conditions %v", c)
	}
	f.keeper.path = ""
}

func FuzzRestore(f *testing.F) {
	f.Add(preserved)
	f.Add(hekadFile)
	f.Add("if _PRESERVATION_VERSION and _PRESERVATION_VERSION ~= 0 then return end\n_G[\"a\"] = {}\n_G[\"a\"][1] = -1/0\n")
	f.Fuzz(func(t *testing.T, text string) {
		r := newRun(t, "a = {}", nil)
		s, err := r.options.open(t.Context(), r.env, plugin.KindFilter, deaf{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		if s.restoreData(text) != nil {
			return
		}
		if _, err := s.preserve(); err != nil {
			t.Fatalf("restored but cannot be kept: %v", err)
		}
	})
}
