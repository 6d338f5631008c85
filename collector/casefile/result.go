package casefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// result compares what came out with what the file says.
func (t *trial) result() Result {
	r := Result{Messages: t.messages}
	var output []byte
	broken := false
	if t.about.Encoder != "" {
		r.Problems, output = t.compareText(), t.encoded
	} else {
		var lines [][]byte
		r.Problems, lines, broken = t.compareLines(partOutput, "message", t.output)
		output = joined(lines)
	}
	problems, lines, alsoBroken := t.compareLines(partErrors, "error", t.failures)
	r.Problems = append(r.Problems, problems...)
	if len(r.Problems) > 0 && !broken && !alsoBroken {
		r.Updated = t.updated(output, joined(lines))
	}
	return r
}

func joined(lines [][]byte) (text []byte) {
	for _, l := range lines {
		text = append(append(text, l...), '\n')
	}
	return text
}

// wanted is an expected line.
type wanted struct {
	numbered
	value map[string]any
}

// wanted reads the lines of a part.
func (t *trial) wanted(p *part) (list []wanted, problems []string) {
	for _, l := range p.lines() {
		v, err := parseJSON(l.text)
		if err != nil {
			problems = append(problems, t.at(l.line, err.Error()))
		}
		list = append(list, wanted{l, v})
	}
	return list, problems
}

// compareLines compares JSON lines with those of a part. lines are what the part should hold: its own
// where they are right. broken tells that some are no JSON: they are not overwritten.
func (t *trial) compareLines(name, what string, got [][]byte) (problems []string, lines [][]byte, broken bool) {
	want, problems := t.wanted(t.parts[name])
	if len(problems) > 0 {
		return problems, nil, true
	}
	values := make([]map[string]any, len(got))
	for i := range got {
		values[i], _ = parseJSON(got[i])
	}
	fits := func(i, j int) bool { return len(differences("", values[i], want[j].value)) == 0 }
	before, after := edges(len(got), len(want), fits)
	for j := range before {
		lines = append(lines, want[j].text)
	}
	for i := before; i < len(got)-after; i++ {
		if i >= len(want)-after {
			problems = append(problems, t.at(t.endOf(name, want, i), t.tooMany(name, what, i, got[i])))
			lines = append(lines, t.stable(got[i]))
			continue
		}
		list := differences("", values[i], want[i].value)
		for _, d := range list {
			problems = append(problems, t.at(want[i].line, fmt.Sprintf("%s %d: %s", what, i+1, d)))
		}
		if len(list) == 0 {
			lines = append(lines, want[i].text)
		} else {
			lines = append(lines, t.stable(got[i]))
		}
	}
	for j := len(got) - after; j >= before && j < len(want)-after; j++ {
		problems = append(problems, t.at(want[j].line, fmt.Sprintf("this %s did not come: %s", what, shortened(string(want[j].text)))))
	}
	for j := len(want) - after; j < len(want); j++ {
		lines = append(lines, want[j].text)
	}
	return problems, lines, false
}

// tooMany tells of the ith line, which is not expected; of an error also where the script died.
func (t *trial) tooMany(name, what string, i int, line []byte) string {
	text := fmt.Sprintf("%s %d is one too many: %s", what, i+1, shortened(string(t.stable(line))))
	if name == partErrors && t.traces[i] != "" {
		text += "\n" + t.traces[i]
	}
	return text
}

// edges are how many lines fit from the start on, and of the others from the end back: what is in
// between is compared one by one.
func edges(got, want int, fits func(i, j int) bool) (before, after int) {
	for before < min(got, want) && fits(before, before) {
		before++
	}
	for after < min(got, want)-before && fits(got-1-after, want-1-after) {
		after++
	}
	return before, after
}

// endOf is the line at which a line too many would stand.
func (t *trial) endOf(name string, want []wanted, i int) int {
	switch {
	case i < len(want):
		return want[i].line
	case len(want) > 0:
		return want[len(want)-1].line + 1
	case t.parts[name] != nil:
		return t.parts[name].line
	}
	return t.parts[partInput].line
}

// compareText compares an encoder's output line by line.
func (t *trial) compareText() (problems []string) {
	var text []byte
	first := t.parts[partInput].line
	if p := t.parts[partOutput]; p != nil {
		text, first = p.text, p.line
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(slices.Clip(text), '\n')
	}
	want, got := splitLines(text), splitLines(t.encoded)
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			problems = append(problems, t.at(first+i, "this line did not come: "+shortened(want[i])))
		case i >= len(want):
			problems = append(problems, t.at(first+i, "one line too many: "+shortened(got[i])))
		case got[i] != want[i]:
			problems = append(problems, t.at(first+i, fmt.Sprintf("got  %s\n%swant %s", shortened(got[i]), strings.Repeat(" ", len(t.at(first+i, ""))), shortened(want[i]))))
		}
	}
	return problems
}

func splitLines(text []byte) []string {
	lines := strings.Split(string(text), "\n")
	return lines[:len(lines)-1]
}

var (
	uuidKey      = regexp.MustCompile(`^\{"uuid":"[0-9a-f-]{36}",?`)
	timestampKey = regexp.MustCompile(`^\{"timestamp":-?\d+,?`)
)

// stable is a line of output as it belongs into a file: without what is another at each run, its uuid
// and a timestamp that is the time of the run.
func (t *trial) stable(line []byte) []byte {
	var m struct {
		Timestamp int64 `json:"timestamp"`
	}
	_ = json.Unmarshal(line, &m) // a failure's line has none
	line = uuidKey.ReplaceAll(line, []byte("{"))
	if m.Timestamp >= t.started {
		line = timestampKey.ReplaceAll(line, []byte("{"))
	}
	return line
}

// updated is the file with other output and errors.
func (t *trial) updated(output, failures []byte) []byte {
	data := t.data
	parts := []*part{t.parts[partOutput], t.parts[partErrors]}
	texts := map[string][]byte{partOutput: output, partErrors: failures}
	slices.SortFunc(parts, func(a, b *part) int { return startOf(b) - startOf(a) }) // the last one first
	for _, p := range parts {
		if p != nil {
			data = slices.Concat(data[:p.start], texts[p.name], data[p.end:])
			delete(texts, p.name)
		}
	}
	for _, name := range []string{partOutput, partErrors} {
		if text := texts[name]; len(text) > 0 {
			if data[len(data)-1] != '\n' {
				data = append(slices.Clip(data), '\n')
			}
			data = slices.Concat(data, []byte("-- "+name+" --\n"), text)
		}
	}
	return data
}

func startOf(p *part) int {
	if p == nil {
		return -1
	}
	return p.start
}
