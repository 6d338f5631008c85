package lineproto

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/tests/golden"
)

// TestGolden compares with the lines that the original's accumulator made; see tests/golden. What
// differs on purpose in any case: numbers are written in full, not with six digits; '=' is escaped in
// tags; timestamps are rounded down exactly; false is a value.
func TestGolden(t *testing.T) {
	report := &golden.Report{Plugin: "influxdb_accumulator"}
	for _, c := range golden.Load(t, report.Plugin) {
		// What ended the original's filter is of TestErrors and TestBulk; when it flushed is not the encoder's.
		if c.Fault != "" && !strings.HasPrefix(c.Fault, "the flush interval") {
			report.Differ++
			continue
		}
		if text := runGolden(t, c); text != "" {
			report.Failed++
			t.Errorf("%s: %s", c.Name, text)
			continue
		}
		report.Passed++
		report.Events += len(c.Events)
	}
	t.Log(report)
}

func runGolden(t *testing.T, c *golden.Case) string {
	name, _ := c.Config["time_precision"].(string)
	precision, err := ParsePrecision(name)
	if err != nil {
		precision = 1e6 // the original's choice for all others
	}
	common, _ := c.Config["tag_fields"].(string)
	e := NewEncoder(precision, strings.Fields(common))
	var got []byte
	for i := range c.Events {
		if m := c.Events[i].Message; m != nil {
			var d message.Draft
			m.Fill(&d)
			got, _, _ = e.Append(got, golden.Seal(&d))
		}
	}
	var want string
	for _, o := range c.Expected {
		for _, m := range o.Injected {
			want += *m.Payload
		}
	}
	return differ(lines(t, string(got)), lines(t, want))
}

// lines takes lines apart; what the original wrote for metrics that it could not encode is an empty line.
func lines(t *testing.T, text string) (list []parsedLine) {
	t.Helper()
	for text != "" {
		if text[0] == '\n' {
			text = text[1:]
			continue
		}
		p, err := parseLine(text)
		if err != nil {
			t.Fatal(err)
		}
		text, p.after = p.after, ""
		for k, v := range p.fields {
			if n, err := strconv.ParseFloat(v, 64); err == nil {
				p.fields[k] = fmt.Sprintf("%.6f", n) // all that the original wrote
			}
		}
		p.series = strings.ReplaceAll(p.series, `\=`, "=") // which the original did not escape
		if p.fields["value"] != `"false"` {                // a missing value to the original
			list = append(list, p)
		}
	}
	return list
}

func differ(got, want []parsedLine) string {
	for i := range max(len(got), len(want)) {
		if i < len(got) && i < len(want) && oneApart(got[i].time, want[i].time) {
			want[i].time = got[i].time // the original divided floats, which rounded some up
		}
		if i >= len(got) || i >= len(want) || !reflect.DeepEqual(got[i], want[i]) {
			return fmt.Sprintf("line %d of %d and %d: got %+v, want %+v", i, len(got), len(want), got[i:min(i+1, len(got))], want[i:min(i+1, len(want))])
		}
	}
	return ""
}

func oneApart(a, b string) bool {
	x, _ := strconv.Atoi(a)
	y, _ := strconv.Atoi(b)
	return x == y+1 || y == x+1
}
