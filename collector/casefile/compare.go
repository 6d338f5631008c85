package casefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// difference is how one value is not what it must be.
type difference struct{ path, got, want string }

func (d difference) String() string {
	what := d.path
	if what == "" {
		what = "it"
	}
	switch {
	case d.got == "":
		return fmt.Sprintf("%s is missing, want %s", what, d.want)
	case d.want == "null":
		return fmt.Sprintf("%s is %s, want none", what, d.got)
	}
	return fmt.Sprintf("%s is %s, want %s", what, d.got, d.want)
}

// differences compares what came with the keys that are named in what is wanted; the keys of objects
// in it likewise. null stands for a key that must not be there.
func differences(path string, got, want any) (list []difference) {
	w, ok := want.(map[string]any)
	g, isObject := got.(map[string]any)
	if !ok || !isObject {
		if !same(got, want) {
			list = append(list, difference{path, show(got), show(want)})
		}
		return list
	}
	for _, key := range slices.Sorted(maps.Keys(w)) {
		inner := key
		if path != "" {
			inner = path + "." + key
		}
		v, there := g[key]
		switch {
		case w[key] == nil && there:
			list = append(list, difference{inner, show(v), "null"})
		case w[key] == nil:
		case !there:
			list = append(list, difference{path: inner, want: show(w[key])})
		default:
			list = append(list, differences(inner, v, w[key])...)
		}
	}
	return list
}

// same tells whether values are equal. A number with a point is a DOUBLE and no other equals it.
func same(got, want any) bool {
	switch w := want.(type) {
	case json.Number:
		g, ok := got.(json.Number)
		return ok && (g == w || isDouble(g) && isDouble(w) && float(g) == float(w))
	case []any:
		g, ok := got.([]any)
		return ok && slices.EqualFunc(g, w, same)
	case map[string]any:
		g, ok := got.(map[string]any)
		return ok && maps.EqualFunc(g, w, same)
	}
	switch got.(type) {
	case []any, map[string]any:
		return false
	}
	return got == want
}

func isDouble(n json.Number) bool { return strings.ContainsAny(string(n), ".eE") }

func float(n json.Number) float64 {
	f, _ := strconv.ParseFloat(string(n), 64)
	return f
}

// show is a value as JSON, short enough for a line.
func show(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("BUG: " + err.Error())
	}
	return shortened(strings.TrimSuffix(b.String(), "\n"))
}

func shortened(text string) string {
	const most = 300
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// parseJSON reads one JSON object, with its numbers as they are written.
func parseJSON(text []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil || v == nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("not JSON: byte %d: %w", syntax.Offset, err)
		}
		return nil, errors.New("a line here is a JSON object: {…}")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object on its line")
	}
	return v, nil
}
