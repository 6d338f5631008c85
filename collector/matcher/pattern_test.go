package matcher

import (
	"regexp"
	"testing"
)

// TestPatternEqualsRegexp compares the literal searches with the regexp package.
func TestPatternEqualsRegexp(t *testing.T) {
	shapes := map[string]shape{
		"": shapeContains, "abc": shapeContains, "a(b)c": shapeContains, `a\.b`: shapeContains, "^": shapePrefix,
		"^abc": shapePrefix, "(^ab)c": shapePrefix, `\Aabc`: shapePrefix, "abc$": shapeSuffix, `abc\z`: shapeSuffix, "$": shapeSuffix,
		"^abc$": shapeExact, "^$": shapeExact, "^é": shapePrefix,
		"(?i)abc": shapeRegexp, "(?m)^abc": shapeRegexp, "(?m)abc$": shapeRegexp, "a.c": shapeRegexp, "abc|b": shapeRegexp,
		"^abc|b$": shapeRegexp, "ab*c": shapeRegexp, "abc+": shapeRegexp, "\uFFFD": shapeRegexp, "^a.*bc$": shapeRegexp,
		"a^b": shapeRegexp, "a$b": shapeRegexp, "(?:)": shapeContains, `\babc`: shapeRegexp, "(?s).*abc": shapeRegexp,
	}
	texts := []string{
		"", "abc", "xabc", "abcx", "xabcx", "a.b", "axb", "ABC", "x\nabc", "abc\n", "abc\nx", "aabcc", "é", "xé", "\xc3", "\xa9", "\xff", "\uFFFD",
		"\xe2\xc3\xa9", "b", "ab", "bc", "a\nbc",
	}
	for source, want := range shapes {
		p, err := compilePattern(source)
		if err != nil {
			t.Fatal(err)
		}
		if p.shape != want {
			t.Errorf("%q has shape %d, want %d", source, p.shape, want)
		}
		for _, text := range texts {
			if got := p.match(text); got != regexp.MustCompile(source).MatchString(text) {
				t.Errorf("/%s/ on %q is %v", source, text, got)
			}
		}
	}
}
