// Package docs_test keeps the documents honest: options and defaults are those of the code, examples
// load, commands print what stands there, links lead somewhere.
package docs_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// heading is a section of a document with all that stands below it, up to the next heading.
type heading struct{ title, text string }

// block is a fenced block: its language, its text, and the file that the line before it names.
type block struct {
	language, file, text string
	line                 int
}

func read(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// headings splits a document. Headings in fenced blocks are none.
func headings(text string) []heading {
	list := []heading{{}}
	fenced := false
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if !fenced && strings.HasPrefix(line, "#") {
			list = append(list, heading{title: strings.TrimSpace(strings.TrimLeft(line, "#"))})
			continue
		}
		list[len(list)-1].text += line + "\n"
	}
	return list
}

func section(t testing.TB, list []heading, title string) (heading, bool) {
	t.Helper()
	for _, h := range list {
		if h.title == title {
			return h, true
		}
	}
	return heading{}, false
}

var fileLine = regexp.MustCompile("^`([^`]+)`:$")

// blocks lists the fenced blocks of a document.
func blocks(text string) (list []block) {
	var open *block
	last := ""
	for i, line := range strings.Split(text, "\n") {
		switch {
		case open != nil && line == "```":
			list = append(list, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		case strings.HasPrefix(line, "```"):
			open = &block{language: line[3:], line: i + 1}
			m := fileLine.FindStringSubmatch(last)
			last = ""
			if m != nil {
				open.file = m[1]
			}
		case line != "":
			last = line
		}
	}
	return list
}

var cellEnd = regexp.MustCompile(`(^|[^\\])\|`)

// rows gives the cells of the tables whose first column has this title.
func rows(text, title string) (list [][]string) {
	inside := false
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "|") {
			inside = false
			continue
		}
		cells := cellEnd.Split(strings.TrimSuffix(cellEnd.ReplaceAllString(strings.Trim(line, " "), "$1\x00|"), "|"), -1)
		for i := range cells {
			cells[i] = strings.TrimSpace(strings.ReplaceAll(strings.TrimSuffix(cells[i], "\x00"), `\|`, "|"))
		}
		cells = cells[1:]
		switch {
		case cells[0] == title:
			inside = true
		case inside && !strings.HasPrefix(cells[0], "---"):
			list = append(list, cells)
		}
	}
	return list
}

func TestRows(t *testing.T) {
	got := rows("| option | x |\n|---|---|\n| `a` | `b\\|c` |\n| `d` |  |\n\n| other | y |\n|---|---|\n| e | f |\n", "option")
	if len(got) != 2 || len(got[0]) != 2 || got[0][0] != "`a`" || got[0][1] != "`b|c`" || got[1][0] != "`d`" || got[1][1] != "" {
		t.Errorf("%q", got)
	}
}
