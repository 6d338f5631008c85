package collectd

import (
	"strconv"
	"time"

	"lma_collector/collector/jsonscan"
	"lma_collector/collector/message"
)

// valueList is one element of a body, as collectd writes it. Its strings are views of the body.
type valueList struct {
	plugin, pluginInstance string
	typ, typeInstance      string
	host                   string
	values                 []value
	dsnames, dstypes       []string
	time                   int64 // ns since 1970
	interval               float64
	hasTime, hasInterval   bool
	hasValues, hasNames    bool

	meta    []metaEntry
	hasMeta bool

	labels, annotations, startsAt string // of a notification

	empty  bool   // {}
	text   string // the element's JSON
	reason string // the first member of a wrong type

	kinds, names repeated // of dstypes and dsnames
}

// repeated is the text of the last list of strings of its kind, which seldom differs from the next one.
type repeated struct {
	text string
	n    int // strings in it
}

// value is a number, or null where collectd has none (a first rate, NaN).
type value struct {
	number float64
	null   bool
}

type metaEntry struct {
	name  string
	value message.Value
}

// member is what a value list holds under one name.
type member int

const (
	memberValues member = iota
	memberDstypes
	memberDsnames
	memberTimestamp
	memberInterval
	memberHost
	memberPluginName
	memberPluginInstance
	memberTypeName
	memberTypeInstance
	memberMeta
	memberLabels
	memberAnnotations
	memberStartsAt
	memberOther
)

var members = map[string]member{
	"values": memberValues, "dstypes": memberDstypes, "dsnames": memberDsnames, "time": memberTimestamp, "interval": memberInterval, "host": memberHost,
	"plugin": memberPluginName, "plugin_instance": memberPluginInstance, "type": memberTypeName, "type_instance": memberTypeInstance, "meta": memberMeta,
	"labels": memberLabels, "annotations": memberAnnotations, "startsAt": memberStartsAt,
}

// usual is how collectd writes the members of a value list, in its order.
var usual = [...]string{
	memberValues: `"values":`, memberDstypes: `,"dstypes":`, memberDsnames: `,"dsnames":`, memberTimestamp: `,"time":`, memberInterval: `,"interval":`, memberHost: `,"host":`,
	memberPluginName: `,"plugin":`, memberPluginInstance: `,"plugin_instance":`, memberTypeName: `,"type":`, memberTypeInstance: `,"type_instance":`, memberMeta: `,"meta":`,
}

// read takes in the object that comes next. It fails only when the text is not JSON.
func (l *valueList) read(s *jsonscan.Scanner) bool {
	l.reset()
	s.Kind()
	from := s.Offset()
	if !s.Open('{') {
		return false
	}
	first, next := true, memberValues
	for {
		if int(next) < len(usual) && (first || next > memberValues) && s.Take(usual[next]) {
			l.take(s, next)
			first = false
			next++
			continue
		}
		name, ok := s.Key(&first)
		if !ok {
			break
		}
		m, known := members[name]
		if !known {
			m = memberOther
		}
		l.take(s, m)
	}
	if s.Err() != nil {
		return false
	}
	l.empty = first
	l.text = s.Text(from, s.Offset())
	return true
}

// forget drops what was kept of earlier value lists, whose text is no longer valid.
func (l *valueList) forget() { l.kinds, l.names = repeated{}, repeated{} }

func (l *valueList) reset() {
	*l = valueList{values: l.values[:0], dsnames: l.dsnames[:0], dstypes: l.dstypes[:0], meta: l.meta[:0], kinds: l.kinds, names: l.names}
}

func (l *valueList) take(s *jsonscan.Scanner, m member) {
	switch m {
	case memberValues:
		l.hasValues = l.readValues(s)
	case memberDstypes:
		l.dstypes, _ = l.texts(s, "dstypes", l.dstypes, &l.kinds)
	case memberDsnames:
		l.dsnames, l.hasNames = l.texts(s, "dsnames", l.dsnames, &l.names)
	case memberTimestamp:
		l.hasTime = l.readTime(s)
	case memberInterval:
		if s.Kind() == jsonscan.Number {
			l.interval, l.hasInterval = s.Number()
			return
		}
		s.Skip()
	case memberHost:
		l.host = l.textOf(s, "host")
	case memberPluginName:
		l.plugin = l.textOf(s, "plugin")
	case memberPluginInstance:
		l.pluginInstance = l.textOf(s, "plugin_instance")
	case memberTypeName:
		l.typ = l.textOf(s, "type")
	case memberTypeInstance:
		l.typeInstance = l.textOf(s, "type_instance")
	case memberMeta:
		l.readMeta(s)
	case memberLabels:
		l.labels, _ = s.Skip()
	case memberAnnotations:
		l.annotations, _ = s.Skip()
	case memberStartsAt:
		l.startsAt = l.textOf(s, "startsAt")
	default:
		s.Skip()
	}
}

