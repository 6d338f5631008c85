package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseForeign(t *testing.T) {
	list, found := ParseForeign("counter.toml", "[counter]\ntype = \"SandboxFilter\"\nmessage_matcher = \"TRUE\"\n[counter.config]\nn = 1\n[other]\n")
	if len(list) != 2 || len(found) != 0 || list[0].Name != "counter" || list[0].Type != "SandboxFilter" || list[1].Name != "other" {
		t.Fatalf("%+v, %v", list, found)
	}
	var o struct {
		Matcher string         `toml:"message_matcher"`
		Config  map[string]any `toml:"config"`
	}
	if found := list[0].Decode(&o); len(found) != 0 || o.Matcher != "TRUE" || o.Config["n"] != int64(1) {
		t.Errorf("%+v, %v", o, found)
	}
}

// A text from elsewhere must not read this machine's files and variables.
func TestParseForeignResolvesNothing(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SECRET_FOR_TEST", "hunter2")
	t.Setenv("CREDENTIALS_DIRECTORY", filepath.Dir(secret))
	for _, value := range []string{
		`"%FILE[` + secret + `]"`, `"\u0025FILE[` + secret + `]"`, `"\x"`, `'''%FILE[` + secret + `]'''`, `"%CRED[secret]"`, `"%ENV[SECRET_FOR_TEST]"`, `["%CRED[secret]"]`, `"x%FILE[` + secret + `]"`,
	} {
		list, found := ParseForeign("x.toml", "[x]\n[x.config]\nv = "+value+"\n")
		if !found.HasErrors() || list != nil {
			t.Errorf("%s: %v %v", value, list, found)
		}
		for _, d := range found {
			if strings.Contains(d.String(), "hunter2") {
				t.Errorf("%s: told in %s", value, d)
			}
		}
	}
	for _, text := range []string{"a = 1", "[[x]]\na = 1", "[x\n", "x = []"} {
		if _, found := ParseForeign("x.toml", text); !found.HasErrors() {
			t.Errorf("%q: no error", text)
		}
	}
}
