package sandboxmanager

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// host is a pipeline as a manager sees it: it starts each filter once and closes it.
type host struct {
	t       testing.TB
	env     *plugin.Env
	manager *Manager
	config  *Config
	now     time.Time
	log     bytes.Buffer
	running map[string]plugin.DynamicFilter
	told    []string // messages that the manager injected
	addErr  error
}

func newHost(t testing.TB, change func(*Config)) *host {
	h := &host{t: t, now: time.Unix(1700000000, 0), running: map[string]plugin.DynamicFilter{}}
	h.config = defaultConfig()
	h.config.MaxFilters, h.config.MessageSigner = 3, "ops"
	h.config.Clock = func() time.Time { return h.now }
	if change != nil {
		change(h.config)
	}
	h.env = &plugin.Env{
		Name: "Mgr", Hostname: "ctl1", BaseDir: t.TempDir(), ShareDir: t.TempDir(), Health: &plugin.Health{}, Metrics: &plugin.Metrics{},
		Log: slog.New(slog.NewTextHandler(&h.log, nil)), Filters: h,
		Inject: func(d *message.Draft) error {
			p, _ := d.Value("plugin")
			h.told = append(h.told, fmt.Sprintf("%s %s %s: %s", d.Type, d.Logger, p.Text(), d.Payload))
			return nil
		},
	}
	h.start()
	return h
}

// start makes a manager, as after a restart of the collector.
func (h *host) start() {
	h.t.Helper()
	if h.manager != nil {
		if err := h.manager.Close(); err != nil {
			h.t.Fatal(err)
		}
	}
	f, err := h.config.NewFilter(h.env)
	if err != nil {
		h.t.Fatal(err)
	}
	h.manager = f.(*Manager)
	if err := h.manager.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = f.(plugin.Closer).Close() })
}

func (h *host) Add(f plugin.DynamicFilter) error {
	if h.addErr != nil {
		return h.addErr
	}
	env := *h.env
	env.Name, env.Filters = f.Name, nil
	made, err := f.Config.NewFilter(&env)
	if err != nil {
		return err
	}
	_ = made.(plugin.Closer).Close()
	h.running[f.Name] = f
	return nil
}

func (h *host) Remove(name string) bool {
	_, ok := h.running[name]
	delete(h.running, name)
	return ok
}

func (h *host) Names() (names []string) {
	for n := range h.running {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// control is a control message. Each has a time of its own.
type control struct {
	signer, action, name, config, script, host string

	at   time.Time
	uuid byte
}

const (
	script  = "function process_message() return 0 end\nfunction timer_event() end\n"
	counter = "[counter]\ntype = \"SandboxFilter\"\nmessage_matcher = \"TRUE\"\n"
)

func (c control) message(t testing.TB) *message.Message {
	t.Helper()
	d := message.Draft{Type: "heka.control.sandbox", Logger: "hekad", Payload: c.script, Signer: c.signer}
	d.SetTimestamp(c.at.UnixNano())
	d.SetUUID([16]byte{15: c.uuid})
	if c.config != "" {
		d.Add("config", "toml", message.StringValue(c.config))
	}
	if c.name != "" {
		d.AddString("name", c.name)
	}
	if c.host != "" {
		d.AddString("host", c.host)
	}
	d.AddString("action", c.action)
	b := message.NewBatch()
	b.Append(&d)
	return b.At(0).Clone()
}

// send hands a message of now over, a nanosecond after the last one.
func (h *host) send(c control) error {
	h.t.Helper()
	h.now = h.now.Add(1)
	if c.at.IsZero() {
		c.at = h.now
	}
	return h.manager.Process(c.message(h.t))
}

func (h *host) load(config string) error {
	h.t.Helper()
	return h.send(control{signer: "ops", action: "load", config: config, script: script})
}

func (h *host) unload(name string) error {
	h.t.Helper()
	return h.send(control{signer: "ops", action: "unload", name: name})
}

// files lists the working directory, the file of seen messages left out.
func (h *host) files() (list []string) {
	entries, _ := os.ReadDir(h.manager.store.dir)
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".seen") {
			list = append(list, e.Name())
		}
	}
	return list
}

func (h *host) condition(key string) string {
	for _, c := range h.env.Health.Conditions() {
		if c.Key == key {
			return c.Text
		}
	}
	return ""
}

