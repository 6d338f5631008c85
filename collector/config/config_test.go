package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/plugin"
)

// write puts files into a new directory.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// loaded loads one file's text, which must be without errors.
func loaded(t *testing.T, text string, vars map[string]string) *config.Config {
	t.Helper()
	c, found := config.Load(filepath.Join(write(t, map[string]string{"x.toml": text}), "x.toml"), environment(vars))
	if found.HasErrors() {
		t.Fatal(found)
	}
	return c
}

// section finds a plugin's section, nil for none.
func section(c *config.Config, name string) *config.Section {
	for _, s := range c.Sections {
		if s.Name == name {
			return s
		}
	}
	return nil
}

func TestLMAConfiguration(t *testing.T) {
	c, found := config.Load("testdata/check/lma.d", nil)
	if found.HasErrors() {
		t.Fatal(found)
	}
	if len(c.Sections) != 12 || len(c.Files) != 13 {
		t.Errorf("%d sections of %d files", len(c.Sections), len(c.Files))
	}
	if c.Sections[0].Name != "openstack_decoder" || section(c, "DashboardOutput").Type != "DashboardOutput" {
		t.Errorf("first section %q, dashboard %+v", c.Sections[0].Name, section(c, "DashboardOutput"))
	}
	want := config.DefaultGlobals()
	want.MaxProcs, want.BaseDir, want.Hostname, want.MaxMessageSize = 4, "/var/cache/log_collector", "node-1", 262144
	if !reflect.DeepEqual(c.Globals, want) {
		t.Errorf("globals %+v, want %+v", c.Globals, want)
	}
	var in plugin.InputOptions
	var ls logstreamer
	if d := section(c, "nova_logstreamer").Decode(&in, &ls); len(d) > 0 {
		t.Error(d)
	}
	if in.Decoder != "openstack_decoder" || ls.FileMatch != `(?P<Service>.+)\.log\.?(?P<Seq>\d*)$` ||
		!reflect.DeepEqual(ls.Differentiator, []string{"nova", "_", "Service"}) {
		t.Errorf("%+v %+v", in, ls)
	}
	var sb sandbox
	var con plugin.ConsumerOptions
	if d := section(c, "afd_node_controller_cpu_filter").Decode(&con, &sb); len(d) > 0 {
		t.Error(d)
	}
	if con.TickerInterval != 10 || sb.Config["activate_alerting"] != true || sb.Config["afd_type"] != "node" {
		t.Errorf("%+v %+v", con, sb)
	}
}

