package lineproto

import (
	"fmt"
	"strconv"
	"strings"
)

// parsedLine is a line taken apart by the protocol's own rules, to judge what the encoder wrote.
type parsedLine struct {
	series string            // measurement and tags, as they stand
	fields map[string]string // values as they stand
	time   string
	after  string // what follows the line
}

func parseLine(s string) (p parsedLine, err error) {
	p.fields = map[string]string{}
	if s == "" || s[0] == '#' {
		return p, fmt.Errorf("no line")
	}
	end := until(s, " \n")
	p.series, s = s[:end], s[end:]
	for {
		if s == "" || s[0] != ' ' && s[0] != ',' {
			return p, fmt.Errorf("no field in %q", s)
		}
		end := until(s[1:], "= ,\n") + 1
		key := s[1:end]
		if key == "" || end >= len(s) || s[end] != '=' {
			return p, fmt.Errorf("no field key in %q", s)
		}
		value, err := fieldValue(s[end+1:])
		if err != nil {
			return p, err
		}
		p.fields[key] = value
		s = s[end+1+len(value):]
		if s != "" && s[0] == ' ' {
			break
		}
	}
	time, after, ended := strings.Cut(s[1:], "\n")
	if _, err := strconv.ParseInt(time, 10, 64); err != nil || !ended {
		return p, fmt.Errorf("no timestamp in %q", s)
	}
	p.time, p.after = time, after
	return p, nil
}

// until finds the first of some characters that has no backslash before it.
func until(s, stop string) int {
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(stop, s[i]) >= 0 && (i == 0 || s[i-1] != '\\') {
			return i
		}
	}
	return len(s)
}

func fieldValue(s string) (string, error) {
	if s == "" || s[0] != '"' {
		end := until(s, " ,\n")
		_, err := strconv.ParseFloat(s[:end], 64)
		return s[:end], err
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[:i+1], nil
		}
	}
	return "", fmt.Errorf("a string does not end: %q", s)
}
