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

	sources sourcesRun
	origin  originRun
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

func (l *valueList) texts(s *jsonscan.Scanner, name string, list []string) ([]string, bool) {
	list = list[:0]
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