func want(t testing.TB, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s: %s, want %s", what, g, w)
	}
}

func TestDefaults(t *testing.T) {
	h := newHost(t, nil)
	want(t, "working directory", h.manager.store.dir, filepath.Join(h.env.BaseDir, "sbxmgrs"))
	if err := h.load(counter); err != nil {
		t.Fatal(err)
	}
	c := h.running["Mgr-counter"].Config.(*sandbox.FilterConfig)
	want(t, "limits", fmt.Sprint(c.MemoryLimit, c.InstructionLimit, c.OutputLimit, c.ModuleDirectory == "", c.Filename),
		fmt.Sprint(8<<20, 1000000, 64512, true, h.manager.store.path("Mgr-counter.lua")))
	info, err := os.Stat(h.manager.store.dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	var o plugin.ConsumerOptions
	defaultConfig().ConsumerDefaults(&o)
	want(t, "matcher", o.MessageMatcher, "Type == 'heka.control.sandbox'")
	want(t, "max_filters", defaultConfig().MaxFilters, 0)
}

func TestLoadAndUnload(t *testing.T) {
	h := newHost(t, nil)
	if err := h.load(counter); err != nil {
		t.Fatal(err)
	}
	want(t, "running", h.Names(), "[Mgr-counter]")
	want(t, "files", h.files(), "[Mgr-counter.json Mgr-counter.lua Mgr-counter.toml]")
	want(t, "gauge", h.manager.running.Value(), 1)
	if !strings.Contains(h.log.String(), `msg="Loading: Mgr-counter" signer=ops sha256=`) {
		t.Errorf("log %s", h.log.String())
	}
	for _, f := range h.files() {
		if info, err := os.Stat(h.manager.store.path(f)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f, info.Mode(), err)
		}
	}
	if err := h.unload("counter"); err != nil {
		t.Fatal(err)
	}
	want(t, "after unload", fmt.Sprint(h.Names(), h.files(), h.manager.running.Value(), h.told, h.condition("control") == ""), "[] [] 0 [] true")
	_ = h.unload("counter")
	if got := h.condition("control"); !strings.HasPrefix(got, "unloadSandbox failed: there is no filter Mgr-counter (control message 00000000-") {
		t.Errorf("condition %q", got)
	}
}

