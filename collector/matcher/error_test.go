package matcher

import (
	"errors"
	"strings"
	"testing"
)

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{"", "1:1: empty expression (write TRUE to match every message)"},
		{" \n", "2:1: empty expression (write TRUE to match every message)"},
		{"NIL", "1:1: NIL without a comparison (write Fields[name] == NIL)"},
		{"TRUE FALSE", `1:6: expected && or ||, found "FALSE" (join tests with && or ||)`},
		{"TRUE Bogus && FALSE", `1:6: expected && or ||, found "Bogus" (join tests with && or ||)`},
		{"Type == 'x' and TRUE", `1:13: expected && or ||, found "and" (write &&)`},
		{"(Type == 'x' or TRUE)", `1:14: expected && or ||, found "or" (write ||)`},
		{"Type == 'x'\nPid == 1", `2:1: expected && or ||, found "Pid" (join tests with && or ||)`},
		{"Type == 'x')", `1:12: unmatched ')' (remove it, or open one before)`},
		{"(Type == 'x'", `1:1: unclosed '(' (add ))`},
		{"TRUE && ((FALSE)", `1:9: unclosed '(' (add ))`},
		{"()", `1:2: expected a test, found ")"`},
		{"TRUE &&", `1:8: expected a test, found the end`},
		{"&& TRUE", `1:1: expected a test, found "&&"`},
		{"TRUE & FALSE", `1:6: single '&' (write &&)`},
		{"TRUE | FALSE", `1:6: single '|' (write ||)`},
		{"Type = 'x'", `1:6: single '=' (write == to compare, =~ to search)`},
		{"Type == 'x", `1:9: unterminated string (add the closing quote)`},
		{`Type == 'x\'`, `1:9: unterminated string (add the closing quote)`},
		{"Type =~ /x", `1:9: unterminated regular expression (add the closing slash; write \/ for a slash in it)`},
		{"Logger =~ /[/", "1:11: bad regular expression: missing closing ]: \"[\""},
		{"Logger =~ /a{2000}/", "1:11: bad regular expression: invalid repeat count: \"{2000}\""},
		{"Typ == 'x'", `1:1: unknown word "Typ" (did you mean Type?)`},
		{"TYPE == 'x'", `1:1: unknown word "TYPE" (write Type)`},
		{"hostname == 'x'", `1:1: unknown word "hostname" (write Hostname)`},
		{"Hotsname == 'x'", `1:1: unknown word "Hotsname" (did you mean Hostname?)`},
		{"true", `1:1: unknown word "true" (write TRUE)`},
		{"NOT TRUE", `1:1: unknown word "NOT" (write !( … ))`},
		{"xyzzy == 1", `1:1: unknown word "xyzzy" (text stands in quotes)`},
		{"Fields", `1:1: Fields without a name (write Fields[name], without a space before the bracket)`},
		{"Fields [x] == 1", `1:1: Fields without a name (write Fields[name], without a space before the bracket)`},
		{"Fields[] == 1", `1:7: empty field name (write Fields[name])`},
		{"Fields[x == 'x'", `1:7: unterminated field name (add the closing bracket)`},
		{"Fields[x\n] == 'x'", `1:7: unterminated field name (add the closing bracket)`},
		{"Fields[t][] == 1", `1:11: index is not a number (indexes are counted from 0: Fields[name][nth field][nth value])`},
		{"Fields[t][a] == 1", `1:11: index is not a number (indexes are counted from 0: Fields[name][nth field][nth value])`},
		{"Fields[t][-1] == 1", `1:11: index is not a number (indexes are counted from 0: Fields[name][nth field][nth value])`},
		{"Fields[t][0][0][0] == 1", `1:16: too many indexes (at most Fields[name][nth field][nth value])`},
		{"Fields[t]", `1:10: expected an operator after Fields[t], found the end (compare with == != > >= < <= =~ or !~)`},
		{"Type 'x'", `1:6: expected an operator after Type, found "'x'" (compare with == != > >= < <= =~ or !~)`},
		{"'x' == Type", `1:1: expected a variable, found "'x'" (put it on the right: Type == 'x')`},
		{"Type == log'", `1:9: unknown word "log" (text stands in quotes: 'log')`},
		{"Fields[x] == true", `1:14: unknown word "true" (write TRUE)`},
		{"Type == 5", `1:9: Type is text and cannot be compared with a number (write '5')`},
		{"Severity == '4'", `1:13: Severity is a number and cannot be compared with text (write it without quotes)`},
		{"Severity =~ /4/", `1:10: Severity is a number and cannot be searched (compare it with a number)`},
		{"Severity == /4/", `1:13: a regular expression cannot be compared with == (search with =~ or !~)`},
		{"Severity == high", `1:13: expected a number, found "high"`},
		{"Type == /x/", `1:9: a regular expression cannot be compared with == (search with =~ or !~)`},
		{"Type =~ 'x'", `1:9: expected a regular expression, found "'x'" (write =~ /…/)`},
		{"Type =~ TRUE", `1:9: expected a regular expression, found "TRUE" (write =~ /…/)`},
		{"Type == NIL", `1:9: Type cannot be compared with NIL (a header that is not set is '')`},
		{"Severity != TRUE", `1:13: Severity cannot be compared with TRUE (compare it with a number)`},
		{"Fields[x] > NIL", `1:13: NIL has no order (use == or !=)`},
		{"Fields[x] <= TRUE", `1:14: TRUE has no order (use == or !=)`},
		{"Fields[x] == Hostname", `1:14: two variables cannot be compared (compare with a literal)`},
		{"Fields[x] == (TRUE)", `1:14: expected a value after Fields[x] ==, found "("`},
		{"Pid == 4-1", `1:8: malformed number "4-1" (numbers are like 4, -4, .5, 4.2 or 4e3; there is no arithmetic)`},
		{"Pid == 0x6", `1:8: malformed number "0x6" (numbers are like 4, -4, .5, 4.2 or 4e3; there is no arithmetic)`},
		{"Pid == 42L", `1:8: malformed number "42L" (numbers are like 4, -4, .5, 4.2 or 4e3; there is no arithmetic)`},
		{"Pid == 1.2.3", `1:8: malformed number "1.2.3" (numbers are like 4, -4, .5, 4.2 or 4e3; there is no arithmetic)`},
		{"Pid == 4e", `1:8: malformed number "4e" (numbers are like 4, -4, .5, 4.2 or 4e3; there is no arithmetic)`},
		{"Pid == .", `1:8: malformed number "." (numbers are like 4, -4, .5, 4.2 or 4e3; there is no arithmetic)`},
		{"Pid == -", `1:8: malformed number "-" (numbers are like 4, -4, .5, 4.2 or 4e3; there is no arithmetic)`},
		{"Pid == +6", `1:8: unexpected '+' (numbers have no plus sign)`},
		{"Pid == 1e400", `1:8: number "1e400" is out of range`},
		{"!Type == 'x'", `1:1: expected ( after !, found "Type" (negate with !( … ), or compare with != or !~)`},
		{"!!(TRUE)", `1:1: expected ( after !, found "!" (negate with !( … ), or compare with != or !~)`},
		{"Typé == 'x'", `1:1: unknown word "Typ" (did you mean Type?)`},
		{"Type == 'é' ; TRUE", `1:13: unexpected character ';'`},
	} {
		_, err := Parse(c.expr)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%q: %v", c.expr, err)
		} else if got := err.Error(); got != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.expr, got, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	for expr, want := range map[string]string{
		strings.Repeat("(", 201) + "TRUE": "1:201: parentheses nested more than 200 deep",
		strings.Repeat(" ", 65537):        "1:65537: expression is longer than 65536 bytes (match on a regular expression, or set a field in a decoder)",
	} {
		if _, err := Parse(expr); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	parse(t, strings.Repeat("(", 200)+"TRUE"+strings.Repeat(")", 200))
	parse(t, "Pid == 0"+strings.Repeat(" || Pid == 1", 5000))
}

