package web

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// golden compares with a file of testdata; UPDATE_GOLDEN=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (UPDATE_GOLDEN=1 accepts); got\n%s", path, got)
	}
}

func TestPages(t *testing.T) {
	s := fixed(t)
	s.openToken()
	edition := regexp.MustCompile(`name="edition" content="[0-9a-f]+"`)
	folder := regexp.MustCompile(`cat \S+/status_token`)
	for _, c := range []struct{ file, path, token string }{
		{"overview.html", "/", s.token.get()},
		{"without_token.html", "/", ""},
		{"filtered.html", "/?q=EXCEPTION&severity=error&program=nova", s.token.get()},
		{"plugin.html", "/plugins/nova_logstreamer", ""},
		{"plugin_script.html", "/plugins/door_filter", ""},
		{"plugin_waiting.html", "/plugins/elasticsearch_output", ""},
	} {
		w := get(s, c.path, c.token)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %s", c.path, w.Code, w.Header().Get("Content-Type"))
		}
		body := edition.ReplaceAllString(w.Body.String(), `name="edition" content="0"`)
		golden(t, c.file, folder.ReplaceAllString(body, "cat BASE_DIR/status_token"))
	}
}

// BenchmarkOverview is what a page that follows costs each second, at most, with a full ring of logs.
func BenchmarkOverview(b *testing.B) {
	s := fixed(b)
	for range keptLogs {
		s.LogSeen(logMessage(b, 4, "nova-compute", "While synchronizing instance power states, found 3 instances in the database"))
	}
	b.ReportAllocs()
	for b.Loop() {
		st := stream{s: s, sent: map[string]string{}, parts: overviewParts}
		st.view = func() *view { return s.overview(logFilter{Severity: 7}, true) }
		if err := st.gather(); err != nil {
			b.Fatal(err)
		}
	}
}
