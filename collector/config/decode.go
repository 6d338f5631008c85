package config

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

// Decode puts the section's options into targets: pointers to structs whose fields have toml tags, of
// which each option must be known to at least one, or to a map[string]any, which takes what no struct
// knows. Option names match regardless of case. A field not given keeps its value.
//
// Fields may be strings, booleans, numbers (range checked), slices, maps with string keys, structs, any,
// pointers to those, encoding.TextUnmarshaler and time.Duration ("5s", and with the tag unit:"s" a bare
// number in that unit). The tag alias:"a,b" lists other names that are accepted with a warning. The
// option type is always known. All mistakes are reported, not only the first.
func (s *Section) Decode(targets ...any) Diagnostics {
	d := &decoder{section: s, doc: s.doc}
	values := make([]reflect.Value, len(targets))
	for i, t := range targets {
		v := reflect.ValueOf(t)
		if v.Kind() != reflect.Pointer || v.IsNil() {
			panic(fmt.Sprintf("BUG: Decode needs pointers, not a %T", t))
		}
		values[i] = allocated(v)
	}
	d.table(s.path, s.values, values, nil)
	d.found.Sort()
	return d.found
}

// decoder is one Decode.
type decoder struct {
	section *Section
	doc     *document
	found   Diagnostics
}

// table decodes a table into all targets. outer are the options of the table around it.
func (d *decoder) table(path string, values map[string]any, targets []reflect.Value, outer *fieldSet) {
	fs := fieldsOf(targets)
	for _, t := range targets {
		if p, ok := t.Addr().Interface().(Positioned); ok {
			line, col := d.doc.src.place(d.doc.at(path).offset)
			p.SetPosition(d.doc.src.file, line, col)
		}
	}
	given := map[string]string{} // option -> as it was given
	for _, key := range d.inOrder(path, values) {
		name, known := d.name(path, key, fs, given)
		if known {
			d.option(join(path, key), fs.byName[strings.ToLower(name)], values[key], fs)
			continue
		}
		if name != "" && !(path == d.section.path && d.section.path != "" && strings.EqualFold(key, "type")) {
			d.unknown(path, key, values[key], fs, outer)
		}
	}
}

// inOrder lists a table's keys as they stand in the file.
func (d *decoder) inOrder(path string, values map[string]any) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool {
		a, b := d.doc.at(join(path, keys[i])).offset, d.doc.at(join(path, keys[j])).offset
		return a < b || a == b && keys[i] < keys[j]
	})
	return keys
}

// name finds the option that a key means. It is "" for one that was given already.
func (d *decoder) name(path, key string, fs *fieldSet, given map[string]string) (name string, known bool) {
	name = key
	if alias := fs.alias(key); alias != "" {
		name = alias
		d.report(join(path, key), Warning, ClassMisspelt,
			fmt.Sprintf("%q is another spelling of option %q", key, alias), "write "+alias)
		d.section.rename(join(path, alias), join(path, key))
	}
	lower := strings.ToLower(name)
	if _, known = fs.byName[lower]; !known {
		return name, false
	}
	if first, again := given[lower]; again {
		d.report(join(path, key), Error, ClassDuplicate, fmt.Sprintf("%q and %q are the same option", first, key), "remove one")
		return "", false
	}
	given[lower] = key
	return name, true
}

// rename remembers how an option is written in the file, for Position.
func (s *Section) rename(option, as string) {
	if s.renamed == nil {
		s.renamed = map[string]string{}
	}
	s.renamed[strings.ToLower(s.dotted(option))] = s.dotted(as)
}

// dotted is a path as an option of this section.
func (s *Section) dotted(path string) string {
	if s.path != "" {
		path = strings.TrimPrefix(strings.TrimPrefix(path, s.path), keySep)
	}
	return dotted(path)
}

// option decodes one value into each field of its name. Structs share a table: what one of them knows
// the others need not.
func (d *decoder) option(path string, fields []field, v any, fs *fieldSet) {
	var tables []reflect.Value
	for _, f := range fields {
		if values, ok := v.(map[string]any); ok && isTable(f.value.Type()) {
			tables = append(tables, allocated(f.value))
			if len(tables) == len(fields) {
				d.table(path, values, tables, fs)
				return
			}
			continue
		}
		if !d.value(path, f.value, v, f) {
			return // one report is enough
		}
	}
	if len(tables) > 0 {
		d.table(path, v.(map[string]any), tables, fs)
	}
}

// unknown gives a key to a map that takes all, or reports it.
func (d *decoder) unknown(path, key string, v any, fs, outer *fieldSet) {
	for _, m := range fs.rest {
		if m.IsNil() {
			m.Set(reflect.MakeMap(m.Type()))
		}
		e := reflect.New(m.Type().Elem()).Elem()
		if d.value(join(path, key), e, v, field{}) {
			m.SetMapIndex(reflect.ValueOf(key), e)
		}
	}
	if len(fs.rest) > 0 {
		return
	}
	if text, hint, ok := obsoleteOption(d.section.Type, d.section.dotted(join(path, key))); ok {
		d.report(join(path, key), Warning, ClassObsolete, text, hint)
		return
	}
	d.report(join(path, key), Error, ClassUnknownOption, fmt.Sprintf("%s has no option %q", d.owner(path), key), d.hint(path, key, fs, outer))
}

// scriptTable is the table of a section in which its script's own options stand.
const scriptTable = "config"

// hint tells what may have been meant by an unknown option.
func (d *decoder) hint(path, key string, fs, outer *fieldSet) string {
	if outer != nil {
		if _, above := outer.byName[strings.ToLower(key)]; above {
			section, _ := splitPath(path)
			return fmt.Sprintf("it is an option of [%s]: move it above the line of [%s]", section, strings.ReplaceAll(path, keySep, "."))
		}
	}
	if near := Nearest(key, fs.names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if table := fs.inner(key); table != "" {
		return fmt.Sprintf("it belongs in [%s]", strings.ReplaceAll(join(path, table), keySep, "."))
	}
	if list := fs.byName[scriptTable]; len(list) > 0 && list[0].value.Kind() == reflect.Map {
		return fmt.Sprintf("what the script reads with read_config belongs in [%s]", strings.ReplaceAll(join(path, scriptTable), keySep, "."))
	}
	return ""
}

// owner names what a table belongs to: the plugin type for a section.
func (d *decoder) owner(path string) string {
	switch path {
	case "":
		return "the file"
	case d.section.path:
		if d.section.Type != d.section.Name {
			return d.section.Type
		}
	}
	section, option := splitPath(path)
	if d.section.path == "" {
		return "[" + dotted(path) + "]"
	}
	if option != "" {
		section += "." + option
	}
	return "[" + section + "]"
}

func (d *decoder) report(path string, severity Severity, class, text, hint string) {
	r := d.doc.src.report(d.doc.at(path).offset, severity, class, text, hint)
	r.Section, r.Option = d.section.Name, d.section.dotted(path)
	d.found = append(d.found, r)
}

func indexed(i int) string { return indexSep + strconv.Itoa(i) }