func (l *valueList) wrong(reason string) {
	if l.reason == "" {
		l.reason = reason
	}
}

// textOf reads a string; null and absence are the same.
func (l *valueList) textOf(s *jsonscan.Scanner, name string) string {
	switch s.Kind() {
	case jsonscan.String:
		v, _ := s.String()
		return v
	case jsonscan.Null:
		s.Null()
	default:
		if _, ok := s.Skip(); ok {
			l.wrong(name + " is no text")
		}
	}
	return ""
}

// texts reads a list of strings. When its text is that of the last one it is not read again.
func (l *valueList) texts(s *jsonscan.Scanner, name string, list []string, last *repeated) ([]string, bool) {
	if last.text != "" && s.Take(last.text) {
		return list[:last.n], true
	}
	from := s.Offset()
	list, ok := l.newTexts(s, name, list[:0])
	*last = repeated{}
	if ok && l.reason == "" && s.Err() == nil {
		*last = repeated{s.Text(from, s.Offset()), len(list)}
	}
	return list, ok
}

func (l *valueList) newTexts(s *jsonscan.Scanner, name string, list []string) ([]string, bool) {
	if s.Kind() != jsonscan.Array {
		if _, ok := s.Skip(); ok {
			l.wrong(name + " is no array")
		}
		return list, false
	}
	s.Open('[')
	for first := true; s.Next(']', &first); {
		list = append(list, l.textOf(s, name))
	}
	return list, true
}

func (l *valueList) readValues(s *jsonscan.Scanner) bool {
	l.values = l.values[:0]
	if s.Kind() != jsonscan.Array {
		if _, ok := s.Skip(); ok {
			l.wrong("values is no array")
		}
		return false
	}
	s.Open('[')
	for first := true; s.Next(']', &first); {
		switch s.Kind() {
		case jsonscan.Number:
			n, _ := s.Number()
			l.values = append(l.values, value{number: n})
		case jsonscan.Null:
			s.Null()
			l.values = append(l.values, value{null: true})
		default:
			if _, ok := s.Skip(); ok {
				l.wrong("values holds something that is no number")
			}
		}
	}
	return true
}

// readTime reads seconds since 1970, a number or the text of one.
func (l *valueList) readTime(s *jsonscan.Scanner) (ok bool) {
	switch s.Kind() {
	case jsonscan.Number:
		l.time, ok = s.Nanoseconds()
		return ok
	case jsonscan.String:
		text, _ := s.String()
		seconds, err := strconv.ParseFloat(text, 64)
		if err == nil && seconds > 0 && seconds < 1<<33 {
			l.time = int64(seconds * float64(time.Second))
			return true
		}
		l.wrong("time is no number of seconds")
	case jsonscan.Null:
		s.Null()
	default:
		if _, ok := s.Skip(); ok {
			l.wrong("time is no number of seconds")
		}
	}
	return false
}

// readMeta reads the scalars among the meta data; anything but an object counts as none.
func (l *valueList) readMeta(s *jsonscan.Scanner) {
	if s.Kind() != jsonscan.Object {
		s.Skip()
		return
	}
	s.Open('{')
	l.hasMeta = true
	first := true
	for name, ok := s.Key(&first); ok; name, ok = s.Key(&first) {
		switch s.Kind() {
		case jsonscan.String:
			v, _ := s.String()
			l.meta = append(l.meta, metaEntry{name, message.StringValue(v)})
		case jsonscan.Number:
			v, _ := s.Number()
			l.meta = append(l.meta, metaEntry{name, message.FloatValue(v)})
		case jsonscan.Bool:
			v, _ := s.Bool()
			l.meta = append(l.meta, metaEntry{name, message.BoolValue(v)})
		default:
			s.Skip()
		}
	}
}

// check tells what is missing, "" for nothing.
func (l *valueList) check() string {
	switch {
	case l.reason != "":
		return l.reason
	case l.plugin == "":
		return "plugin is missing"
	case l.typ == "":
		return "type is missing"
	case !l.hasValues:
		return "values is missing"
	case !l.hasNames:
		return "dsnames is missing"
	case !l.hasTime:
		return "time is missing"
	case len(l.dsnames) < len(l.values):
		return "dsnames is shorter than values"
	}
	return ""
}

// metaValue finds an entry of the meta data.
func (l *valueList) metaValue(name string) (v message.Value, ok bool) {
	for i := range l.meta {
		if l.meta[i].name == name {
			return l.meta[i].value, true
		}
	}
	return v, false
}

// metaText is a textual entry of the meta data, "" when there is none.
func (l *valueList) metaText(name string) string {
	v, _ := l.metaValue(name)
	return v.Text()
}

// metaTrue tells whether an entry is there and not false.
func (l *valueList) metaTrue(name string) bool {
	v, ok := l.metaValue(name)
	return ok && (v.Type() != message.TypeBool || v.Bool())
}
