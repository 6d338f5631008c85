package collectd

import "lma_collector/collector/jsonscan"

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

// sourcesRun and originRun are members that follow each other as usual and are seldom other than those
// of the value list before: when the text is the same, it is not read again.
type (
	sourcesRun struct {
		text           string // from dstypes to dsnames
		types, sources int    // strings in each
	}
	originRun struct {
		text                         string // from interval to plugin_instance
		interval                     float64
		hasInterval                  bool
		host, plugin, pluginInstance string
	}
)

// forget drops what was kept of earlier value lists, whose text is no longer valid.
func (l *valueList) forget() { l.sources, l.origin = sourcesRun{}, originRun{} }

func (l *valueList) reset() {
	*l = valueList{values: l.values[:0], dsnames: l.dsnames[:0], dstypes: l.dstypes[:0], meta: l.meta[:0], sources: l.sources, origin: l.origin}
}

// read takes in the object that comes next. It fails only when the text is not JSON.
func (l *valueList) read(s *jsonscan.Scanner) bool {
	l.reset()
	s.Kind()
	from := s.Offset()
	if !s.Open('{') {
		return false
	}
	l.empty = true
	if s.Take(usual[memberValues]) {
		l.empty = false
		l.hasValues = l.readValues(s)
		l.readUsual(s)
	}
	first := l.empty
	for name, ok := s.Key(&first); ok; name, ok = s.Key(&first) {
		m, known := members[name]
		if !known {
			m = memberOther
		}
		if m == memberDstypes || m == memberDsnames {
			l.sources = sourcesRun{} // its strings lie where the new ones go
		}
		l.take(s, m)
		l.empty = false
	}
	if s.Err() != nil {
		return false
	}
	l.text = s.Text(from, s.Offset())
	return true
}

// readUsual reads the members behind the values for as long as they are the usual ones.
func (l *valueList) readUsual(s *jsonscan.Scanner) {
	start := s.Offset()
	for next := memberDstypes; int(next) < len(usual); next++ {
		switch next {
		case memberDstypes:
			if l.sources.text != "" && s.Take(l.sources.text) {
				l.dstypes, l.dsnames, l.hasNames = l.dstypes[:l.sources.types], l.dsnames[:l.sources.sources], true
				next = memberDsnames
				continue
			}
			l.sources = sourcesRun{}
		case memberInterval:
			if l.origin.text != "" && s.Take(l.origin.text) {
				o := &l.origin
				l.interval, l.hasInterval, l.host, l.plugin, l.pluginInstance = o.interval, o.hasInterval, o.host, o.plugin, o.pluginInstance
				next = memberPluginInstance
				continue
			}
			start = s.Offset()
		}
		if !s.Take(usual[next]) {
			return
		}
		l.take(s, next)
		if next == memberDsnames || next == memberPluginInstance {
			l.keepRun(next, s, start)
		}
	}
}

// keepRun remembers the run of members that ends with one, unless something in it is wrong.
func (l *valueList) keepRun(last member, s *jsonscan.Scanner, start int) {
	if s.Err() != nil || l.reason != "" {
		l.forget()
		return
	}
	text := s.Text(start, s.Offset())
	if last == memberDsnames {
		l.sources = sourcesRun{text, len(l.dstypes), len(l.dsnames)}
		return
	}
	l.origin = originRun{text, l.interval, l.hasInterval, l.host, l.plugin, l.pluginInstance}
}

func (l *valueList) take(s *jsonscan.Scanner, m member) {
	switch m {
	case memberValues:
		l.hasValues = l.readValues(s)
	case memberDstypes:
		l.dstypes, _ = l.texts(s, "dstypes", l.dstypes)
	case memberDsnames:
		l.dsnames, l.hasNames = l.texts(s, "dsnames", l.dsnames)
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
