package sandbox

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lma_collector/collector/plugin"
)

// Data files have the names that hekad gave them.
func TestDataFileNames(t *testing.T) {
	for _, c := range []struct {
		kind               plugin.Kind
		name, owner, token string
		want               string
	}{
		{plugin.KindFilter, "my-filter.x é", "", "", "my_filter_x___.data"},
		{plugin.KindInput, "my-input", "", "", "my_input.data"},
		{plugin.KindOutput, "my-output", "", "", "my_output.data"},
		{plugin.KindDecoder, "nova-decoder", "logs", "", "logs-nova-decoder.data"},
		{plugin.KindDecoder, "nova-decoder", "logs", "nova-api", "logs-nova-decoder-nova-api.data"},
		{plugin.KindDecoder, "d", "tcp", "10.1.2.3:40122", "tcp-d-10.1.2.3.data"},
		{plugin.KindDecoder, "d", "tcp", "[fe80::1]:40122", "tcp-d-fe80::1.data"},
		{plugin.KindDecoder, "d", "logs", "a/b\x00c", "logs-d-a_b_c.data"},
		{plugin.KindDecoder, "d", "", "", "d.data"},
		{plugin.KindEncoder, "enc.x", "out", "", "out-enc.x.data"},
	} {
		env := &plugin.Env{Name: c.name, Owner: c.owner, Token: c.token, BaseDir: "/base"}
		if got := (&Options{}).dataFile(env, c.kind); got != "/base/sandbox_preservation/"+c.want {
			t.Errorf("%s %s of %s for %s: %s, want %s", c.kind, c.name, c.owner, c.token, got, c.want)
		}
	}
}

// hekad's inputs and outputs all wrote one file: it is taken over where it can be from one alone, and
// once there is a file of its own that counts.
func TestNamelessDataFile(t *testing.T) {
	for others, want := range map[int]string{0: "41", 1: "0"} {
		r := newRun(t, "n = 0\nfunction process_message() n = n + 1 return 0 end", nil)
		r.options.PreserveData = true
		r.env.SectionsOf = func(types ...string) int {
			if !slices.Equal(types, []string{"SandboxInput", "SandboxOutput"}) {
				t.Errorf("asked for %q", types)
			}
			return 1 + others
		}
		dir := filepath.Join(r.env.BaseDir, "sandbox_preservation")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, ".data"), []byte("if _PRESERVATION_VERSION and _PRESERVATION_VERSION ~= 0 then return end\n_G[\"n\"] = 41\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []plugin.Kind{plugin.KindOutput, plugin.KindInput} {
			s, err := r.start(kind)
			if err != nil {
				t.Fatal(err)
			}
			if text, _ := s.interp.Global("n").AsText(); text != want {
				t.Errorf("%s among %d: n is %s", kind, others, text)
			}
		}
		o := r.output(nil)
		if err := o.Deliver(t.Context(), items(t, "x")); err != nil || o.Close() != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, "sbx.data"))
		if err != nil || !strings.Contains(string(data), map[int]string{0: "= 42\n", 1: "= 1\n"}[others]) {
			t.Errorf("%v: kept %q", err, data)
		}
		s, err := r.start(plugin.KindOutput)
		if text, _ := s.interp.Global("n").AsText(); err != nil || text != map[int]string{0: "42", 1: "1"}[others] {
			t.Errorf("%v: the next one begins with %s", err, text)
		}
	}
}

// Instances that would write one file do not: the first that is called does, another one when it is gone.
func TestOneWriterOfAFile(t *testing.T) {
	r := newRun(t, "who = ''\nfunction process_message() who = read_message('Payload') return 0 end", nil)
	r.options.PreserveData = true
	path := filepath.Join(r.env.BaseDir, "sandbox_preservation", "sbx.data")
	first, second := r.decoder(), r.decoder()
	decode := func(d *Decoder, payload string) {
		t.Helper()
		if err := d.Decode(record(payload), r); err != nil {
			t.Fatal(err)
		}
	}
	kept := func(want string) {
		t.Helper()
		if data, err := os.ReadFile(path); err != nil || !strings.Contains(string(data), `_G["who"] = "`+want+"\"\n") {
			t.Errorf("%v: kept %q, want %s", err, data, want)
		}
	}
	decode(first, "first")
	decode(second, "second")
	if c := r.env.Health.Conditions(); len(c) != 1 || !c[0].Note || c[0].Text != path+" is written by another instance of the script: the data of this one are not kept" {
		t.Errorf("conditions %v", c)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	kept("first")
	third := r.decoder()
	decode(third, "third")
	if err := third.Close(); err != nil {
		t.Error(err)
	}
	kept("third")
}

// A positive status ends the script, which has its data still; after an error the older data stay.
func TestDataOfAnEnd(t *testing.T) {
	r := newRun(t, `n = 0
function process_message() n = n + 1
  if read_message("Payload") == "enough" then return 1, "enough" end
  if read_message("Payload") == "die" then error("dead") end
  return 0
end`, nil)
	r.options.PreserveData = true
	path := filepath.Join(r.env.BaseDir, "sandbox_preservation", "sbx.data")
	for _, c := range []struct{ payload, want string }{{"x", "1"}, {"enough", "2"}, {"die", "2"}, {"x", "3"}} {
		if f := r.filter(); f.Process(items(t, c.payload)[0].Message) == nil != (c.payload == "x") || f.Close() != nil {
			t.Fatal(c.payload)
		}
		if data, err := os.ReadFile(path); err != nil || !strings.Contains(string(data), `_G["n"] = `+c.want+"\n") {
			t.Errorf("%s: %v, kept %q", c.payload, err, data)
		}
	}
	d := r.decoder()
	for _, payload := range []string{"x", "enough"} {
		_ = d.Decode(record(payload), r)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if data, _ := os.ReadFile(path); !strings.Contains(string(data), "_G[\"n\"] = 5\n") {
		t.Errorf("a decoder that had enough kept %q", data)
	}
}

// Sections whose data would lie in one file are found before they start.
func TestOwnersOfData(t *testing.T) {
	env := &plugin.Env{Name: "my-filter", BaseDir: "/base"}
	c := &FilterConfig{Options: Options{PreserveData: true}}
	if got := c.Owns(env); len(got) != 1 || got[0].What != "data file /base/sandbox_preservation/my_filter.data" {
		t.Errorf("claims %v", got)
	}
	if d := (&DecoderConfig{Options: c.Options}).Owns(&plugin.Env{Name: "d", Owner: "in", BaseDir: "/base"}); len(d) != 1 ||
		d[0].What != "data file /base/sandbox_preservation/in-d.data" {
		t.Errorf("a decoder claims %v", d)
	}
	c.PreserveData = false
	if got := c.Owns(env); got != nil {
		t.Errorf("claims %v", got)
	}
}

// What a crash in the middle of a write left is not there for ever.
func TestRestOfACrash(t *testing.T) {
	r := newRun(t, "n = 1\nfunction process_message() return 0 end", nil)
	r.options.PreserveData = true
	writeData(t, r, "")
	dir := filepath.Join(r.env.BaseDir, "sandbox_preservation")
	if err := os.WriteFile(filepath.Join(dir, ".sbx.data.new"), []byte(strings.Repeat("half", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	f := r.filter()
	if f.Process(variedMessage(t)) != nil || f.Close() != nil {
		t.Fatal("it fails")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "sbx.data" {
		t.Errorf("%v, %v", entries, err)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "sbx.data")); !strings.HasSuffix(string(data), "_G[\"n\"] = 1\n") {
		t.Errorf("kept %q", data)
	}
}
