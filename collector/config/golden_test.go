package config_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/plugin"
)

var update = flag.Bool("update", false, "rewrite the expected diagnostics")

// options are configurations of the shapes that plugins have.
type (
	tlsOptions struct {
		CertFile         string   `toml:"cert_file"`
		Ciphers          []string `toml:"ciphers"`
		SessionTicketKey string   `toml:"session_ticket_key" alias:"sesion_ticket_key"`
	}
	logstreamer struct {
		LogDirectory   string                    `toml:"log_directory"`
		FileMatch      string                    `toml:"file_match"`
		Priority       []string                  `toml:"priority"`
		Differentiator []string                  `toml:"differentiator"`
		Translation    map[string]map[string]int `toml:"translation"`
		OldestDuration time.Duration             `toml:"oldest_duration"`
	}
	listener struct {
		Address string              `toml:"address"`
		Headers map[string][]string `toml:"headers"`
		UseTLS  bool                `toml:"use_tls"`
		TLS     *tlsOptions         `toml:"tls"`
	}
	client struct {
		Address     string        `toml:"address"`
		URL         string        `toml:"url"`
		Username    string        `toml:"username"`
		Password    string        `toml:"password"`
		HTTPTimeout time.Duration `toml:"http_timeout" unit:"ms"`
		MaxRequests uint16        `toml:"max_open_requests" alias:"max_open_reqests"`
		Perm        string        `toml:"perm"`
		TLS         tlsOptions    `toml:"tls"`
	}
	sandbox struct {
		Filename        string         `toml:"filename"`
		ModuleDirectory string         `toml:"module_directory"`
		PreserveData    bool           `toml:"preserve_data"`
		Config          map[string]any `toml:"config"`
	}
)

// targetsOf makes what a section of a type is decoded into.
func targetsOf(typeName string) []any {
	retries := plugin.DefaultRetries()
	switch typeName {
	case "LogstreamerInput":
		return []any{&plugin.InputOptions{Retries: retries}, &logstreamer{}}
	case "TcpInput", "HttpListenInput":
		return []any{&plugin.InputOptions{Retries: retries}, &listener{}}
	case "TcpOutput", "HttpOutput", "ElasticSearchOutput", "KafkaOutput":
		return []any{&plugin.ConsumerOptions{Retries: retries}, &client{}}
	case "SandboxFilter":
		return []any{&plugin.ConsumerOptions{Retries: retries}, &sandbox{}}
	case "SandboxDecoder":
		return []any{&sandbox{}}
	case "RegexSplitter":
		return []any{&plugin.SplitterOptions{}, &struct {
			Delimiter    string `toml:"delimiter"`
			DelimiterEOL bool   `toml:"delimiter_eol"`
		}{}}
	}
	var anything map[string]any
	return []any{&anything}
}

func environment(vars map[string]string) config.Lookup {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

var goldenEnv = environment(map[string]string{
	"SECTION": "from_env", "LINES": "a\nb", "QUOTED": `it's "quoted"`, "PASSWORD": "hunter2hunter2", "PORT": "9125",
})

// findings loads a path, decodes all sections and lists everything found, with excerpts.
func findings(path string) string {
	c, found := config.Load(path, goldenEnv)
	for _, s := range c.Sections {
		found = append(found, s.Decode(targetsOf(s.Type)...)...)
	}
	found.Sort()
	var b strings.Builder
	for _, d := range found {
		b.WriteString(d.Class + " " + d.String() + "\n")
		if d.Excerpt != "" {
			b.WriteString("    " + strings.ReplaceAll(d.Excerpt, "\n", "\n    ") + "\n")
		}
	}
	return b.String()
}

// TestFindings compares all that is found in each configuration of testdata/check with what is
// expected to be. A configuration is a file, or a directory whose name ends in .d.
func TestFindings(t *testing.T) {
	expected, err := filepath.Abs("testdata/check")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(privateCopy(t, expected))
	paths, err := filepath.Glob("*")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, path := range paths {
		if strings.HasSuffix(path, ".expected") {
			continue
		}
		n++
		t.Run(path, func(t *testing.T) { compare(t, filepath.Join(expected, path+".expected"), findings(path)) })
	}
	if n < 20 {
		t.Errorf("%d configurations, want at least 20", n)
	}
}

// privateCopy copies a directory, since a checkout does not keep modes: others can read only the file
// that is named for it.
func privateCopy(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(to, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		mode := fs.FileMode(0o640)
		if strings.HasPrefix(e.Name(), "world_readable") {
			mode = 0o644
		}
		return os.Chmod(path, mode)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: found\n%swant\n%s", file, got, want)
	}
}
