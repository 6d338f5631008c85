package matcher

import "testing"

// meanings are the documented examples of hekad's language; a remark tells where ours differs.
var meanings = []struct {
	expr   string
	want   bool
	remark string
}{
	{`TRUE`, true, ""},
	{`FALSE`, false, ""},
	{`Type == "nginx.access"`, true, ""},
	{`Type == 'Nginx.Access'`, false, ""},
	{`Type != 'other'`, true, ""},
	{`Type < 'o'`, true, ""},
	{`Type >= 'nginx'`, true, ""},
	{`Type =~ /^nginx/`, true, ""},
	{`Type =~ /access$/`, true, ""},
	{`Type =~ /NGINX/`, false, ""},
	{`Type =~ /(?i)NGINX/`, true, ""},
	{`Type !~ /error/`, true, ""},
	{`Type =~ /nginx\.(access|error)/`, true, ""},
	{`Type =~ //`, true, ""},
	{`Payload =~ /\/index\.html/`, true, ""},
	{`Payload =~ /200$/`, false, ""},
	{`Payload =~ /200\s$/`, true, ""},
	{`Hostname == ''`, true, ""},
	{`Hostname != 'anything'`, true, ""},
	{`Logger == 'edge-01' && Severity <= 4`, true, ""},
	{`Severity < 4`, false, ""},
	{`Severity != 7`, true, ""},
	{`Pid == 4242.0`, true, ""},
	{`Pid == 4.242e3`, true, ""},
	{`Timestamp > 0`, true, ""},
	{`Timestamp == 1700000000123456800`, false, "integers compare exactly; hekad rounded"},
	{`Uuid == '0f6c3a52-1b7d-4c8e-9a10-2b3c4d5e6f70'`, true, ""},
	{`Uuid =~ /^0F6C/`, false, ""},
	{`EnvVersion > '1.10'`, true, ""},
	{`Fields[status] == 200`, true, ""},
	{`Fields[status] == '200'`, false, ""},
	{`Fields[status] != '500'`, false, ""},
	{`Fields[status] >= 200 && Fields[status] < 300`, true, ""},
	{`Fields[status] =~ /2/`, false, ""},
	{`Fields[status] !~ /9/`, false, ""},
	{`Fields[status][00] == 200`, true, ""},
	{`Fields[code] == '200'`, true, ""},
	{`Fields[code] != 500`, false, ""},
	{`Fields[latency] < 0.3`, true, ""},
	{`Fields[latency][0][1] == 0.5`, true, ""},
	{`Fields[latency][0][2] == NIL`, true, ""},
	{`Fields[host][1] == 'b.example.com'`, true, ""},
	{`Fields[host][1][1] == 'c.example.com'`, true, ""},
	{`Fields[host][2] == NIL`, true, ""},
	{`Fields[host][2] != 'zzz'`, false, ""},
	{`Fields[missing] == NIL`, true, ""},
	{`Fields[missing] != NIL`, false, ""},
	{`Fields[missing] != 'x'`, false, ""},
	{`Fields[missing] !~ /x/`, false, ""},
	{`Fields[missing] == FALSE`, false, ""},
	{`Fields[empty] == NIL`, true, ""},
	{`Fields[secure] == TRUE`, true, ""},
	{`Fields[cached] == FALSE`, true, ""},
	{`Fields[cached] == 'banana'`, false, "a BOOL is never equal to text; hekad: not the value"},
	{`Fields[cached] > 99`, false, "as above"},
	{`Fields[secure] =~ /true/`, false, ""},
	{`Fields[raw] =~ /^ab/`, true, ""},
	{`Fields[flag] == TRUE`, true, ""},
	{`Fields[neg] < 0`, true, ""},
	{`Fields[zero] != NIL`, true, ""},
	{`Fields[a[b] == 'x'`, true, ""},
	{`TRUE && FALSE || TRUE`, true, ""},
	{`TRUE || TRUE && FALSE`, true, ""},
	{`(TRUE || TRUE) && FALSE`, false, ""},
	{`Type == 'x' || Severity == 4 && Pid == 4242`, true, ""},
	{`!(Type == 'x')`, true, "negation; hekad lost it"},
	{`Severity == 4E5`, false, "hekad stopped at the E"},
	{`Fields[neg] == -3`, true, "hekad had no negative numbers"},
	{`Fields[secure] != TRUE`, false, "hekad had only =="},
	{"Type == 'nginx.access'\n && Severity == 99", false, "hekad stopped at the line break"},

	{`!(Fields[missing] == 'x')`, true, ""},
	{`!(TRUE) || !(FALSE && TRUE)`, true, ""},
	{`! ( Type == 'nginx.access' )`, false, ""},
	{`!(!(TRUE))`, true, ""},
	{`Type=='nginx.access'&&Pid==4242`, true, ""},
	{"Type ==\r\n\t'nginx.access'", true, ""},
	{`Fields[neg] > -4 && Fields[neg] < -2.5`, true, ""},
	{`Fields[neg] == -3.0`, true, ""},
	{`Fields[neg] == -30e-1`, true, ""},
	{`Fields[secure] != FALSE`, true, ""},
	{`Fields[flag] != TRUE`, false, ""},
	{`Fields[status] != TRUE`, false, ""},
	{`Fields[missing] != TRUE`, false, ""},
	{`Timestamp == 1700000000123456789`, true, ""},
	{`Timestamp > 1700000000123456788`, true, ""},
	{`Timestamp < 1.700000000123456790e18`, true, ""},
	{`Timestamp < 9223372036854775808`, true, ""},
	{`Timestamp > -9223372036854775809`, true, ""},
	{`Timestamp < 1e300`, true, ""},
	{`Timestamp != 1700000000123456789.5`, true, ""},
	{`Type =~ /^nginx.access$/`, true, ""},
	{`Type =~ /^nginx\.access$/`, true, ""},
	{`Type =~ /^(nginx)\.access/`, true, ""},
	{`Type !~ /^nginx\.acces$/`, true, ""},
	{`Type =~ /^$/`, false, ""},
	{`Hostname =~ /^$/`, true, ""},
	{`Type =~ /ngi.*cess/`, true, ""},
	{`Type =~ /ngi.*cesses/`, false, ""},
	{`Type =~ /(?i)^NGINX/`, true, ""},
	{`Payload =~ /(?m)200$/`, true, ""},
	{`Type == "it's"`, false, ""},
	{`Fields[host] != "a.example.com"`, false, ""},
	{`Fields[host][0][0] == 'a.example.com'`, true, ""},
	{`Fields[host][1] == NIL`, false, ""},
	{`Fields[empty] != NIL`, false, ""},
	{`Fields[empty][1] == NIL`, true, ""},
	{`Uuid > '0f' && Uuid < '1'`, true, ""},
	{`Uuid =~ /2b3c/`, true, ""},
	{`Fields[latency] == .25`, true, ""},
	{`Fields[latency] == 0.25000`, true, ""},
	{`Fields[latency][0][1] <= 5e-1`, true, ""},
	{`Fields[host][1099511627776] == NIL`, true, ""},
}

