package golden

import (
	"bytes"
	"encoding/json"
	"strings"
)

// mergeKeys makes one list of the values that an object in a line of text gives for the same key.
func mergeKeys(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if merged, ok := mergeObject(strings.TrimSuffix(line, "\n")); ok {
			lines[i] = merged + line[len(strings.TrimSuffix(line, "\n")):]
		}
	}
	return strings.Join(lines, "")
}

// mergeObject reads a flat object without changing how its keys and values are written.
func mergeObject(line string) (string, bool) {
	d := json.NewDecoder(strings.NewReader(line))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return "", false
	}
	var keys []string
	values := map[string][]string{}
	for d.More() {
		before := d.InputOffset()
		if _, err := d.Token(); err != nil {
			return "", false
		}
		key := strings.TrimLeft(line[before:d.InputOffset()], ", ")
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return "", false
		}
		if _, known := values[key]; !known {
			keys = append(keys, key)
		}
		values[key] = append(values[key], string(value))
	}
	var out bytes.Buffer
	for i, key := range keys {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(key + ":" + joined(values[key]))
	}
	return "{" + out.String() + "}", true
}

// joined is one value, or the list of several of which some may be lists.
func joined(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	var all []string
	for _, v := range values {
		if v = strings.TrimSuffix(strings.TrimPrefix(v, "["), "]"); v != "" {
			all = append(all, v)
		}
	}
	return "[" + strings.Join(all, ",") + "]"
}