func TestDecode(t *testing.T) {
	type retries struct {
		Delay time.Duration `toml:"delay"`
	}
	type shared struct {
		Ticker uint `toml:"ticker_interval"`
	}
	type options struct {
		shared
		Name        string                    `toml:"name"`
		Flag        *bool                     `toml:"flag"`
		Unset       *bool                     `toml:"unset"`
		Kept        string                    `toml:"kept"`
		Interval    time.Duration             `toml:"flush_interval" unit:"ms"`
		Half        time.Duration             `toml:"half" unit:"s"`
		Ratio       float64                   `toml:"ratio"`
		Ints        []int                     `toml:"ints"`
		Pair        [2]int                    `toml:"pair"`
		Headers     map[string][]string       `toml:"headers"`
		Translation map[string]map[string]int `toml:"translation"`
		Free        map[string]any            `toml:"free"`
		Rows        []retries                 `toml:"rows"`
		Retries     retries                   `toml:"retries"`
		Mode        string                    `toml:"mode"`
		Any         any                       `toml:"any"`
		Since       time.Time                 `toml:"since"`
		Size        config.Bytes              `toml:"size"`
		Big         uint64                    `toml:"big"`
		Rest        int                       // no option
	}
	c := loaded(t, `
[x]
type = "TestOutput"
NAME = "a"
flag = false
ticker_interval = 5
flush_interval = 1500
half = 0.5
ratio = 2
ints = [1, 2, 3]
pair = [4, 5]
mode = "0644"
any = ["a", 1, true]
since = 2024-05-01T10:00:00Z
size = "1.5 MiB"
big = 9223372036854775807
headers = { Accept = ["a", "b"] }
  [x.retries]
  delay = "1m30s"
  [x.translation.Day]
  lunes = 1
  missing = -5
  [x.free.deep]
  list = [{ a = 1 }, { a = "b" }]
  [[x.rows]]
  delay = "1s"
  [[x.rows]]
  delay = "2s"
`, nil)
	got := options{Kept: "kept"}
	var again shared // a second target that knows some of the options
	if d := section(c, "x").Decode(&got, &again); len(d) > 0 {
		t.Fatal(d)
	}
	no := false
	want := options{
		shared: shared{5}, Name: "a", Flag: &no, Kept: "kept", Interval: 1500 * time.Millisecond, Half: 500 * time.Millisecond, Ratio: 2,
		Ints: []int{1, 2, 3}, Pair: [2]int{4, 5}, Headers: map[string][]string{"Accept": {"a", "b"}},
		Translation: map[string]map[string]int{"Day": {"lunes": 1, "missing": -5}},
		Free:        map[string]any{"deep": map[string]any{"list": []any{map[string]any{"a": int64(1)}, map[string]any{"a": "b"}}}},
		Rows:        []retries{{time.Second}, {2 * time.Second}}, Retries: retries{90 * time.Second}, Mode: "0644",
		Any: []any{"a", int64(1), true}, Since: time.Date(2024, 5, 1, 10, 0, 0, 0, time.UTC), Size: 3 << 19, Big: 1<<63 - 1,
	}
	if !got.Since.Equal(want.Since) {
		t.Errorf("since %v", got.Since)
	}
	got.Since = want.Since
	if free := got.Free["deep"].(map[string]any)["list"]; reflect.TypeOf(free) == reflect.TypeOf([]map[string]any{}) {
		want.Free["deep"].(map[string]any)["list"] = []map[string]any{{"a": int64(1)}, {"a": "b"}}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if again.Ticker != 5 {
		t.Errorf("the second target has ticker_interval %d", again.Ticker)
	}
}

// An option that two targets know as tables goes into both, and each key need only be known to one.
func TestDecodeSharedTable(t *testing.T) {
	c := loaded(t, "[x]\n[x.tls]\ncert_file = \"c\"\nextra = 1\n", nil)
	var a struct {
		TLS struct {
			Cert string `toml:"cert_file"`
		} `toml:"tls"`
	}
	var b struct {
		TLS *struct {
			Extra int `toml:"extra"`
		} `toml:"tls"`
	}
	if d := section(c, "x").Decode(&a, &b); len(d) > 0 {
		t.Fatal(d)
	}
	if a.TLS.Cert != "c" || b.TLS == nil || b.TLS.Extra != 1 {
		t.Errorf("%+v %+v", a, b)
	}
}

func TestPosition(t *testing.T) {
	c := loaded(t, `# one
[first]
address = """%ENV[LINES]"""

  [tcp:5565]
	Ticker = [
	  1, # a comment
	]
  tls = { ciphers = ["a"], "a key" = 1, RemoteIP|ipv4 = 2 }
  text = '''
[no section]
no = "key"
'''
  RemoteIP|ipv4 = 1
  [tcp:5565.retries]
  delay = "1s"
  [[tcp:5565.rule]]
  metric = "a"
  [[tcp:5565.rule]]
  metric = "b"
`, map[string]string{"LINES": "a\nb\nc\n"})
	s := section(c, "tcp:5565")
	if s == nil || s.Line != 5 || s.Type != "tcp:5565" {
		t.Fatalf("section %+v of %+v", s, c.Sections)
	}
	for _, p := range []struct {
		option    string
		line, col int
	}{
		{"", 5, 3},
		{"ticker", 6, 2},
		{"tls", 9, 3},
		{"tls.ciphers", 9, 11},
		{"tls.a key", 9, 28},
		{"tls.RemoteIP|ipv4", 9, 41},
		{"text", 10, 3},
		{"remoteip|ipv4", 14, 3},
		{"retries", 15, 3},
		{"retries.delay", 16, 3},
		{"retries.max_delay", 15, 3},
		{"rule[0].metric", 18, 3},
		{"rule[1].metric", 20, 3},
		{"rule[1].threshold", 19, 3},
		{"missing", 5, 3},
	} {
		if line, col := s.Position(p.option); line != p.line || col != p.col {
			t.Errorf("%q at %d:%d, want %d:%d", p.option, line, col, p.line, p.col)
		}
	}
}

// A misspelt option is found by its right name, where a plugin complains of its value.
func TestPositionOfMisspelt(t *testing.T) {
	s := section(loaded(t, "[x]\ntype = \"KafkaOutput\"\n\nmax_open_reqests = 3\n", nil), "x")
	s.Decode(targetsOf("KafkaOutput")...)
	got := s.Report(config.Error, config.ClassBadValue, "max_open_requests", "too few", "").String()
	if want := s.File + ":4:1: error: too few"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestReferences(t *testing.T) {
	dir := write(t, map[string]string{"secret": "s3cret word\n", "crlf": "two\r\n", "cred": "fr0m systemd"})
	c := loaded(t, `
[x]
url = "%FILE[`+dir+`/secret]"
password = "%CRED[cred]"
list = ["%FILE[`+dir+`/crlf]"]
delay = "%CRED[cred]"
port = "%ENV[PORT]"
`, map[string]string{"CREDENTIALS_DIRECTORY": dir, "PORT": "a port"})
	s := section(c, "x")
	var got struct {
		URL      string        `toml:"url"`
		Password string        `toml:"password"`
		List     []string      `toml:"list"`
		Delay    time.Duration `toml:"delay"`
		Port     time.Duration `toml:"port"`
	}
	d := s.Decode(&got)
	if got.URL != "s3cret word" || got.Password != "fr0m systemd" || got.List[0] != "two" {
		t.Errorf("%+v", got)
	}
	if len(d) != 2 || strings.Contains(d.String(), "systemd") || strings.Contains(d.String(), "a port") {
		t.Errorf("%s", d)
	}
	for option, want := range map[string]bool{"url": true, "password": true, "list[0]": true, "api_key": true, "type": false, "port": true} {
		if got := s.Concealed(option); got != want {
			t.Errorf("option %s concealed: %v", option, got)
		}
	}
	text := s.Redact("cannot log in with s3cret word: fr0m systemd at http://me:pw@host/")
	if text != "cannot log in with [hidden]: [hidden] at http://me:[hidden]@host/" {
		t.Errorf("redacted: %s", text)
	}
}

func TestReferenceOutsideCredentials(t *testing.T) {
	file := filepath.Join(write(t, map[string]string{"x.toml": "[x]\npassword = \"%CRED[../passwd]\"\n"}), "x.toml")
	_, found := config.Load(file, environment(map[string]string{"CREDENTIALS_DIRECTORY": "/run"}))
	want := file + ":2:1: error: cannot resolve %CRED[../passwd]: a credential's name is a file name without directories\n"
	if found.String() != want {
		t.Errorf("%s", found)
	}
}

func TestUnreadable(t *testing.T) {
	dir := write(t, map[string]string{"a.toml": "[x]\n"})
	if err := os.Mkdir(filepath.Join(dir, "b.toml"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nothing", filepath.Join(dir, "c.toml")); err != nil {
		t.Fatal(err)
	}
	c, found := config.Load(dir, nil)
	want := dir + "/b.toml: error: cannot read the file: is a directory\n" +
		dir + "/c.toml: error: cannot read the file: no such file or directory\n"
	if found.String() != want || section(c, "x") == nil {
		t.Errorf("%v\n%s", section(c, "x"), found)
	}
	_, found = config.Load(filepath.Join(dir, "none"), nil)
	want = dir + "/none: error: cannot read the configuration: no such file or directory (name a file or a directory with --config)\n"
	if found.String() != want {
		t.Error(found)
	}
}

func TestTooLargeAndTooDeep(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("#\n", 5<<20):                   "larger than",
		"[x]\na = " + strings.Repeat("[", 1<<20):       "nested more than 64 deep",
		"[x]\na" + strings.Repeat(".a", 1<<20) + " =1": "nested more than 64 deep",
		"[x]\na = " + strings.Repeat("{a=", 1<<20):     "nested more than 64 deep",
		"\x00\x00": "NULL",
	} {
		file := filepath.Join(write(t, map[string]string{"x.toml": text}), "x.toml")
		_, found := config.Load(file, nil)
		if len(found.Errors()) != 1 || !strings.Contains(found[0].Text, want) {
			t.Errorf("want %q, found %s", want, found)
		}
	}
}

type positionedRule struct {
	Metric string `toml:"metric"`
	at     string
}

func (r *positionedRule) SetPosition(file string, line, col int) {
	r.at = config.Diagnostic{File: file, Line: line, Column: col}.String()
}

// Other files of lists of tables, such as alarm definitions, are decoded with their places too.
func TestParse(t *testing.T) {
	root, found := config.Parse("a.toml", []byte("type = \"x\"\n[[alarm]]\nname = \"a\"\n  [[alarm.rule]]\n  metric = \"m\"\n  metrc = 1\n[[alarm]]\n"), nil)
	if len(found) > 0 {
		t.Fatal(found)
	}
	var file struct {
		Type  string `toml:"type"`
		Alarm []struct {
			Name string           `toml:"name"`
			Rule []positionedRule `toml:"rule"`
		} `toml:"alarm"`
	}
	d := root.Decode(&file)
	if want := "a.toml:6:3: error: [alarm[0].rule[0]] has no option \"metrc\" (did you mean \"metric\"?)\n"; d.String() != want {
		t.Errorf("%s", d)
	}
	if len(file.Alarm) != 2 || file.Alarm[0].Rule[0].Metric != "m" || !strings.HasPrefix(file.Alarm[0].Rule[0].at, "a.toml:4:3:") {
		t.Errorf("%+v", file)
	}
	if root, found = config.Parse("b.toml", []byte("a = "), nil); root != nil || !found.HasErrors() {
		t.Errorf("%v %v", root, found)
	}
}