func TestMeaning(t *testing.T) {
	m := webMessage(t)
	for _, c := range meanings {
		if got := parse(t, c.expr).Match(m); got != c.want {
			t.Errorf("%q is %v", c.expr, got)
		}
	}
}

// Each comparison with a literal below, equal to and above what the message has.
func TestComparisons(t *testing.T) {
	m := webMessage(t)
	for _, c := range []struct{ variable, below, equal, above string }{
		{"Type", "'nginx'", "'nginx.access'", "'nginx.b'"},
		{"Uuid", "'0'", "'0f6c3a52-1b7d-4c8e-9a10-2b3c4d5e6f70'", "'1'"},
		{"Severity", "3", "4", "4.5"},
		{"Pid", "4241.9", "4242", "4243"},
		{"Timestamp", "1700000000123456788", "1700000000123456789", "1700000000123456790"},
		{"Fields[status]", "199", "200", "200.5"},
		{"Fields[neg]", "-4", "-3", "-2.5"},
		{"Fields[latency]", "0.2", "0.25", "1"},
		{"Fields[code]", "'2'", "'200'", "'3'"},
		{"Fields[raw]", "'ab'", "'abc'", "'abd'"},
	} {
		for op, want := range map[string][3]bool{
			"==": {false, true, false}, "!=": {true, false, true},
			">": {true, false, false}, ">=": {true, true, false}, "<": {false, false, true}, "<=": {false, true, true},
		} {
			for i, literal := range []string{c.below, c.equal, c.above} {
				if expr := c.variable + " " + op + " " + literal; parse(t, expr).Match(m) != want[i] {
					t.Errorf("%s is %v", expr, !want[i])
				}
			}
		}
	}
}
