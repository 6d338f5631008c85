package logstreamer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"lma_collector/collector/plugin"
)

// pattern tells which files belong to which stream, and their order.
type pattern struct {
	match          string // file_match
	directory      string
	differentiator []string
	priority       []priority
	translation    map[string]map[string]int64
	names          []string // of file_match's groups
}

type priority struct {
	group      int // index in a match, -1 when file_match has no such group: all files are equal then
	descending bool
}

func newPattern(c *Config, section string) (*pattern, error) {
	p := &pattern{match: c.FileMatch, directory: c.LogDirectory, differentiator: c.Differentiator}
	if len(p.differentiator) == 0 {
		p.differentiator = []string{section}
	}
	switch {
	case c.FileMatch == "":
		return nil, plugin.BadOption("file_match", `is missing: give a regular expression, such as 'nova-api\.log\.?(?P<Seq>\d*)'`)
	case strings.HasPrefix(c.FileMatch, "^"):
		return nil, plugin.BadOption("file_match", `must not begin with "^": it is the path below log_directory already`)
	}
	re, err := regexp.Compile(c.FileMatch)
	if err != nil {
		return nil, plugin.BadOption("file_match", "%v", err)
	}
	p.names = re.SubexpNames()
	for _, name := range c.Priority {
		bare, descending := strings.CutPrefix(name, "^")
		p.priority = append(p.priority, priority{slices.Index(p.names, bare), descending && bare != ""})
	}
	return p, p.translate(c.Translation)
}

// translate takes in the tables with lower-case words.
func (p *pattern) translate(tables map[string]map[string]int) error {
	p.translation = map[string]map[string]int64{}
	var bad []error
	for group, table := range tables {
		if _, missing := table["missing"]; len(table) == 1 && !missing {
			bad = append(bad, plugin.BadOption("translation."+group, `has a single word, which must be "missing" then; list all words of the group otherwise`))
		}
		lower := map[string]int64{}
		for word, n := range table {
			lower[strings.ToLower(word)] = int64(n)
		}
		p.translation[group] = lower
	}
	return errors.Join(bad...)
}

// compile gives the expression for whole paths; the directory's symbolic links are resolved.
func (p *pattern) compile() (root string, re *regexp.Regexp, err error) {
	root, err = filepath.Abs(p.directory)
	if err != nil {
		return "", nil, err
	}
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return "", nil, err
	}
	if info, err := os.Stat(root); err != nil {
		return "", nil, err
	} else if !info.IsDir() {
		return "", nil, fmt.Errorf("%q is not a directory", root)
	}
	separator := "/"
	if strings.HasSuffix(root, "/") || strings.HasPrefix(p.match, "/") {
		separator = ""
	}
	re, err = regexp.Compile("^" + regexp.QuoteMeta(root) + separator + "(?:" + p.match + ")$")
	return root, re, err
}

// streamName puts the differentiator together for a match.
func (p *pattern) streamName(groups []string) string {
	var name strings.Builder
	for _, part := range p.differentiator {
		if i := slices.Index(p.names, part); i > 0 && part != "" {
			name.WriteString(groups[i])
		} else {
			name.WriteString(part)
		}
	}
	return name.String()
}
