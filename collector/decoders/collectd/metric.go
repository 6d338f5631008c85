package collectd

import (
	"strings"

	"lma_collector/collector/message"
)

// metric is what the mapping makes of one value.
type metric struct {
	name  []byte
	value float64
	unit  string // the value's representation

	hostname string // Fields[hostname], "" for a metric of the whole cluster
	header   string // the message's Hostname where it is not the value list's host

	fields []field
	tags   []string // names of the fields that are tags

	path []byte // memory of a mount point
}

// field is a field besides those that every metric has; a tag is also listed in tag_fields.
type field struct {
	name  string
	value message.Value
	tag   bool
}

func (m *metric) start(value float64) {
	m.name, m.value, m.unit = m.name[:0], value, ""
	m.hostname, m.header = "", ""
	m.fields = m.fields[:0]
}

func (m *metric) tag(name, value string) {
	m.fields = append(m.fields, field{name, message.StringValue(value), true})
}

// metaTag makes a tag of an entry of the meta data, if there is one.
func (m *metric) metaTag(name string, l *valueList, entry string) {
	if v, ok := l.metaValue(entry); ok {
		m.fields = append(m.fields, field{name, v, true})
	}
}

func (m *metric) field(name string, value message.Value) {
	m.fields = append(m.fields, field{name, value, false})
}

// write appends to the name.
func (m *metric) write(parts ...string) {
	for _, p := range parts {
		m.name = append(m.name, p...)
	}
}

// writeName appends the name that a value has unless the mapping says otherwise: its type, type
// instance and data source, where they say anything.
func (m *metric) writeName(l *valueList, i int) {
	m.name = append(m.name, l.typ...)
	if l.typeInstance != "" {
		m.name = append(append(m.name, '_'), l.typeInstance...)
	}
	m.writeSource(l, i)
}

// writeSource appends the name of the data source, unless it is just "value".
func (m *metric) writeSource(l *valueList, i int) {
	if l.dsnames[i] != "value" {
		m.name = append(append(m.name, '_'), l.dsnames[i]...)
	}
}

// dotless replaces the dots of the name from an offset on.
func (m *metric) dotless(from int) {
	for i := from; i < len(m.name); i++ {
		if m.name[i] == '.' {
			m.name[i] = '_'
		}
	}
}

// drop removes a word wherever it stands in the name behind an offset.
func (m *metric) drop(from int, word string) {
	for {
		at := strings.Index(message.View(m.name[from:]), word)
		if at < 0 {
			return
		}
		m.name = append(m.name[:from+at], m.name[from+at+len(word):]...)
	}
}

// addFields adds the metric's own fields to a message and tells which of them are tags.
func (m *metric) addFields(out *message.Draft) (tags []string) {
	m.tags = m.tags[:0]
	for i := range m.fields {
		f := &m.fields[i]
		if f.value.Type() == message.TypeString {
			out.AddString(f.name, f.value.Text())
		} else {
			out.Add(f.name, "", f.value)
		}
		if f.tag {
			m.tags = append(m.tags, f.name)
		}
	}
	return m.tags
}
