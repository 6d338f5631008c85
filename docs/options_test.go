package docs_test

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/plugin"
	"lma_collector/collector/tlsconfig"
)

// option is a row of a table of options, as the code has it.
type option struct{ name, kind, value string }

// ownTables are tables that stand in a section of their own, shared by many types.
var ownTables = map[reflect.Type]string{
	reflect.TypeFor[tlsconfig.Config]():  "tls",
	reflect.TypeFor[plugin.Retries]():    "retries",
	reflect.TypeFor[plugin.Buffering]():  "buffering",
	reflect.TypeFor[*tlsconfig.Config](): "tls",
}

// optionsOf lists the options of a configuration struct with their defaults, those of tables dotted.
func optionsOf(prefix string, v reflect.Value) (list []option) {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := f.Tag.Get("toml")
		switch {
		case name == "" && f.Anonymous:
			list = append(list, optionsOf(prefix, v.Field(i))...)
		case name == "" || name == "-":
		case ownTables[f.Type] != "":
			list = append(list, option{prefix + name, "table", "–"})
		case f.Type.Kind() == reflect.Struct:
			list = append(list, optionsOf(prefix+name+".", v.Field(i))...)
		case f.Type.Kind() == reflect.Map && f.Type.Elem().Kind() == reflect.Struct:
			list = append(list, optionsOf(prefix+name+".NAME.", reflect.New(f.Type.Elem()))...)
		default:
			list = append(list, option{prefix + name, kindOf(f), valueOf(v.Field(i))})
		}
	}
	return list
}

// kindOf is a field's type as an operator writes it.
func kindOf(f reflect.StructField) string {
	switch f.Type {
	case reflect.TypeFor[time.Duration]():
		if unit := f.Tag.Get("unit"); unit != "" {
			return "time (" + unit + ")"
		}
		return "time"
	case reflect.TypeFor[config.Bytes]():
		return "size"
	}
	return wordOf(f.Type)
}

func wordOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Pointer:
		return wordOf(t.Elem())
	case reflect.Slice:
		return "list of " + wordOf(t.Elem()) + "s"
	case reflect.Map:
		if t.Elem().Kind() == reflect.Interface {
			return "table"
		}
		return "table of " + strings.TrimSuffix(wordOf(t.Elem()), "s") + "s"
	case reflect.Interface:
		return "value"
	}
	return "number"
}

// valueOf is a default as it would stand in a file.
func valueOf(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return fmt.Sprintf("`%q`", shortTime(x))
	case config.Bytes:
		return fmt.Sprintf("`%d`", x)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return "–"
	case reflect.String:
		if strings.Contains(v.String(), `\`) && !strings.Contains(v.String(), "'") {
			return "`'" + v.String() + "'`"
		}
		return fmt.Sprintf("`%q`", v.String())
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = strings.Trim(valueOf(v.Index(i)), "`")
		}
		return "`[" + strings.Join(parts, ", ") + "]`"
	case reflect.Map:
		return "`{}`"
	}
	return fmt.Sprintf("`%v`", v.Interface())
}

func shortTime(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// optionsOfType lists the options of a plugin type: its own, and those of its kind to which it gives
// another default.
func optionsOfType(name string) []option {
	t, _ := plugin.Lookup(name)
	c := t.NewConfig()
	list := optionsOf("", reflect.ValueOf(c))
	return append(list, changed(sharedOptions(t.Kind), sharedBy(t.Kind, c))...)
}

// sharedOptions are the options that all types of a kind have, nil for none.
func sharedOptions(kind plugin.Kind) []option { return sharedBy(kind, nil) }

// sharedBy are the options of a kind with the defaults that one type gives them.
func sharedBy(kind plugin.Kind, c any) []option {
	switch kind {
	case plugin.KindInput:
		o := plugin.InputOptions{Retries: plugin.DefaultRetries(), LogDecodeFailures: true, Splitter: "NullSplitter"}
		if d, ok := c.(plugin.InputDefaulter); ok {
			d.InputDefaults(&o)
		}
		return optionsOf("", reflect.ValueOf(o))
	case plugin.KindFilter, plugin.KindOutput:
		o := plugin.ConsumerOptions{Retries: plugin.DefaultRetries()}
		if d, ok := c.(plugin.ConsumerDefaulter); ok {
			d.ConsumerDefaults(&o)
		}
		return optionsOf("", reflect.ValueOf(o))
	case plugin.KindSplitter:
		var o plugin.SplitterOptions
		if d, ok := c.(plugin.SplitterDefaulter); ok {
			d.SplitterDefaults(&o)
		}
		return optionsOf("", reflect.ValueOf(o))
	}
	return nil
}

func changed(before, after []option) (list []option) {
	for i := range after {
		if after[i] != before[i] {
			list = append(list, after[i])
		}
	}
	return list
}
