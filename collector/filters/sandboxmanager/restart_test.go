package sandboxmanager

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/plugin"
)

func TestReplayIsRefused(t *testing.T) {
	const repeated = "Discarded control message: it was received before"
	h := newHost(t, nil)
	c := control{signer: "ops", action: "load", config: counter, script: script, at: h.now, uuid: 1}
	if err := h.send(c); err != nil {
		t.Fatal(err)
	}
	_ = h.unload("counter")
	again := func(what string, c control) {
		t.Helper()
		if err := h.send(c); err == nil || err.Error() != repeated {
			t.Errorf("%s: %v", what, err)
		}
	}
	again("at once", c)
	c.uuid = 2 // what has none gets another one each time
	again("with another uuid", c)
	h.start()
	again("after a restart", c)
	h.now = h.now.Add(time.Hour)
	_ = h.unload("x")
	h.now = c.at.Add(time.Second)
	again("with the clock set back", c)
	f, err := os.OpenFile(h.manager.seen.path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.WriteString("garbage\n17 zz\n1700000000000000000 0011") // a crash while it was written
	f.Close()
	h.start()
	again("after a crash", c)
	want(t, "running", h.Names(), "[]")
	c.config += "# another\n"
	if err := h.send(c); err != nil {
		t.Error(err)
	}
	want(t, "running", h.Names(), "[Mgr-counter]")
}

func TestFloodOfControlMessages(t *testing.T) {
	h := newHost(t, nil)
	s := &h.manager.seen
	for i := range maxSeen {
		s.note(noted{mark{byte(i), byte(i >> 8)}, h.now.UnixNano()})
	}
	if err := h.load(counter); err == nil || !strings.HasSuffix(err.Error(), errTooMany.Error()) {
		t.Error(err)
	}
	h.now = h.now.Add(skew + 1)
	if err := h.load(counter); err != nil {
		t.Error(err)
	}
	if len(s.order) != rememberedMessages || len(s.marks) != len(s.order) {
		t.Errorf("%d marks, %d in order", len(s.marks), len(s.order))
	}
}

// What cannot be noted could be repeated after a restart: nothing is loaded then, but filters are ended.
func TestDiskIsFull(t *testing.T) {
	h := newHost(t, nil)
	if err := h.load(counter); err != nil {
		t.Fatal(err)
	}
	h.manager.seen.file.Close()
	h.manager.seen.path = filepath.Join(t.TempDir(), "none", "seen")
	if err := h.load(strings.Replace(counter, "counter", "other", 1)); err == nil || !strings.HasPrefix(err.Error(), "Discarded control message: it could be repeated, since it cannot be noted: ") {
		t.Error(err)
	}
	if err := h.unload("counter"); err != nil {
		t.Error(err)
	}
	want(t, "running", h.Names(), "[]")
}

func TestRestart(t *testing.T) {
	h := newHost(t, nil)
	for _, name := range []string{"a", "b", "c"} {
		_ = h.load(strings.Replace(counter, "counter", name, 1))
	}
	_ = os.WriteFile(h.manager.store.script("Mgr-b"), []byte("function ("), 0o600)
	_ = os.WriteFile(h.manager.store.path("Mgr-z.toml"), []byte("[broken"), 0o600)
	_ = os.WriteFile(h.manager.store.path("Other-x.toml"), []byte("[broken"), 0o600)
	h.running = map[string]plugin.DynamicFilter{}
	h.start()
	want(t, "running", h.Names(), "[Mgr-a Mgr-c]")
	want(t, "files", h.files(), "[Mgr-a.json Mgr-a.lua Mgr-a.toml Mgr-b.json.broken Mgr-b.lua.broken Mgr-b.toml.broken Mgr-c.json Mgr-c.lua Mgr-c.toml Mgr-z.toml.broken Other-x.toml]")
	for name, text := range map[string]string{"Mgr-b": "restoreSandboxes failed: Mgr-b: createRunner failed: filename: script ", "Mgr-z": "restoreSandboxes failed: Mgr-z: "} {
		if got := h.condition("restore " + name); !strings.HasPrefix(got, text) || !strings.Contains(got, "it is kept as ") {
			t.Errorf("%s: %q", name, got)
		}
	}
	h.start() // the manager alone is started again: its filters run
	want(t, "running", h.Names(), "[Mgr-a Mgr-c]")
}

func TestRestartUnderOtherRules(t *testing.T) {
	h := newHost(t, nil)
	for _, name := range []string{"a", "b"} {
		_ = h.load(strings.Replace(counter, "counter", name, 1))
	}
	_ = os.Remove(h.manager.store.path("Mgr-b.json")) // as hekad left it
	files := h.files()
	again := func(change func(*Config)) {
		h.running = map[string]plugin.DynamicFilter{}
		change(h.config)
		h.start()
	}
	again(func(c *Config) { c.MessageSigner = "newcomer" })
	want(t, "another signer", h.Names(), "[Mgr-b]")
	if got := h.condition("restore Mgr-a"); !strings.Contains(got, `its signer "ops" may not load filters any more`) {
		t.Error(got)
	}
	again(func(c *Config) { c.MessageSigner, c.MaxFilters = "ops", 1 })
	want(t, "lower max_filters", h.Names(), "[Mgr-a]")
	again(func(c *Config) { c.MaxFilters = 0 })
	want(t, "off", h.Names(), "[]")
	again(func(c *Config) { c.MaxFilters = 5 })
	want(t, "as it was", fmt.Sprint(h.Names(), h.files()), fmt.Sprint([]string{"Mgr-a", "Mgr-b"}, files))
}

// What runs already is nobody's fault: its files stay.
func TestNameIsTaken(t *testing.T) {
	h := newHost(t, nil)
	_ = h.load(counter)
	files := h.files()
	h.running = map[string]plugin.DynamicFilter{}
	h.addErr = fmt.Errorf("Mgr-counter %w, as a section of the configuration", plugin.ErrTaken)
	h.start()
	want(t, "files", h.files(), fmt.Sprint(files))
	want(t, "condition", h.condition("restore Mgr-counter"), "restoreSandboxes failed: Mgr-counter is already running, as a section of the configuration")
}

// A filter that came while the collector stopped is there after the start.
func TestLoadedWhileStopping(t *testing.T) {
	h := newHost(t, nil)
	h.addErr = plugin.ErrStopping
	_ = h.load(counter)
	want(t, "files", h.files(), "[Mgr-counter.json Mgr-counter.lua Mgr-counter.toml]")
	_ = h.load(counter + "#\n")
	if len(h.told) != 2 || !strings.Contains(h.told[1], "though it does not run: unload it first") {
		t.Errorf("told %q", h.told)
	}
	h.addErr = nil
	h.start()
	want(t, "running", h.Names(), "[Mgr-counter]")
}

func TestOpenFolderIsRefused(t *testing.T) {
	h := newHost(t, nil)
	if err := os.Chmod(h.manager.store.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	f, err := h.config.NewFilter(h.env)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.(plugin.Starter).Start(); err == nil || !strings.Contains(err.Error(), "can be written by others (mode 0777)") {
		t.Error(err)
	}
}