func TestCaret(t *testing.T) {
	for expr, want := range map[string]string{
		"Type = 'x'":                "Type = 'x'\n     ^",
		"TRUE &&\r\n\tTyp == 'x'\n": "\tTyp == 'x'\n\t^",
		"Type == 'é' und TRUE":      "Type == 'é' und TRUE\n            ^",
		"":                          "\n^",
	} {
		_, err := Parse(expr)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Fatalf("%q: %v", expr, err)
		}
		if got := syntax.Caret(); got != want {
			t.Errorf("%q:\n%s\nwant\n%s", expr, got, want)
		}
	}
}

func TestWarnings(t *testing.T) {
	for expr, want := range map[string]string{
		"TRUE":                             "",
		"\n Type == 'x'\n":                 "",
		"Pid == -4 && Fields[x] != TRUE":   "",
		"Type == 'x' &&\n Pid == 1":        "",
		"(Type == 'x'\n || Pid == 1)":      "",
		"!(TRUE)":                          "!( at 1:1 negates; hekad ignored the !",
		"Type == 'x'\n&& Severity == 1":    `the whole expression counts; hekad stopped reading at the end of the first line and took it for "Type == 'x'"`,
		"Severity == 4E5 || TRUE":          `the whole expression counts; hekad stopped reading at the exponent's capital E and took it for "Severity == 4"`,
		"Timestamp > 1454500800123456789":  "1454500800123456789 is compared exactly; hekad rounded it and what it was compared with to 1454500800123456768",
		"TRUE &&\n!(FALSE)\n&& !( FALSE )": "!( at 2:1 negates; hekad ignored the !\n!( at 3:4 negates; hekad ignored the !",
	} {
		if got := strings.Join(parse(t, expr).Warnings(), "\n"); got != want {
			t.Errorf("%q:\n%s\nwant\n%s", expr, got, want)
		}
	}
}
