// Package casefile runs test files: what goes into a decoder, an encoder or a filter, and what must
// come out, in one file that its author keeps beside the configuration.
//
//	-- config --
//	decoder = "rabbitmq_decoder"
//	logger = "rabbitmq.ctl1"
//	-- input --
//	2026-11-20 07:18:44.123456+00:00 [error] <0.1234.0> connection closed
//	-- output --
//	{"type":"log","severity":3,"payload":"connection closed","fields":{"severity_label":"ERROR"}}
//
// A decoder's input are records, that of an encoder or filter messages as JSON lines; among a filter's
// a line {"tick":TIMESTAMP} lets time pass. The output are messages as JSON lines of which only what a line
// names is compared (null: must not be there), of an encoder the bytes. A part `errors` lists, in
// the same way, the failures that must happen. Text above the first part is a remark.
package casefile

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"lma_collector/collector/config"
)

// The parts of a file.
const (
	partConfig = "config"
	partInput  = "input"
	partOutput = "output"
	partErrors = "errors"
)

var partNames = []string{partConfig, partInput, partOutput, partErrors}

// testCase is a test file.
type testCase struct {
	file  string
	data  []byte
	parts map[string]*part
	about about
	rest  []byte // of the config: sections of plugins, with blank lines above them so that places are right
}

// part is what stands below a line `-- name --`.
type part struct {
	name       string
	line       int // of its first line, from 1
	start, end int // in the file
	text       []byte
}

// about are the keys above the sections of the config.
type about struct {
	Decoder string `toml:"decoder"`
	Encoder string `toml:"encoder"`
	Filter  string `toml:"filter"`

	Splitter string `toml:"splitter"` // of a decoder's records; default TokenSplitter
	Logger   string `toml:"logger"`   // of a decoder's records
	Hostname string `toml:"hostname"` // of the host that it all happens on
}

var marker = regexp.MustCompile(`^-- ([\w-]+) --[ \t]*\r?\n?$`)

// parse reads a test file. The problems have their places.
func parse(file string, data []byte) (*testCase, []string) {
	if last := data[bytes.LastIndexByte(data, '\n')+1:]; marker.Match(last) {
		data = append(slices.Clip(data), '\n') // what comes of an update stands below it
	}
	c := &testCase{file: file, data: data, parts: map[string]*part{}}
	var problems []string
	var open *part
	offset := 0
	for n, line := range bytes.SplitAfter(data, []byte("\n")) {
		m := marker.FindSubmatch(line)
		offset += len(line)
		if m == nil {
			continue
		}
		if open != nil {
			open.end = offset - len(line)
		}
		open = &part{name: string(m[1]), line: n + 2, start: offset, end: len(data)}
		if problem := c.add(open); problem != "" {
			problems = append(problems, c.at(n+1, problem))
		}
	}
	for _, p := range c.parts {
		p.text = data[p.start:p.end]
	}
	if len(problems) > 0 {
		return c, problems
	}
	return c, c.readConfig()
}

// at puts the place before a problem.
func (c *testCase) at(line int, text string) string {
	return fmt.Sprintf("%s:%d: %s", c.file, line, text)
}

func (c *testCase) add(p *part) (problem string) {
	if !slices.Contains(partNames, p.name) {
		problem = fmt.Sprintf("there is no part %q: a test has the parts %s", p.name, strings.Join(partNames, ", "))
		if near := config.Nearest(p.name, partNames); near != "" {
			problem = fmt.Sprintf("there is no part %q; did you mean %q?", p.name, near)
		}
		return problem
	}
	if c.parts[p.name] != nil {
		return fmt.Sprintf("a second part %q", p.name)
	}
	c.parts[p.name] = p
	return ""
}

// readConfig takes the keys of the test out of its config and leaves the sections.
func (c *testCase) readConfig() []string {
	for _, name := range []string{partConfig, partInput} {
		if c.parts[name] == nil {
			return []string{c.at(1, fmt.Sprintf("the part %q is missing: it begins with a line -- %s --", name, name))}
		}
	}
	p := c.parts[partConfig]
	keys := c.cutSections(p)
	s, found := config.Parse(c.file, append(blank(p.line-1), keys...), nil)
	if s != nil {
		found = append(found, s.Decode(&c.about)...)
	}
	if found.HasErrors() {
		return texts(found)
	}
	named := 0
	for _, name := range []string{c.about.Decoder, c.about.Encoder, c.about.Filter} {
		if name != "" {
			named++
		}
	}
	if named != 1 {
		return []string{c.at(p.line, `name what is tested, one of decoder = "…", encoder = "…" and filter = "…"`)}
	}
	if c.about.Decoder == "" && (c.about.Splitter != "" || c.about.Logger != "") {
		return []string{c.at(p.line, "splitter and logger are for the records of a decoder")}
	}
	return nil
}

// cutSections keeps the config's sections and gives what stands above them.
func (c *testCase) cutSections(p *part) (keys []byte) {
	for at := 0; at < len(p.text); {
		end := bytes.IndexByte(p.text[at:], '\n') + 1
		if end == 0 {
			end = len(p.text) - at
		}
		if bytes.HasPrefix(bytes.TrimSpace(p.text[at:at+end]), []byte("[")) {
			keys = p.text[:at]
			c.rest = append(blank(p.line-1+bytes.Count(keys, []byte("\n"))), p.text[at:]...)
			return keys
		}
		at += end
	}
	return p.text
}

// blank are n empty lines.
func blank(n int) []byte { return bytes.Repeat([]byte("\n"), n) }

// texts are the errors that were found.
func texts(found config.Diagnostics) (list []string) {
	found.Sort()
	for _, d := range found.Errors() {
		list = append(list, d.String())
	}
	return list
}

// lines are the lines of a part that are not empty, with their numbers.
func (p *part) lines() (list []numbered) {
	if p == nil {
		return nil
	}
	for i, line := range bytes.Split(p.text, []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			list = append(list, numbered{p.line + i, line})
		}
	}
	return list
}

type numbered struct {
	line int
	text []byte
}
