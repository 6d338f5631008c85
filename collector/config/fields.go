package config

import (
	"encoding"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"time"
)

// field is one option of a target struct.
type field struct {
	value reflect.Value
	unit  time.Duration // of a bare number, 0 for none
}

// fieldSet are the options that the structs for one table know.
type fieldSet struct {
	byName  map[string][]field // lower-case name
	aliases map[string]string  // lower-case alias -> name
	names   []string
	rest    []reflect.Value // maps that take what no struct knows
}

// Positioned is a target struct that wants to know where its table stands.
type Positioned interface {
	SetPosition(file string, line, col int)
}

var (
	durationType    = reflect.TypeFor[time.Duration]()
	timeType        = reflect.TypeFor[time.Time]()
	bytesType       = reflect.TypeFor[Bytes]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// fieldsOf collects the options of several targets: structs, and maps for whatever is left.
func fieldsOf(targets []reflect.Value) *fieldSet {
	fs := &fieldSet{byName: map[string][]field{}, aliases: map[string]string{}}
	for _, t := range targets {
		switch {
		case t.Kind() == reflect.Struct:
			fs.add(t)
		case t.Kind() == reflect.Map && t.Type().Key().Kind() == reflect.String:
			fs.rest = append(fs.rest, t)
		default:
			panic(fmt.Sprintf("BUG: cannot decode a table into a %s", t.Type()))
		}
	}
	sort.Strings(fs.names)
	return fs
}

// add takes in a struct's tagged fields, and those of embedded structs.
func (fs *fieldSet) add(v reflect.Value) {
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		switch {
		case name == "-", !f.IsExported() && !f.Anonymous:
		case name == "" && f.Anonymous && f.Type.Kind() == reflect.Struct:
			fs.add(v.Field(i))
		case name == "" && f.Anonymous && f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.Struct:
			fs.add(allocated(v.Field(i)))
		case name != "":
			fs.addField(name, f, v.Field(i))
		}
	}
}

func (fs *fieldSet) addField(name string, f reflect.StructField, v reflect.Value) {
	key := strings.ToLower(name)
	if len(fs.byName[key]) == 0 {
		fs.names = append(fs.names, name)
	}
	fs.byName[key] = append(fs.byName[key], field{value: v, unit: unitOf(f)})
	for _, alias := range strings.Split(f.Tag.Get("alias"), ",") {
		if alias != "" {
			fs.aliases[strings.ToLower(alias)] = name
		}
	}
}

// alias is the option that another spelling stands for, or "".
func (fs *fieldSet) alias(key string) string {
	key = strings.ToLower(key)
	if len(fs.byName[key]) > 0 {
		return ""
	}
	if name := fs.aliases[key]; name != "" {
		return name
	}
	if name := olderNames[key]; len(fs.byName[name]) > 0 {
		return name
	}
	return ""
}

// unitOf is the unit of a bare number, from the field's tag.
func unitOf(f reflect.StructField) time.Duration {
	unit, ok := f.Tag.Lookup("unit")
	if !ok {
		return 0
	}
	d, known := map[string]time.Duration{"ns": 1, "us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour}[unit]
	if !known {
		panic(fmt.Sprintf("BUG: unit %q of field %s", unit, f.Name))
	}
	return d
}

// allocated follows pointers, making what they lack.
func allocated(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	return v
}

// isTable tells whether a type is a struct with options of its own.
func isTable(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct && t != timeType && !reflect.PointerTo(t).Implements(textUnmarshaler)
}

// inner lists the names of sub-tables that know an option.
func (fs *fieldSet) inner(option string) string {
	for _, name := range fs.names {
		for _, f := range fs.byName[strings.ToLower(name)] {
			if !isTable(f.value.Type()) {
				continue
			}
			t := f.value.Type()
			for t.Kind() == reflect.Pointer {
				t = t.Elem()
			}
			if _, knows := fieldsOf([]reflect.Value{reflect.New(t).Elem()}).byName[strings.ToLower(option)]; knows {
				return name
			}
		}
	}
	return ""
}
