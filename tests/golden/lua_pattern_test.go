package golden_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// classes are Lua's character classes, as they stand between brackets in a regular expression.
var classes = map[byte]string{
	'a': "A-Za-z", 'c': `\x00-\x1f\x7f`, 'd': "0-9", 'g': `\x21-\x7e`, 'l': "a-z", 'p': "!-/:-@[-`{-~", 's': `\t-\r `, 'u': "A-Z", 'w': "A-Za-z0-9",
	'x': "A-Fa-f0-9",
}

// luaPattern writes a pattern of Lua as a regular expression. Balances (%b), frontiers (%f), back
// references and position captures have none.
func luaPattern(pattern string) (string, error) {
	var out strings.Builder
	out.WriteString("(?s)")
	inSet := false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '%':
			if i++; i == len(pattern) {
				return "", fmt.Errorf("pattern %q ends with %%", pattern)
			}
			text, err := luaEscape(pattern[i], inSet)
			if err != nil {
				return "", fmt.Errorf("pattern %q: %w", pattern, err)
			}
			out.WriteString(text)
		case inSet:
			inSet = c != ']'
			if c == '[' || c == '\\' {
				out.WriteByte('\\')
			}
			out.WriteByte(c)
		case c == '-':
			out.WriteString("*?")
		case c == '(' && i+1 < len(pattern) && pattern[i+1] == ')':
			return "", fmt.Errorf("pattern %q: a position capture has no regular expression", pattern)
		case strings.IndexByte(`\{}|`, c) >= 0, c == '^' && i > 0, c == '$' && i < len(pattern)-1:
			out.WriteString(`\` + string(rune(c)))
		default:
			out.WriteByte(c)
			if inSet = c == '['; inSet && i+1 < len(pattern) && pattern[i+1] == '^' {
				i++
				out.WriteByte('^')
			}
		}
	}
	_, err := regexp.Compile(out.String())
	return out.String(), err
}

func luaEscape(c byte, inSet bool) (string, error) {
	if class, ok := classes[c]; ok {
		if inSet {
			return class, nil
		}
		return "[" + class + "]", nil
	}
	if class, ok := classes[c|0x20]; ok && c >= 'A' && c <= 'Z' && !inSet {
		return "[^" + class + "]", nil
	}
	if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
		return "", fmt.Errorf("%%%c has no regular expression", c)
	}
	return regexp.QuoteMeta(string(rune(c))), nil
}

func TestLuaPattern(t *testing.T) {
	for pattern, want := range map[string]string{
		`^openstack%.(%a+)$`: `(?s)^openstack\.([A-Za-z]+)$`,
		`(.-)%-x|y`:          `(?s)(.*?)-x\|y`,
		`[%w_.-]+`:           `(?s)[A-Za-z0-9_.-]+`,
		`[^%.]*%D$`:          `(?s)[^\.]*[^0-9]$`,
		`a^b$c`:              `(?s)a\^b\$c`,
		`%b()`:               `pattern "%b()": %b has no regular expression`,
		`x%`:                 `pattern "x%" ends with %`,
		`()x`:                `pattern "()x": a position capture has no regular expression`,
		`%f[%w]%1`:           `pattern "%f[%w]%1": %f has no regular expression`,
		`[%a`:                "error parsing regexp: missing closing ]: `[A-Za-z`",
	} {
		got, err := luaPattern(pattern)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", pattern, got, want)
		}
	}
}