func TestWhatFails(t *testing.T) {
	for name, c := range map[string]struct{ config, script, want string }{
		"no TOML":        {"[x", script, "control message:1:"},
		"nothing":        {"# empty", script, "the configuration must have one section, not 0"},
		"two sections":   {counter + "[other]\ntype = \"SandboxFilter\"\n", script, "the configuration must have one section, not 2: [counter], [other]"},
		"other type":     {"[x]\ntype = \"SandboxDecoder\"\n", script, "Plugin must be a SandboxFilter, received SandboxDecoder"},
		"no type":        {"[x]\nmessage_matcher = \"TRUE\"\n", script, "Plugin must be a SandboxFilter, received x"},
		"no name":        {"[\"\"]\ntype = \"SandboxFilter\"\n", script, "control message:2:1: error: "},
		"long name":      {"[" + strings.Repeat("x", 250) + "]\ntype = \"SandboxFilter\"\n", script, "the filter's name has 250 characters, at most 196 fit"},
		"unknown option": {counter + "nonsense = 1\n", script, `control message:4:1: error: SandboxFilter has no option "nonsense"`},
		"long matcher":   {"[x]\ntype = \"SandboxFilter\"\nmessage_matcher = \"Type == '" + strings.Repeat("x", 3000) + "'\"\n", script, "message_matcher has 3010 bytes, at most 2048 are taken"},
		"a file of ours": {counter + "[counter.config]\nx = \"%FILE[/etc/hostname]\"\n", script, "control message:5:1: error: %FILE[…] is not resolved in a configuration that came from elsewhere"},
		"script type":    {counter + "script_type = \"../../x\"\n", script, `script_type: unsupported script type: ../../x (only "lua" is known)`},
		"bad script":     {counter, "function (", "filename: script "},
		"endless script": {counter, "while true do end", "filename: script "},
		"no script":      {counter, "", "the control message has no script as its payload"},
		"huge config":    {counter + "#" + strings.Repeat("x", 70000), script, "the configuration has 70059 bytes, at most 65536 are taken"},
	} {
		h := newHost(t, nil)
		if err := h.send(control{signer: "ops", action: "load", config: c.config, script: c.script}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(h.told) != 1 || !strings.HasPrefix(h.told[0], "heka.sandbox-terminated hekad Mgr: loadSandbox failed: "+c.want) {
			t.Errorf("%s: told %q", name, h.told)
		}
		if !strings.Contains(h.condition("control"), c.want) || !strings.Contains(h.log.String(), "level=WARN msg=\"loadSandbox failed: ") {
			t.Errorf("%s: condition %q, log %s", name, h.condition("control"), h.log.String())
		}
		if len(h.Names()) != 0 || len(h.files()) != 0 {
			t.Errorf("%s: left %v %v", name, h.Names(), h.files())
		}
	}
}

// The files of a name are made of the section's name only, whatever that is.
func TestNamesAreNormalised(t *testing.T) {
	h := newHost(t, nil)
	for _, name := range []string{`"../../etc/x"`, `"a b-c.ü"`, `"x_1"`} {
		if err := h.load("[" + name + "]\ntype = \"SandboxFilter\"\nmessage_matcher = \"TRUE\"\nscript_type = \"lua\"\nfilename = \"/etc/passwd\"\nmodule_directory = \"/\"\n"); err != nil {
			t.Error(err)
		}
	}
	want(t, "running", h.Names(), "[Mgr-______etc_x Mgr-a_b_c___ Mgr-x_1]")
	for name, f := range h.running {
		c := f.Config.(*sandbox.FilterConfig)
		if c.Filename != h.manager.store.path(name+".lua") || c.ModuleDirectory != "" {
			t.Errorf("%s: %s %s", name, c.Filename, c.ModuleDirectory)
		}
	}
	_ = h.unload("a b-c.ü")
	want(t, "running", h.Names(), "[Mgr-______etc_x Mgr-x_1]")
}

func TestLimitsAreForced(t *testing.T) {
	h := newHost(t, func(c *Config) {
		c.MessageSigner, c.MemoryLimit, c.InstructionLimit, c.OutputLimit, c.ModuleDirectory = "", 1<<20, 5000, 0, "/modules"
		c.Signers = map[string]Signer{"ops": {MemoryLimit: 64 << 10, InstructionLimit: 1e6, OutputLimit: 1000}}
	})
	if err := h.load(counter + "memory_limit = 0\ninstruction_limit = 0\noutput_limit = 0\nqueue_messages = 99999999\nqueue_bytes = 999999999\n[counter.retries]\ndelay = \"0s\"\nmax_delay = \"0s\"\n"); err != nil {
		t.Fatal(err)
	}
	f, ok := h.running["Mgr-counter"]
	if !ok {
		t.Fatal(h.told)
	}
	c := f.Config.(*sandbox.FilterConfig)
	want(t, "limits", fmt.Sprint(c.MemoryLimit, c.InstructionLimit, c.OutputLimit, c.ModuleDirectory), fmt.Sprint(64<<10, 5000, 1000, "/modules"))
	want(t, "options", fmt.Sprint(f.Options.QueueMessages, f.Options.QueueBytes, f.Options.Retries.Delay, f.Options.Retries.MaxDelay, f.MaxProcessDuration), "20000 8388608 250ms 250ms 100µs")
}

func TestMaxFilters(t *testing.T) {
	h := newHost(t, nil)
	for i := range 4 {
		_ = h.load(strings.Replace(counter, "counter", fmt.Sprint("f", i), 1))
	}
	want(t, "running", h.Names(), "[Mgr-f0 Mgr-f1 Mgr-f2]")
	if !strings.Contains(h.log.String(), "Mgr attempted to load more than 3 filters") || len(h.told) != 0 {
		t.Errorf("told %q, log %s", h.told, h.log.String())
	}
	h = newHost(t, func(c *Config) { c.MaxFilters = 0 })
	if err := h.load(counter); err == nil || err.Error() != "Discarded control message: max_filters is 0" {
		t.Error(err)
	}
	if _, err := os.Stat(h.manager.store.dir); err == nil {
		t.Error("a manager that is off made its folder")
	}
}

func TestAlreadyRunning(t *testing.T) {
	h := newHost(t, nil)
	_ = h.load(counter)
	_ = h.load(counter + "# again\n")
	want(t, "told", h.told, "[heka.sandbox-terminated hekad Mgr: loadSandbox failed: Mgr-counter is already running]")
	want(t, "files", h.files(), "[Mgr-counter.json Mgr-counter.lua Mgr-counter.toml]")
}

func TestSkew(t *testing.T) {
	h := newHost(t, nil)
	for _, c := range []struct {
		off  time.Duration // of the message's clock
		want string
	}{
		{-5 * time.Second, "Discarded control message: 5 seconds skew"},
		{5 * time.Second, "Discarded control message: -5 seconds skew"},
		{-5*time.Second + 1, ""},
		{5*time.Second - 1, ""},
		{-100 * 365 * 24 * time.Hour, "Discarded control message: 3153600000 seconds skew"},
	} {
		got := ""
		h.now = h.now.Add(time.Millisecond)
		if err := h.manager.Process(control{signer: "ops", action: "unload", name: "x", at: h.now.Add(c.off)}.message(t)); err != nil {
			got = err.Error()
		}
		want(t, c.off.String(), got, c.want)
	}
	want(t, "refused", h.manager.refused.Value(), 3)
	want(t, "messages", h.manager.messages.Value(), 5)
}

func TestWhoMayLoad(t *testing.T) {
	several := func(c *Config) {
		c.MessageSigner = ""
		c.Signers = map[string]Signer{
			"ops": {}, "web": {Prefix: "web_", MaxFilters: 1}, "night": {Actions: []string{"unload"}},
		}
	}
	open := func(c *Config) { c.MessageSigner, c.AllowUnsigned = "", true }
	nobody := func(c *Config) { c.MessageSigner = "" }
	web := strings.Replace(counter, "counter", "web_counter", 1)
	const unsigned = "Discarded control message: it is not signed, or its signature was not verified: send it to an input whose HekaFramingSplitter knows the signer's key"
	for name, c := range map[string]struct {
		change       func(*Config)
		signer, conf string
		want, told   string
	}{
		"the signer":       {nil, "ops", counter, "", ""},
		"unsigned":         {nil, "", counter, unsigned, ""},
		"another":          {nil, "eve", counter, `Discarded control message: signer "eve" may not load filters`, ""},
		"nobody may":       {nobody, "", counter, unsigned, ""},
		"nobody, signed":   {nobody, "ops", counter, `Discarded control message: signer "ops" may not load filters`, ""},
		"anybody":          {open, "", counter, "", ""},
		"one of several":   {several, "ops", counter, "", ""},
		"none of several":  {several, "eve", counter, `Discarded control message: signer "eve" may not load filters`, ""},
		"unsigned, too":    {several, "", counter, unsigned, ""},
		"with the prefix":  {several, "web", web, "", ""},
		"another prefix":   {several, "web", counter, "", `the signer's filters must have names that begin with "web_", not "counter"`},
		"unloads only":     {several, "night", counter, `Discarded control message: signer "night" may not load filters`, ""},
		"unknown, unnamed": {several, "ops_0", counter, `Discarded control message: signer "ops_0" may not load filters`, ""},
	} {
		h := newHost(t, c.change)
		got := ""
		if err := h.send(control{signer: c.signer, action: "load", config: c.conf, script: script}); err != nil {
			got = err.Error()
		}
		want(t, name, got, c.want)
		want(t, name+": loaded", len(h.Names()) == 1, c.want == "" && c.told == "")
		if c.told != "" && (len(h.told) != 1 || !strings.HasSuffix(h.told[0], c.told)) {
			t.Errorf("%s: told %q", name, h.told)
		}
	}
}

func TestFiltersOfASigner(t *testing.T) {
	h := newHost(t, func(c *Config) {
		c.MessageSigner, c.Signers = "", map[string]Signer{"ops": {}, "web": {Prefix: "web_", MaxFilters: 1}}
	})
	load := func(signer, name string) {
		_ = h.send(control{signer: signer, action: "load", config: strings.Replace(counter, "counter", name, 1), script: script})
	}
	load("web", "web_a")
	load("web", "web_b")
	load("ops", "web_c")
	want(t, "running", h.Names(), "[Mgr-web_a Mgr-web_c]")
	want(t, "told", h.told, `[heka.sandbox-terminated hekad Mgr: loadSandbox failed: signer "web" has 1 filters, as many as it may: unload one first]`)
	_ = h.send(control{signer: "web", action: "unload", name: "counter"})
	if got := h.condition("control"); !strings.Contains(got, `must have names that begin with "web_"`) {
		t.Error(got)
	}
	h.running = map[string]plugin.DynamicFilter{}
	h.start() // the owners are remembered
	load("web", "web_b")
	want(t, "running after a restart", h.Names(), "[Mgr-web_a Mgr-web_c]")
	_ = h.send(control{signer: "web", action: "unload", name: "web_a"})
	load("web", "web_b")
	want(t, "running at the end", h.Names(), "[Mgr-web_b Mgr-web_c]")
}

func TestOutsideOfAPipeline(t *testing.T) {
	h := newHost(t, nil)
	h.env.Filters = nil
	f, err := h.config.NewFilter(h.env)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Process(control{signer: "ops", action: "load", at: h.now}.message(t)); err == nil {
		t.Error("no error")
	}
}

func TestUnknownAction(t *testing.T) {
	h := newHost(t, nil)
	if err := h.send(control{signer: "ops", action: "reload"}); err != nil || h.manager.refused.Value() != 0 {
		t.Error(err)
	}
}

func TestOptions(t *testing.T) {
	c := defaultConfig()
	c.WorkingDirectory, c.MessageSigner, c.AllowUnsigned = "", "ops", true
	c.Signers = map[string]Signer{"ops": {Actions: []string{"load", "reload"}}, "web": {Prefix: "a-b"}}
	_, err := c.NewFilter(&plugin.Env{Name: "Mgr"})
	list := []string{
		"working_directory: must not be empty",
		"allow_unsigned: contradicts message_signer and signers: remove one",
		`signers.ops.actions: "reload" is not one of "load", "unload"`,
		`signers.web.prefix: "a-b": names of filters have letters, digits and underscores only`,
		`signers.web: never gets here: message_signer lets "ops" through only; remove message_signer`,
	}
	if err == nil || err.Error() != strings.Join(list, "\n") {
		t.Errorf("got %v", err)
	}
}

func TestFindings(t *testing.T) {
	for name, c := range map[string]struct {
		change    func(*Config)
		splitters int
		want      []string
	}{
		"off":         {func(c *Config) { c.MaxFilters = 0 }, 0, []string{"max_filters note"}},
		"as hekad's":  {func(c *Config) { c.MessageSigner = "" }, 0, []string{"message_signer warning"}},
		"open":        {func(c *Config) { c.MessageSigner, c.AllowUnsigned = "", true }, 0, []string{"allow_unsigned warning"}},
		"no keys":     {func(*Config) {}, 0, []string{"message_signer warning"}},
		"as it ought": {func(*Config) {}, 1, nil},
		"no limits":   {func(c *Config) { c.MemoryLimit, c.OutputLimit = 0, 0 }, 1, []string{"memory_limit warning", "output_limit warning"}},
	} {
		conf := defaultConfig()
		conf.MaxFilters, conf.MessageSigner = 1, "ops"
		c.change(conf)
		var got []string
		for _, f := range conf.Check(&plugin.Env{Name: "Mgr", SectionsOf: func(...string) int { return c.splitters }}) {
			kind := "warning"
			if f.Note {
				kind = "note"
			}
			got = append(got, f.Option+" "+kind)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A message that names a host is obeyed there only: nobody can repeat it to another collector.
func TestHost(t *testing.T) {
	h := newHost(t, nil)
	c := control{signer: "ops", action: "load", config: counter, script: script, host: "ctl2"}
	want(t, "for another", h.send(c), `Discarded control message: it is for "ctl2", and this host is "ctl1"`)
	c.action, c.name = "unload", "counter"
	want(t, "for another", h.send(c), `Discarded control message: it is for "ctl2", and this host is "ctl1"`)
	want(t, "refused", h.manager.refused.Value(), 2)
	c.action, c.host = "load", "CTL1"
	want(t, "for this one", h.send(c), nil)
	want(t, "running", h.Names(), "[Mgr-counter]")
}
