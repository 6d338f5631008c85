package golden_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lma_collector/collector/lineproto"
	"lma_collector/collector/message"
	"lma_collector/tests/golden"
)

// madeLine is a line that was made of an event's message; its text is empty for what cannot be encoded.
type madeLine struct {
	event int
	text  string
}

// influxdbLines compares lines in their order: when the original sent them is no matter of an encoder.
func influxdbLines(*testing.T) golden.Runner {
	return func(v *golden.Verdict) {
		name, _ := v.Case.Config["time_precision"].(string)
		precision, err := lineproto.ParsePrecision(name)
		if err != nil {
			precision = 1e6 // the original's choice for all others
		}
		common, _ := v.Case.Config["tag_fields"].(string)
		var made []madeLine
		encoder := lineproto.NewEncoder(precision, strings.Fields(common))
		for i := range v.Case.Events {
			made = append(made, linesOf(encoder, v.Case, i)...)
			if o := v.Case.Outcome(i); o.Status > 0 {
				v.Compared()
				v.Problem(i, "died", "the original died here (%s); the replacement makes %v", o.Error, made)
				return
			}
		}
		compareLines(v, made)
	}
}

func linesOf(encoder *lineproto.Encoder, c *golden.Case, event int) (made []madeLine) {
	m := c.Events[event].Message
	if m == nil {
		return nil
	}
	var d message.Draft
	m.Fill(&d)
	text, _, err := encoder.Append(nil, golden.Seal(&d))
	for line := range strings.Lines(string(text)) {
		made = append(made, madeLine{event, line})
	}
	if err != nil {
		made = append(made, madeLine{event, ""})
	}
	return made
}

func compareLines(v *golden.Verdict, made []madeLine) {
	var want []string
	for _, o := range v.Case.Expected {
		for _, m := range o.Injected {
			want = append(want, slices.Collect(strings.Lines(*m.Payload))...)
		}
	}
	want = slices.DeleteFunc(want, func(line string) bool { return line == "\n" }) // one for each that cannot be encoded
	for _, line := range made {
		switch {
		case line.text == "":
		case len(want) > 0 && sameLine(v, line, want[0]):
			v.Compared()
			want = want[1:]
		case strings.Contains(line.text, `value="false"`) && v.Rule(line.event, "false_is_a_value"):
			v.Compared()
		default:
			v.Compared()
			v.Problem(line.event, "messages", "line %q, which is not the original's next: %q", line.text, want[:min(1, len(want))])
		}
	}
	if len(want) > 0 {
		v.Problem(-1, "result", "%d lines are missing: %q", len(want), want)
	}
}

// sameLine compares a line with the original's, whose fields were sorted.
func sameLine(v *golden.Verdict, made madeLine, want string) bool {
	g, gok := takeApart(made.text)
	w, wok := takeApart(want)
	if !gok || !wok || !slices.Equal(slices.Sorted(maps.Keys(g.fields)), slices.Sorted(maps.Keys(w.fields))) {
		return false
	}
	if g.series != w.series && !(strings.ReplaceAll(g.series, `\=`, "=") == w.series && v.Rule(made.event, "escaped_equals")) {
		return false
	}
	for key, value := range g.fields {
		if value != w.fields[key] && !(sixDigits(value) == w.fields[key] && v.Rule(made.event, "six_digits")) {
			return false
		}
	}
	return g.time == w.time || (w.time == g.time+1 || w.time == g.time-1) && v.Rule(made.event, "float_time")
}

// sixDigits is a number as the original wrote it.
func sixDigits(value string) string {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return value
	}
	return fmt.Sprintf("%.6f", n)
}

// apart is a line of the line protocol, taken apart.
type apart struct {
	series string            // measurement and tags, as they stand
	fields map[string]string // values as they stand
	time   int64
}

func takeApart(line string) (a apart, ok bool) {
	parts := split(strings.TrimSuffix(line, "\n"), ' ')
	if len(parts) != 3 {
		return a, false
	}
	a.series, a.fields = parts[0], map[string]string{}
	for _, field := range split(parts[1], ',') {
		pair := split(field, '=')
		if len(pair) != 2 {
			return a, false
		}
		a.fields[pair[0]] = pair[1]
	}
	time, err := strconv.ParseInt(parts[2], 10, 64)
	a.time = time
	return a, err == nil
}

// split splits at separators that are neither escaped nor within quotes.
func split(text string, separator byte) (parts []string) {
	from, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == separator && !quoted:
			parts, from = append(parts, text[from:i]), i+1
		}
	}
	return append(parts, text[from:])
}
