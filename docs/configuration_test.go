package docs_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"lma_collector/collector/config"
	"lma_collector/collector/pipeline"
	"lma_collector/collector/plugin"
	_ "lma_collector/collector/plugins"
	"lma_collector/collector/sandbox"
	"lma_collector/collector/tlsconfig"
)

const repository = ".."

// Each table of options has exactly those of the code, with their types and defaults.
func TestEveryOptionIsDescribed(t *testing.T) {
	list := headings(read(t, "configuration.md"))
	check := func(title string, want []option) {
		t.Helper()
		h, ok := section(t, list, title)
		if !ok {
			t.Errorf("configuration.md has no section %q", title)
			return
		}
		compare(t, title, h.text, want)
	}
	check("The whole collector", optionsOf("", reflect.ValueOf(config.DefaultGlobals())))
	check("Options of all inputs", sharedOptions(plugin.KindInput))
	check("Options of all filters and outputs", sharedOptions(plugin.KindOutput))
	check("Options of all splitters", sharedOptions(plugin.KindSplitter))
	check("retries", optionsOf("", reflect.ValueOf(plugin.DefaultRetries())))
	check("buffering", optionsOf("", reflect.ValueOf(plugin.Buffering{})))
	check("tls", optionsOf("", reflect.ValueOf(tlsconfig.Config{})))
	check("Options of all sandboxes", optionsOfType("SandboxEncoder"))
	for _, name := range plugin.TypeNames() {
		check(name, ownOptions(name))
	}
}

// ownOptions are those of a type without those that all sandboxes have.
func ownOptions(name string) []option {
	t, _ := plugin.Lookup(name)
	switch t.NewConfig().(type) {
	case *sandbox.InputConfig, *sandbox.DecoderConfig, *sandbox.FilterConfig, *sandbox.EncoderConfig, *sandbox.OutputConfig:
	default:
		return optionsOfType(name)
	}
	shared := map[option]bool{}
	for _, o := range optionsOfType("SandboxEncoder") {
		shared[o] = true
	}
	var list []option
	for _, o := range optionsOfType(name) {
		if !shared[o] {
			list = append(list, o)
		}
	}
	return list
}

// elsewhere stands for a default that is too long for a table; it stands below it.
const elsewhere = "see below"

func compare(t *testing.T, title, text string, want []option) {
	t.Helper()
	described := map[string]option{}
	for _, r := range rows(text, "option") {
		if len(r) != 4 {
			t.Errorf("%s: the row %q has %d cells, want 4", title, r, len(r))
			continue
		}
		name := strings.Trim(r[0], "`")
		if _, twice := described[name]; twice {
			t.Errorf("%s: %q is described twice", title, name)
		}
		described[name] = option{name, r[1], r[2]}
	}
	for _, o := range want {
		got, ok := described[o.name]
		delete(described, o.name)
		if ok && got.value == elsewhere && strings.Contains(oneLine(text), oneLine(strings.Trim(o.value, "`\""))) {
			got.value = o.value
		}
		switch {
		case !ok:
			t.Errorf("%s: option %q (%s, default %s) is not described", title, o.name, o.kind, o.value)
		case got != o:
			t.Errorf("%s: option %q is described as %s with default %s, but is %s with default %s", title, o.name, got.kind, got.value, o.kind, o.value)
		}
	}
	for name := range described {
		t.Errorf("%s: there is no option %q, or its default is that of all types", title, name)
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// Each example starts, without a complaint, and each type has one.
func TestExamplesOfConfiguration(t *testing.T) {
	share := shareDir(t)
	text := read(t, "configuration.md")
	for _, b := range blocks(text) {
		t.Run(fmt.Sprintf("line %d", b.line), func(t *testing.T) { build(t, share, b.text) })
	}
	list := headings(text)
	for _, name := range plugin.TypeNames() {
		h, _ := section(t, list, name)
		if examples := blocks(h.text); len(examples) != 1 || !strings.Contains(examples[0].text, `"`+name+`"`) {
			t.Errorf("configuration.md has no example of %s", name)
		}
	}
}

// What hekad's section accepts without effect is told there.
func TestOptionsWithoutEffect(t *testing.T) {
	h, _ := section(t, headings(read(t, "configuration.md")), "The whole collector")
	text, want := "[hekad]\n", 0
	for _, r := range rows(h.text, "option of `[hekad]`") {
		for _, name := range strings.Fields(strings.ReplaceAll(r[0], "`", "")) {
			value := "1"
			if name == "max_pack_idle" {
				value = `"1s"`
			}
			text += name + " = " + value + "\n"
			want++
		}
	}
	file := filepath.Join(t.TempDir(), "a.toml")
	write(t, file, text+"[o]\ntype = 'LogOutput'\nmessage_matcher = 'TRUE'\nencoder = 'PayloadEncoder'\n")
	_, found := config.Load(file, nil)
	if notes := found.Of(config.Note); want < 7 || len(notes) != want || len(found) != want {
		t.Errorf("want a note for each of %d options, got\n%s", want, found)
	}
}

var secretFile = regexp.MustCompile(`%FILE\[/etc/lma_collector/secrets/(\w+)\]`)

// build loads and builds a configuration as it stands in a document: the files that it names are made.
func build(t *testing.T, share, text string) {
	t.Helper()
	dir := t.TempDir()
	for _, m := range secretFile.FindAllStringSubmatch(text, -1) {
		write(t, filepath.Join(dir, m[1]), "secret")
	}
	write(t, filepath.Join(dir, "influxdb"), "secret")
	text = strings.ReplaceAll(text, "/etc/lma_collector/secrets", dir)
	file := filepath.Join(dir, "example.toml")
	write(t, file, text)
	conf, found := config.Load(file, func(name string) (string, bool) { return dir, name == "CREDENTIALS_DIRECTORY" })
	_, more := pipeline.Build(conf.Sections, pipeline.Settings{
		Hostname: "node-1", BaseDir: t.TempDir(), ShareDir: share, MaxMessageSize: config.DefaultMaxMessageSize,
		MaxMessageLoops: 4, MaxUnacknowledged: config.DefaultMaxUnacknowledged, Log: slog.New(slog.DiscardHandler),
	})
	if found = append(found, more...); len(found) > 0 {
		t.Errorf("the example\n%s\nis not right:\n%s", text, found)
	}
}

// shareDir is a share_dir as it is installed, with the scripts of lua.md.
func shareDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"alarms", "lua_modules"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(repository, name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, b := range blocks(read(t, "lua.md")) {
		if b.language == "lua" && b.file != "" {
			write(t, filepath.Join(dir, b.file), b.text)
		}
	}
	return dir
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
