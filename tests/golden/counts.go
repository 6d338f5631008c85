package golden

import (
	"fmt"
	"sort"
	"strings"

	"lma_collector/collector/message"
)

// counts is the summary of many messages.
type counts struct {
	messages    int
	lines       int // of all payloads
	severities  map[string]int
	fields      map[string]int
	first, last int64
}

func newCounts() *counts { return &counts{severities: map[string]int{}, fields: map[string]int{}} }

func (c *counts) see(d *message.Draft) {
	m := Record(Seal(d))
	c.messages++
	c.lines += 1 + strings.Count(text(m.Payload), "\n")
	label := "none"
	for _, f := range m.Fields {
		c.fields[f.Name]++
		if f.Name == "severity_label" {
			label = fmt.Sprint(f.Values...)
		}
	}
	c.severities[fmt.Sprintf("%d/%s", number(m.Severity, -1), label)]++
	if m.Timestamp != nil {
		if c.first == 0 {
			c.first = *m.Timestamp
		}
		c.last = *m.Timestamp
	}
}

func (c *counts) String() string {
	return fmt.Sprintf("  payload lines: %d\n  severities: %s\n  fields: %s\n  from %d to %d\n", c.lines, sorted(c.severities), sorted(c.fields), c.first, c.last)
}

func sorted(m map[string]int) string {
	list := make([]string, 0, len(m))
	for k, n := range m {
		list = append(list, fmt.Sprintf("%s=%d", k, n))
	}
	sort.Strings(list)
	return strings.Join(list, " ")
}

// ranges writes line numbers as 1-3,7.
func ranges(lines []int) string {
	var b strings.Builder
	for i := 0; i < len(lines); {
		j := i
		for j+1 < len(lines) && lines[j+1] == lines[j]+1 {
			j++
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		if fmt.Fprintf(&b, "%d", lines[i]); j > i {
			fmt.Fprintf(&b, "-%d", lines[j])
		}
		i = j + 1
	}
	return "(lines " + b.String() + ")"
}
