package config

import (
	"reflect"
	"strings"
	"testing"
)

func TestSecret(t *testing.T) {
	for option, want := range map[string]bool{
		"password": true, "Password": true, "root_password": true, "http-password": true, "api_key": true, "apikey": true,
		"X-API-Key": true, "hmac_key": true, "token": true, "auth_token": true, "Authorization": true, "session_ticket_key": true,
		"password_file": false, "token_path": false, "key_file": false, "cert_file": false, "routing_key": false,
		"username": false, "tokens_per_line": false, "delimiter": false, "": false, "passwords": false,
	} {
		if got := Secret(option); got != want {
			t.Errorf("Secret(%q) = %v", option, got)
		}
	}
	for _, word := range strings.Fields("password passwd passphrase pass secret token apikey authorization credential credentials cookie " +
		"api_key hmac_key ticket_key access_key private_key secret_key signing_key") {
		if !Secret("my_"+word) || !Secret(word+"_2") {
			t.Errorf("%s is shown", word)
		}
		for _, last := range strings.Fields("file path dir directory env name url ttl") {
			if Secret(word + "_" + last) {
				t.Errorf("%s_%s is hidden", word, last)
			}
		}
	}
}

func TestRedactURLs(t *testing.T) {
	for text, want := range map[string]string{
		"http://a:b@c/d and amqp://u:p%40@h": "http://a:[hidden]@c/d and amqp://u:[hidden]@h",
		"http://a@c/":                        "http://a@c/",
		"http://host:80/x@y":                 "http://host:80/x@y",
		"redis://:secret@h":                  "redis://:[hidden]@h",
		"nothing":                            "nothing",
	} {
		if got := RedactURLs(text); got != want {
			t.Errorf("%q -> %q", text, got)
		}
	}
}

func TestNearest(t *testing.T) {
	valid := []string{"address", "address_family", "log_directory", "file_match", "ticker_interval", "url"}
	for name, want := range map[string]string{
		"adress": "address", "logdirectory": "log_directory", "File-Match": "file_match", "ticker_intervall": "ticker_interval",
		"fiel_match": "file_match", "urls": "url", "x": "", "completely": "", "uri": "url",
	} {
		if got := Nearest(name, valid); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]Bytes{
		"0": 0, "17": 17, "1KiB": 1024, "64 MiB": 64 << 20, "1.5 GiB": 3 << 29, "2 kB": 2000, "1g": 1 << 30, " 7 b ": 7,
		"": -1, "-1": -1, "1 lot": -1, "MiB": -1, "1e30": -1, "99999999 TiB": -1, "NaN": -1, "1..5": -1,
	} {
		got, ok := parseBytes(text)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestOffsets(t *testing.T) {
	text, at := apply("0123456789", []edit{{7, 9, ""}, {2, 3, "abcd"}, {4, 6, "xy"}})
	if text != "01abcd3xy69" {
		t.Fatalf("%q", text)
	}
	var got []int
	for i := range len(text) + 1 {
		got = append(got, at.before(i))
	}
	if want := []int{0, 1, 2, 2, 2, 2, 3, 4, 5, 6, 9, 10}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// What hekad's TOML took becomes TOML, on the same lines.
func TestRewrite(t *testing.T) {
	for text, want := range map[string]string{
		"[tcp:5565]":                       `["tcp:5565"]`,
		"[ a . b:c . \"d:e\" ]":            "[ a . \"b:c\" . \"d:e\" ]",
		"[[a:b]]":                          `[["a:b"]]`,
		"[10.0.0.1:5565]":                  `[10.0.0."1:5565"]`,
		"[x]\nUrl|uri = 1":                 "[x]\n\"Url|uri\" = 1",
		"[x]\nt = { a|b = 1, c = {d|e=2}}": "[x]\nt = { \"a|b\" = 1, c = {\"d|e\"=2}}",
		"größe = 1":                        "\"größe\" = 1",
		"a = \"http:\\/\\/h\" ":            "a = \"http:\\u002f\\u002fh\" ",
		"a = '\\/' # \\/ [x:y]":            "a = '\\/' # \\/ [x:y]",
		"a = '''\n[x:y]\na|b = 1\n'''":     "a = '''\n[x:y]\na|b = 1\n'''",
		"a = \"\"\"\n\\\"\"\"\nx|y = 2\"\"\"\"\nb|c = 1": "a = \"\"\"\n\\\"\"\"\nx|y = 2\"\"\"\"\n\"b|c\" = 1",
		"a = [ # ]\n '[b:c]',\n]\nx|y = 1":               "a = [ # ]\n '[b:c]',\n]\n\"x|y\" = 1",
		"[x]\nm = 'a'\nm = 'b'":                          "[x]\n       \nm = 'b'",
		"[x]\nm|n = '''a\r\nb''' # c\nm|n = 2":           "[x]\n          \r\n     # c\n\"m|n\" = 2",
		"[x]\na=1\na=2\na=3":                             "[x]\n   \n   \na=3",
		"[[x]]\na=1\n[[x]]\na=1\n[x.y]\nb=1":             "[[x]]\na=1\n[[x]]\na=1\n[x.y]\nb=1",
		"\"a.b\" = 1\na.b = 1":                           "\"a.b\" = 1\na.b = 1",
		"[x]\n[y]\n[x]\na=1":                             "[x]\n[y]\n[\"\\u00008\"]\na=1",
		"a b|c = 1\nd ? 1\n= 1":                          "a b|c = 1\nd ? 1\n= 1",
		"a = \"open\nb|c = 1":                            "a = \"open\n\"b|c\" = 1",
	} {
		got, _ := apply(text, outlined(scan(text)).edits)
		if got != want {
			t.Errorf("%q\n became %q\n     want %q", text, got, want)
		}
	}
}

func TestEnvName(t *testing.T) {
	for rest, want := range map[string]string{
		"A]b]": "A", "]": "", "A": "!Missing closing delimiter", "A B]": "!Invalid characters in environmental variable",
		"A\n]": "!Invalid characters in environmental variable", "A%ENV[B]]": "!Invalid characters in environmental variable",
	} {
		name, bad := envName(rest)
		if bad != "" {
			name = "!" + bad
		}
		if name != want {
			t.Errorf("%q: %q, want %q", rest, name, want)
		}
	}
}
