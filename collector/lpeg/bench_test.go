package lpeg

import (
	"strings"
	"testing"
)

// lineHost keeps the values of one line: texts in a slice, which is a table.
type lineHost struct {
	testHost
	texts []string
	row   []string
}

func (h *lineHost) Spend(int)     {}
func (h *lineHost) Text(s string) { h.texts = append(h.texts, s) }
func (h *lineHost) Drop(n int)    { h.texts = h.texts[:len(h.texts)-n] }
func (h *lineHost) Table(n int, _ []Field) {
	h.row = append(make([]string, 0, n), h.texts[len(h.texts)-n:]...)
	h.Drop(n)
	h.Text("table")
}
func (h *lineHost) Value(int) { h.Text("constant") }

func (h *lineHost) Call(_, n, _ int) int { h.Drop(n - 1); return 1 }

const osloLine = "2026-11-20 07:44:16.106 4712 INFO nova.compute.claims [req-2571d913-53c2-4f89-b269-0545d3c81a2f " +
	"b5ab03012b9c4ca28a2ea6297de0dc01 073b73073e114d8fb4c2b3de3a11a804 - default default] " +
	"[instance: 29503363-5d7a-44da-a4de-9fa5043e3523] Claim successful on node vm"

// oslo is the header of OpenStack's logs: time, pid, severity, module and the rest.
func oslo() *Pattern {
	d2, d3 := seq(digit, digit), seq(digit, digit, digit)
	time := seq(d2, d2, Text("-"), d2, Text("-"), d2, space, d2, Text(":"), d2, Text(":"), d2, Text("."), d3)
	return ct(seq(
		cg(c(time), "Timestamp"), space, cg(c(rep(digit, 1)), "Pid"), space, cg(c(rep(span("AZ"), 1)), "SeverityLabel"), space,
		cg(c(rep(must(Except(any1, space)), 1)), "Module"), space, cg(c(rep(any1, 0)), "Payload"),
	))
}

const rsyslogLine = "<27>Feb  3 10:11:12 node-1 nova-api[7712]: 2016-02-03 10:11:12.345 7712 INFO nova.osapi_compute.wsgi.server " +
	"[-] 10.0.0.1 GET /v2/ HTTP/1.1 status: 200"

// rsyslog is rsyslog's traditional file format with a priority.
func rsyslog() *Pattern {
	d2 := seq(digit, digit)
	month := alt(Text("Jan"), Text("Feb"), Text("Mar"), Text("Apr"), Text("May"), Text("Jun"), Text("Jul"), Text("Aug"), Text("Sep"), Text("Oct"), Text("Nov"), Text("Dec"))
	number := func(p *Pattern) *Pattern { return must(Call(p, function(sum))) }
	word := func(end string) *Pattern { return c(rep(must(Except(any1, Bytes(SetOf(end)))), 1)) }
	return ct(seq(
		Text("<"), cg(number(rep(digit, -3)), "pri"), Text(">"),
		cg(c(seq(month, space, span("  13"), digit, space, d2, Text(":"), d2, Text(":"), d2)), "timestamp"), space,
		cg(word(" "), "hostname"), space, cg(word("[: "), "programname"), rep(seq(Text("["), cg(number(rep(digit, 1)), "pid"), Text("]")), -1),
		rep(Text(":"), -1), rep(space, -1), cg(c(rep(any1, 0)), "msg"),
	))
}

const nginxLine = `192.168.1.17 - frank [10/Oct/2026:13:55:36 -0700] "GET /apache_pb.gif?x=1&y=2 HTTP/1.1" 200 2326 ` +
	`"http://www.example.com/start.html" "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"`

// nginx is nginx's combined format.
func nginx() *Pattern {
	word := c(rep(must(Except(any1, space)), 1))
	quote := Text(`"`)
	quoted := seq(quote, c(rep(alt(Text(`\"`), must(Except(any1, quote))), 0)), quote)
	number := func(p *Pattern) *Pattern { return must(Call(p, function(sum))) }
	part := rep(digit, -3)
	address := seq(part, Text("."), part, Text("."), part, Text("."), part)
	return ct(seq(
		cg(alt(ct(seq(cg(c(address), "value"), cg(cc("ipv4"), "representation"))), word), "remote_addr"), Text(" - "), cg(word, "user"),
		Text(" ["), cg(c(rep(must(Except(any1, Text("]"))), 1)), "time"), Text("] "), cg(quoted, "request"), space,
		cg(number(seq(digit, digit, digit)), "status"), space, cg(number(rep(digit, 1)), "bytes"), space, cg(quoted, "referer"), space, cg(quoted, "agent"),
	))
}

func BenchmarkMatch(b *testing.B) {
	for _, bench := range []struct {
		name string
		p    *Pattern
		line string
	}{{"oslo", oslo(), osloLine}, {"rsyslog", rsyslog(), rsyslogLine}, {"nginx", nginx(), nginxLine}} {
		b.Run(bench.name, func(b *testing.B) {
			program, err := Compile(bench.p)
			if err != nil {
				b.Fatal(err)
			}
			m, h := &Machine{}, &lineHost{testHost: testHost{p: program}}
			b.SetBytes(int64(len(bench.line)))
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := m.Match(program, bench.line, 0, DefaultStack, h); !ok {
					b.Fatal("no match")
				}
				m.Captures()
				m.Release()
				h.texts = h.texts[:0]
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	p := nginx()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(p); err != nil {
			b.Fatal(err)
		}
	}
}

// The patterns of the benchmark give what they should.
func TestBenchmarkPatterns(t *testing.T) {
	for _, test := range []struct {
		p          *Pattern
		line, want string
	}{
		{oslo(), osloLine, `Module="nova.compute.claims"`},
		{rsyslog(), rsyslogLine, `programname="nova-api"`},
		{nginx(), nginxLine, `user="frank"`},
	} {
		if got := run(&Machine{}, test.p, test.line, 0); !strings.Contains(got, test.want) {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}
