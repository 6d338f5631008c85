package config

import (
	"strings"
	"sync"
	"time"
)

// Section is a plugin's section: a top-level table with the tables in it.
type Section struct {
	Name string
	Type string // the option type, or the section's name
	File string
	Line int // of its header, or of what first implies it

	doc     *document
	path    string
	values  map[string]any
	renamed map[string]string // option -> as it stands in the file
	secrets func() []string   // hidden strings of values, listed when they are asked for first
}

// section makes a Section of a top-level table.
func (d *document) section(name string, values map[string]any) (*Section, Diagnostics) {
	s := &Section{Name: name, Type: name, File: d.src.file, doc: d, path: name, values: values, secrets: d.secrets(name, values)}
	s.Line, _ = d.src.place(d.at(name).offset)
	key, v, given := s.lookup("type")
	if !given {
		return s, nil
	}
	if t, ok := v.(string); ok && t != "" {
		s.Type = t
		return s, nil
	}
	return s, Diagnostics{s.Report(Error, ClassWrongType, key, "option \"type\" must be the name of a plugin type, not "+kindOf(v), "")}
}

// Parse reads one TOML file with this package's references and places: the Section it returns has no
// name and is the whole file. It is nil after errors of syntax.
func Parse(file string, data []byte, env Lookup) (*Section, Diagnostics) {
	d, found := parseDocument(newSource(file, string(data)), orProcess(env), false)
	if d == nil {
		return nil, found
	}
	return &Section{File: file, Line: 1, doc: d, values: d.values, secrets: d.secrets("", d.values)}, found
}

// lookup finds an option regardless of case; exact spelling comes first.
func (s *Section) lookup(option string) (key string, v any, given bool) {
	if v, given = s.values[option]; given {
		return option, v, true
	}
	for key, v := range s.values {
		if strings.EqualFold(key, option) {
			return key, v, true
		}
	}
	return option, nil, false
}

// Has tells whether the section gives an option.
func (s *Section) Has(option string) bool {
	_, _, given := s.lookup(option)
	return given
}

// Position is where an option stands, dotted for one in a sub-table, with [n] for an element of an
// array of tables; where it is not given, the table that would hold it, or the section.
func (s *Section) Position(option string) (line, col int) {
	return s.doc.src.place(s.doc.at(s.find(option)).offset)
}

// find makes the path of an option as it stands in the file.
func (s *Section) find(option string) string {
	if as, ok := s.renamed[strings.ToLower(option)]; ok {
		option = as
	}
	path := s.path
	if option != "" {
		path = join(s.path, undotted(option))
	}
	for {
		if as, ok := s.doc.folded[strings.ToLower(path)]; ok {
			return as
		}
		i := strings.LastIndexAny(path, keySep+indexSep)
		if i < 0 {
			return path
		}
		path = path[:i]
	}
}

// undotted makes a path of an option's dotted name.
func undotted(option string) string {
	return strings.NewReplacer(".", keySep, "[", indexSep, "]", "").Replace(option)
}

// Report makes a Diagnostic that points at an option, or at the section for option "".
func (s *Section) Report(severity Severity, class, option, text, hint string) Diagnostic {
	d := s.doc.src.report(s.doc.at(s.find(option)).offset, severity, class, s.Redact(text), hint)
	d.Section, d.Option = s.Name, option
	return d
}

// Concealed tells whether an option's value must not be shown: a secret by its name, or one that
// comes from the environment, a file or a credential.
func (s *Section) Concealed(option string) bool {
	return s.doc.hidden(s.find(option)) || nearlySecret(lastPart(undotted(option)))
}

// Redact takes this section's secrets, and the passwords of URLs, out of a text.
func (s *Section) Redact(text string) string {
	if s.secrets != nil {
		for _, secret := range s.secrets() {
			text = strings.ReplaceAll(text, secret, "[hidden]")
		}
	}
	return RedactURLs(text)
}

// secrets gives the hidden strings of a value, which are many findings' but are looked for once.
func (d *document) secrets(path string, v any) func() []string {
	return sync.OnceValue(func() []string { return d.appendSecrets(nil, path, v) })
}

// appendSecrets lists the hidden strings of a value. Very short ones are left out: they stand in any text.
func (d *document) appendSecrets(list []string, path string, v any) []string {
	const shortest = 4
	switch v := v.(type) {
	case string:
		if len(v) >= shortest && d.hidden(path) && !holdsPassword(v) {
			list = append(list, v)
		}
	case map[string]any:
		for key, e := range v {
			list = d.appendSecrets(list, join(path, key), e)
		}
	case []any:
		for _, e := range v {
			list = d.appendSecrets(list, path, e)
		}
	case []map[string]any:
		for i, e := range v {
			list = d.appendSecrets(list, path+indexed(i), e)
		}
	}
	return list
}

// kindOf names a value's type as an operator would.
func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "a string"
	case int64:
		return "a number"
	case float64:
		return "a number with a fraction"
	case bool:
		return "true or false"
	case time.Time:
		return "a date"
	case map[string]any:
		return "a table"
	case []map[string]any:
		return "an array of tables"
	case []any:
		return "an array"
	}
	return "nothing"
}
