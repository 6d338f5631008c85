package logstreamer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// numbers turns the texts of a match's groups into numbers to sort by. A text that a translation or
// the names of months and days do not know is a problem; that group and those behind it count as 0.
func (p *pattern) numbers(groups []string) (list []int64, problem string) {
	list = make([]int64, len(groups))
	for i, name := range p.names {
		if i == 0 || name == "" {
			continue
		}
		n, err := p.number(name, groups[i])
		if err != nil {
			return list, err.Error()
		}
		list[i] = n
	}
	return list, ""
}

func (p *pattern) number(name, text string) (int64, error) {
	table := p.translation[name]
	word := strings.ToLower(text)
	if word == "" {
		word = "missing"
	}
	if n, ok := table[word]; ok && (len(table) > 1 || text == "") {
		return n, nil
	}
	switch {
	case len(table) > 1:
		return 0, fmt.Errorf("translation.%s does not know %q", name, word)
	case name == "MonthName":
		return monthNumber(word)
	case name == "DayName":
		return dayNumber(word)
	}
	if strings.Trim(text, "0123456789") == "" {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, nil
		}
	}
	return -1, nil
}

func monthNumber(word string) (int64, error) {
	for m := time.January; m <= time.December; m++ {
		if full := strings.ToLower(m.String()); word == full || word == full[:3] {
			return int64(m), nil
		}
	}
	return 0, fmt.Errorf("MonthName %q is no English month", word)
}

// dayNumber counts from Monday = 0.
func dayNumber(word string) (int64, error) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if full := strings.ToLower(d.String()); word == full || word == full[:3] {
			return (int64(d) + 6) % 7, nil
		}
	}
	return 0, fmt.Errorf("DayName %q is no English day", word)
}

// sort orders files from the oldest to the newest; those that are equal, by name.
func (p *pattern) sort(files []foundFile) {
	slices.SortStableFunc(files, func(a, b foundFile) int {
		for _, by := range p.priority {
			if by.group < 0 || a.order[by.group] == b.order[by.group] {
				continue
			}
			if (a.order[by.group] < b.order[by.group]) != by.descending {
				return -1
			}
			return 1
		}
		return strings.Compare(a.path, b.path)
	})
}
