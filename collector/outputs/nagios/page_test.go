package nagios

import (
	"strings"
	"testing"
)

func TestJudgePage(t *testing.T) {
	f := func(text string, want verdict, wantText string) {
		t.Helper()
		if got := judgePage([]byte(text)); got != want {
			t.Errorf("%.60q: verdict %d, want %d", text, got, want)
		}
		same(t, "text", pageText([]byte(text)), wantText)
	}
	const title = "External Command Interface"
	f(page(t, "cmd_success.html"), taken, title)
	f(page(t, "cmd_csrf_error.html"), needsForm, title)
	f(page(t, "cmd_unknown_service.html"), unauthorized, "Sorry, but you are not authorized to commit the specified command.")
	f(page(t, "cmd_form.html"), unclear, title)
	f("", taken, "")
	f("OK\n", taken, "OK")
	f(`<html><DIV class="errorMessage">Plugin output cannot be blank</DIV>`, blankOutput, "Plugin output cannot be blank")
	f("<!DOCTYPE html><HTML>hello", unclear, "<!DOCTYPE html><HTML>hello")
}

func TestFormID(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		same(t, text, formID([]byte(text)), want)
	}
	same(t, "recorded", formID([]byte(page(t, "cmd_form.html"))), "3d1b58ba507ed7ab")
	f(`<input type="hidden" name="nagFormId" value="AbC09">`, "AbC09")
	f(`<INPUT NAME=nagFormId VALUE=12>`, "12")
	f(`name='nagFormId' value=''`, "")
	f(`name='nagFormId' value='`+strings.Repeat("a", 129)+`'`, "")
	f(`name='other' value='12'`, "")
}

func FuzzPage(f *testing.F) {
	for _, name := range []string{"cmd_form", "cmd_success", "cmd_csrf_error", "cmd_unknown_service"} {
		f.Add([]byte(page(f, name+".html")))
	}
	f.Add([]byte("<html>\xff<DIV CLASS='errorMessage'>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if v := judgePage(body); v < taken || v > unclear {
			t.Errorf("verdict %d", v)
		}
		if s := pageText(body); strings.ContainsAny(s, "\n\x00\x1b") || len(s) > 700 {
			t.Errorf("text %q", s)
		}
		if id := formID(body); len(id) > 128 || strings.ContainsAny(id, "'\"<> &=\n") {
			t.Errorf("id %q", id)
		}
	})
}
