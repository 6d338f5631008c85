package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
)

// maxFileSize is the largest configuration file that is read, in bytes.
const maxFileSize = 8 << 20

// document is a parsed file.
type document struct {
	src    *source
	places map[string]located // by path
	folded map[string]string  // lower-case path -> path
	tops   []string
	values map[string]any
	// What others may read is worth a warning for literal secrets.
	exposed bool
}

// located is where a key or table stands in the file as written.
type located struct {
	offset int
	hidden bool // the value must not be shown
	env    bool // part of the value comes from the environment
}

// parseDocument makes a document of a file's text. It is nil when the text cannot be parsed.
func parseDocument(src *source, env Lookup, exposed bool) (*document, Diagnostics) {
	text, envAt, found := substitute(src, env)
	if found.HasErrors() {
		return nil, found
	}
	s := scan(text)
	if s.tooDeep >= 0 {
		return nil, append(found, src.report(envAt.before(s.tooDeep), Error, ClassSyntax,
			fmt.Sprintf("nested more than %d deep", maxDepth), ""))
	}
	o := outlined(s)
	d := &document{src: src, tops: o.tops, exposed: exposed}
	d.locate(o, text, envAt)
	found = append(found, d.repeats(o, envAt)...)
	rewritten, editAt := apply(text, o.edits)
	values, err := parseTOML(rewritten)
	if err != nil {
		return nil, append(found, d.syntaxError(err, text, rewritten, envAt, editAt))
	}
	d.values = values
	return d, append(found, d.resolveReferences(env)...)
}

// parseTOML runs the parser; a panic of it becomes an error.
func parseTOML(text string) (values map[string]any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the TOML parser failed: %v", r)
		}
	}()
	_, err = toml.Decode(text, &values)
	return values, err
}

// locate leads all places back to the file as written, and finds out what must not be shown.
func (d *document) locate(o *outline, text string, envAt offsets) {
	d.places = make(map[string]located, len(o.places))
	d.folded = make(map[string]string, len(o.places))
	for path, e := range o.places {
		l := located{offset: envAt.before(e.offset)}
		if e.value.end > e.value.start {
			_, l.env = envAt.touches(e.value.start, e.value.end)
			l.hidden = l.env || nearlySecret(lastPart(path)) || holdsPassword(text[e.value.start:e.value.end])
			if l.hidden {
				d.src.secret = append(d.src.secret, span{envAt.before(e.value.start), envAt.before(e.value.end)})
			}
		}
		d.places[path] = l
		d.folded[strings.ToLower(path)] = path
	}
}

// lastPart is the name of the key at the end of a path, without an index.
func lastPart(path string) string {
	if i := strings.LastIndex(path, keySep); i >= 0 {
		path = path[i+1:]
	}
	name, _, _ := strings.Cut(path, indexSep)
	return name
}

// at finds where a path stands, or the nearest table or array around it.
func (d *document) at(path string) located {
	for {
		if l, ok := d.places[path]; ok {
			return l
		}
		i := strings.LastIndexAny(path, keySep+indexSep)
		if i < 0 {
			return located{}
		}
		path = path[:i]
	}
}

// hidden tells whether the value at a path must not be shown.
func (d *document) hidden(path string) bool { return d.at(path).hidden || nearlySecret(lastPart(path)) }

// repeats reports what a file gives twice.
func (d *document) repeats(o *outline, envAt offsets) Diagnostics {
	var found Diagnostics
	for _, r := range o.twice {
		first, _ := d.src.place(envAt.before(r.first))
		at := envAt.before(r.second)
		switch {
		case r.table:
			found = append(found, d.src.report(at, Error, ClassDuplicate,
				fmt.Sprintf("[%s] is already defined in line %d", r.name, first), "merge the two, or rename one"))
		case r.same:
			found = append(found, d.src.report(at, Warning, ClassDuplicate,
				fmt.Sprintf("%q is already given in line %d, with the same value", r.name, first), "remove one"))
		default:
			found = append(found, d.src.report(at, Warning, ClassDuplicate,
				fmt.Sprintf("%q is already given in line %d with another value; this one counts", r.name, first), "remove one"))
		}
	}
	return found
}

// syntaxError makes the parser's error one about the file as written. Neither secrets nor what
// variables hold get into it.
func (d *document) syntaxError(err error, text, rewritten string, envAt, editAt offsets) Diagnostic {
	var pe toml.ParseError
	if !errors.As(err, &pe) {
		return Diagnostic{File: d.src.file, Severity: Error, Class: ClassSyntax, Text: err.Error()}
	}
	start := errorOffset(pe, rewritten)
	at := editAt.before(start)
	written := envAt.before(at)
	line, _ := d.src.place(written)
	lineStart := strings.LastIndexByte(text[:at], '\n') + 1
	lineEnd := len(text)
	if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
		lineEnd = at + i
	}
	if env, ok := envAt.touches(lineStart, lineEnd); ok {
		return d.src.report(written, Error, ClassSyntax, fmt.Sprintf("invalid syntax once %s is replaced by its value",
			d.src.text[env.in:env.inEnd]), "the value is inserted as it is: put quotes around it here, and none or line ends into it")
	}
	if d.src.concealsLine(line) {
		r := d.src.report(written, Error, ClassSyntax, "invalid syntax in a line that may hold a secret", "check its quotes")
		r.Excerpt = ""
		return r
	}
	message, hint := explain(pe.Message)
	return d.src.report(written, Error, ClassSyntax, message, hint)
}

// errorOffset is the place that the parser's error names; its line is the surer of the two.
func errorOffset(pe toml.ParseError, text string) int {
	start := min(max(pe.Position.Start, 0), len(text))
	if strings.Count(text[:start], "\n")+1 == pe.Position.Line || pe.Position.Line < 1 {
		return start
	}
	at := 0
	for line := 1; line < pe.Position.Line; line++ {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
	}
	return at
}

// explain puts the parser's message into this program's style, with a hint for the common mistakes.
func explain(message string) (text, hint string) {
	text = strings.TrimSuffix(message, ".")
	if text != "" && text[0] >= 'A' && text[0] <= 'Z' && !strings.HasPrefix(text, "TOML") {
		text = strings.ToLower(text[:1]) + text[1:]
	}
	for _, h := range syntaxHints {
		if strings.Contains(text, h.in) {
			return text, h.hint
		}
	}
	return text, ""
}

var syntaxHints = []struct{ in, hint string }{
	{"invalid escape", `write it in single quotes, '…', which take backslashes as they are`},
	{"strings cannot contain newlines", "a closing quote is missing"},
	{"leading zeroes", `write octal modes as strings: "0644"`},
	{"expected value but found", "strings need quotes"},
	{"expected '.' or '='", "write option = value"},
	{"array terminator", "a comma or the closing ] is missing"},
	{"to end table name", "write [section]"},
	{"unexpected EOF", "a closing quote or bracket is missing"},
}
