package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"lma_collector/collector/message"
)

func TestLogRingKeepsTheNewest(t *testing.T) {
	r := newLogRing()
	for i := range keptLogs + 7 {
		r.add(logMessage(t, 6, fmt.Sprintf("program-%d", i%3), fmt.Sprintf("line %d", i)), noon)
	}
	list, seen := r.newest(logFilter{Severity: 7}, keptLogs)
	if len(list) != keptLogs || seen != keptLogs+7 {
		t.Fatalf("%d entries, %d seen", len(list), seen)
	}
	if list[0].Text != "line 506" || list[0].Number != 507 || list[keptLogs-1].Text != "line 7" {
		t.Errorf("from %q (%d) to %q", list[0].Text, list[0].Number, list[keptLogs-1].Text)
	}
	if got := strings.Join(r.programs(), " "); got != "program-0 program-1 program-2" {
		t.Errorf("programs %q", got)
	}
	if list, _ := r.newest(logFilter{Severity: 7}, 3); len(list) != 3 {
		t.Errorf("asked for 3, got %d", len(list))
	}
}

func TestLogRingBoundsWhatItKeeps(t *testing.T) {
	r := newLogRing()
	r.add(logMessage(t, 2, strings.Repeat("p", 1000), strings.Repeat("é", 5000)), noon)
	list, _ := r.newest(logFilter{Severity: 7}, 1)
	e := list[0]
	if len(e.Text) != maxLogText || !utf8.ValidString(e.Text) || e.CutBytes != 10000-maxLogText || len(e.Program) != maxLogLabel {
		t.Errorf("text of %d bytes, %d cut, program of %d", len(e.Text), e.CutBytes, len(e.Program))
	}
	if e.SeverityLabel != "CRITICAL" || e.Hostname != "ctl1" || e.Logger != "openstack.nova" {
		t.Errorf("%+v", e)
	}
}

func TestLogRingCopies(t *testing.T) {
	message.PoisonReleased(true)
	defer message.PoisonReleased(false)
	r := newLogRing()
	b := message.NewBatch()
	b.Append(&message.Draft{Payload: "still here", Hostname: "ctl9"})
	r.add(b.At(0), noon)
	b.Release()
	list, _ := r.newest(logFilter{Severity: 7}, 1)
	if list[0].Text != "still here" || list[0].Hostname != "ctl9" || !list[0].Time.Equal(noon) || list[0].SeverityLabel != "DEBUG" {
		t.Errorf("%+v", list[0])
	}
}

func TestLogFilter(t *testing.T) {
	e := LogEntry{Severity: 3, Text: "No valid host was found", Program: "nova-scheduler", Hostname: "ctl1", Logger: "openstack.nova"}
	for query, want := range map[string]bool{
		"": true, "q=VALID": true, "q=ctl1": true, "q=openstack": true, "q=absent": false, "program=Nova": true, "program=cinder": false,
		"severity=error": true, "severity=critical": false, "severity=WARNING": true, "severity=2": false, "severity=3": true,
		"severity=9": true, "severity=nonsense": true, "q=host&program=nova&severity=error": true, "q=host&program=nova&severity=critical": false,
	} {
		values, _ := url.ParseQuery(query)
		if got := newLogFilter(values).takes(&e); got != want {
			t.Errorf("%q: %t, want %t", query, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"plain é 漢字 🙂":     "plain é 漢字 🙂",
		"a\tb\nc":          "a\tb\nc",
		"\x1b[31mred\x07":  `\x1b[31mred\a`,
		"a\u202egnp.exe":   `a\u202egnp.exe`,
		"zero\u200bwidth":  `zero\u200bwidth`,
		"bad \xff\xc3 end": `bad \xff\xc3 end`,
		"nul\x00":          `nul\x00`,
		"\ufffd is fine":   "\ufffd is fine",
	} {
		if got := clean(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b\u202e\xff")
	f.Add(hostile)
	f.Fuzz(func(t *testing.T, text string) {
		got := clean(text)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, invisible) {
			t.Errorf("%q becomes %q", text, got)
		}
		if again := clean(got); again != got {
			t.Errorf("%q becomes %q, then %q", text, got, again)
		}
		if short := cut(text, 10); len(short) > 10 || !strings.HasPrefix(text, short) {
			t.Errorf("%q is cut to %q", text, short)
		}
	})
}

func TestHostileLogIsText(t *testing.T) {
	s := fixed(t)
	s.openToken()
	s.LogSeen(logMessage(t, 3, `"><script>alert(1)</script>`, hostile+"\n"+hostile))
	body := get(s, "/?q="+url.QueryEscape(`"><script>alert(2)</script>`), s.token.get()).Body.String() +
		get(s, "/", s.token.get()).Body.String()
	for _, part := range []string{"<img", "<script>", "alert(1)</script>", "alert(2)</script>"} {
		if strings.Contains(body, part) {
			t.Errorf("the page has %q of a log in it", part)
		}
	}
	wantContains(t, body, "&lt;img src=x onerror=")
}

func BenchmarkLogSeen(b *testing.B) {
	s := fixed(b)
	m := logMessage(b, 6, "nova-api", strings.Repeat("x", 200))
	b.ReportAllocs()
	for b.Loop() {
		s.LogSeen(m)
	}
}
