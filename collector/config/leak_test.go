package config_test

import (
	"strings"
	"testing"

	"lma_collector/collector/config"
)

// Whatever is wrong with a file, its secrets are not in what is said about it. Each byte of a good file
// is left out, and each of some bytes is put before it.
func TestNoSecretIsShown(t *testing.T) {
	const secret = "Zq7-Zq7"
	text := "[x]\ntype = \"HttpOutput\"\npassword = \"" + secret + "\"\n" +
		"url = \"http://lma:" + secret + "@host\"\nhttp_timeout = \"%ENV[P]\"\n" +
		"message_matcher = \"\"\"a %ENV[P]\"\"\"\nuse_tls = %ENV[P]\n" +
		"[x.tls]\nsession_ticket_key = '''\n" + secret + "\n'''\n"
	good := "[x.headers]\nAuthorization = [\"Basic " + secret + "\"]\napi_key = { nested = \"" + secret + "\" }\n"
	env := environment(map[string]string{"P": secret + "\n" + secret})
	reports := 0
	try := func(text string) {
		root, found := config.Parse("x.toml", []byte(text), env)
		if root != nil {
			var file struct {
				X client `toml:"x"`
			}
			found = append(found, root.Decode(&file)...)
		}
		for _, d := range found {
			reports++
			if said := d.String() + d.Excerpt; strings.Contains(said, "Zq7") {
				t.Fatalf("%s\nof %s", said, text)
			}
		}
	}
	for _, base := range []string{text, good, strings.ReplaceAll(text, "use_tls = %ENV[P]\n", "")} {
		try(base)
		for i := range base {
			if strings.Contains("-Zq7", base[i:i+1]) { // the secret itself would be another one
				continue
			}
			try(base[:i] + base[i+1:])
			for _, c := range "\"'=\n[]{}#,.\\ " {
				try(base[:i] + string(c) + base[i:])
			}
		}
	}
	if reports < 1000 {
		t.Errorf("only %d reports", reports)
	}
}
