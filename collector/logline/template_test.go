package logline

import (
	"strings"
	"testing"
	"time"

	"lma_collector/collector/timeparse"
)

func TestTemplateMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "the template is empty",
		"%TIMESTAMP":                 "a property without its closing % at character 1 of the template",
		"%TIMESTAMP% %NOSUCH%":       `invalid rsyslog property "NOSUCH" at character 13 of the template`,
		`%msg%\q`:                    `unknown escape \q at character 6 of the template`,
		`%msg%\`:                     "a lone backslash at character 6 of the template",
		"%HOSTNAME:::date-rfc3339%":  "option date-rfc3339 of %hostname%, which is no time at character 1 of the template",
		"%msg:::no-such-option%":     `unknown option "no-such-option" of %msg% at character 1 of the template`,
		"%TIMESTAMP% %HOSTNAME%%PRI": "a property without its closing % at character 23 of the template",
	} {
		if _, err := parseTemplate(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestReaderNamesTheOption(t *testing.T) {
	_, err := newSyslogReader("%msg%", "%NOSUCH%")
	want := `fallback_syslog_pattern: invalid rsyslog property "NOSUCH" at character 1 of the template; write it as in rsyslog, such as "<%PRI%>%TIMESTAMP% %HOSTNAME% %syslogtag%%msg%\\n"`
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestTemplates(t *testing.T) {
	z := timeparse.InZone(time.UTC)
	for _, c := range []struct{ template, line, program, message string }{
		{`%TIMESTAMP% %HOSTNAME% %syslogtag%%msg%\n`, "Nov 20 07:18:44 ctl1 cron[9]: x", "cron", " x"},
		{"%TIMESTAMP% %HOSTNAME% %syslogtag%%msg%\n", "Nov 20 07:18:44 ctl1 cron[9]: x", "cron", " x"},
		{`%timegenerated:::date-mysql%\t%source%\t%programname%:;%msg%;end`, "2026-11-20 07:18:44\tctl1\tcron:;x;end", "cron", "x"},
		{`%TIMESTAMP:::date-pgsql% %procid% %iut% %structured-data% %msgid% %syslogfacility% %rawmsg%`, "2026-11-20 07:18:44 77 1 - id 4 all of it", "", "all of it"},
		{`%pri-text% %msg%`, "", "", ""},
	} {
		tmpl, err := parseTemplate(c.template)
		if c.line == "" {
			if err == nil {
				t.Errorf("%s is taken", c.template)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var h Syslog
		if !tmpl.Match(&h, c.line, z, 1795161600e9) || h.Program != c.program || h.Message != c.message || h.Time != 1795159124e9 {
			t.Errorf("%s: program %q, message %q, time %d", c.template, h.Program, h.Message, h.Time)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add(`<%PRI%>%TIMESTAMP% %HOSTNAME% %syslogtag%%msg:::sp-if-no-1st-sp%%msg%\n`, "<14>Nov 20 07:18:44 ctl1 cron[99]: x")
	f.Add(`%TIMESTAMP:::date-rfc3339% %structured-data%;%msg%;`, `2026-11-20T07:18:44Z [a b="\""];x;`)
	f.Fuzz(func(t *testing.T, text, line string) {
		tmpl, err := parseTemplate(text)
		if err != nil {
			return
		}
		var h Syslog
		if tmpl.Match(&h, line, timeparse.InZone(time.UTC), 1795161600e9) && len(h.Message) > len(line) {
			t.Error("a message longer than the line")
		}
	})
}

func FuzzSyslog(f *testing.F) {
	f.Add(`<165>1 2026-11-20T07:18:44.003Z ctl1 evntslog 1234 ID47 [a@1 b="\"]"][c] text`)
	f.Add("Nov 20 07:18:44 ctl1 cron[99]: x")
	f.Add("2026-11-20T07:18:44.123456+00:00 ctl1 systemd[1]: x")
	f.Fuzz(func(t *testing.T, line string) {
		var h Syslog
		if h.Parse(line, timeparse.InZone(time.UTC), 1795161600e9) && !strings.HasSuffix(strings.TrimRight(line, " "), strings.TrimRight(h.Message, " ")) {
			t.Errorf("%q: the message %q is not its end", line, h.Message)
		}
	})
}
