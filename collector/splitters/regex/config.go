// Package regex is the RegexSplitter: records with a regular expression between them.
package regex

import (
	"regexp"

	"lma_collector/collector/plugin"
)

// Config are the options of a RegexSplitter.
type Config struct {
	Delimiter    string `toml:"delimiter"`     // "\n": regular expression with at most one capture group; what the group holds is kept
	DelimiterEOL bool   `toml:"delimiter_eol"` // true: the group's text ends a record; false: it begins the next one
}

func init() {
	plugin.RegisterSplitter("RegexSplitter", func() plugin.SplitterConfig { return &Config{Delimiter: "\n", DelimiterEOL: true} })
}

// NewSplitter checks the options.
func (c *Config) NewSplitter(*plugin.Env) (plugin.Splitter, error) {
	re, err := regexp.Compile(c.Delimiter)
	switch {
	case err != nil:
		return nil, plugin.BadOption("delimiter", "%v", err)
	case c.Delimiter == "" || re.MatchString(""):
		return nil, plugin.BadOption("delimiter", "%q matches the empty text, so that it would split everywhere", c.Delimiter)
	case re.NumSubexp() > 1:
		return nil, plugin.BadOption("delimiter", "%q has %d capture groups, at most one may be there: write (?:…) for the others", c.Delimiter, re.NumSubexp())
	}
	s := &Splitter{re: re, group: re.NumSubexp() == 1, next: !c.DelimiterEOL}
	if literal, whole := re.LiteralPrefix(); whole && !s.group {
		s.literal = []byte(literal)
	}
	return s, nil
}
