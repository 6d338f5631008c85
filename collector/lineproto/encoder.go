package lineproto

import (
	"errors"
	"strings"

	"lma_collector/collector/jsonscan"
	"lma_collector/collector/message"
)

// Errors of messages that are no metrics.
var (
	ErrNoName      = errors.New("a metric without Fields[name]")
	ErrBadName     = errors.New("a metric whose Fields[name] cannot be a measurement")
	ErrNoValue     = errors.New("a metric without Fields[value]")
	ErrNoField     = errors.New("a metric whose Fields[value_fields] lists no field that it has")
	ErrNoTimestamp = errors.New("the message has no timestamp")
)

// Encoder turns metrics into lines. One goroutine uses it; it allocates nothing once it is warm.
type Encoder struct {
	precision Precision
	common    []string // fields that are tags wherever they are present

	marks  []uint32 // of each field of the message at hand, to find one fast
	seen   uint64   // a bit of each mark, to find out fast that there is none
	fields []indexed
	tags   tagSet
	points bulkReader

	plans    map[string]*tagPlan // by the encoding of the list of tags
	lastPlan *tagPlan

	stamped int64  // ns
	stamp   []byte // the same with its space and newline, as in the line before
}

// indexed is a field of the message at hand: its name, and where to find it again.
type indexed struct {
	name string
	at   int
}

// NewEncoder makes an encoder. common names the fields that are tags of every metric that has them.
func NewEncoder(precision Precision, common []string) *Encoder {
	return &Encoder{precision: precision, common: common, plans: map[string]*tagPlan{}}
}

// Append appends a message's lines, each with a newline, and tells their number. A metric whose only
// value is NaN or infinite has none. The error says what is not a metric; of a bulk metric the good
// points are there all the same.
func (e *Encoder) Append(dst []byte, m *message.Message) (out []byte, lines int, err error) {
	if !m.HasTimestamp() {
		return dst, 0, ErrNoTimestamp
	}
	e.index(m)
	if strings.HasSuffix(m.Type(), "bulk_metric") {
		return e.appendBulk(dst, m)
	}
	start := len(dst)
	name, err := e.name(m)
	if err != nil {
		return dst, 0, err
	}
	dst = AppendMeasurement(dst, name)
	dst = append(e.appendTags(dst, m), ' ')
	values := len(dst)
	if dst, err = e.appendFields(dst, m); err != nil || len(dst) == values {
		return dst[:start], 0, err
	}
	return append(dst, e.endOf(m.Timestamp())...), 1, nil
}

// endOf is what stands behind a line's fields. Messages of one origin often have the same time.
func (e *Encoder) endOf(ns int64) []byte {
	if ns != e.stamped || len(e.stamp) == 0 {
		e.stamped = ns
		e.stamp = append(e.precision.AppendTime(append(e.stamp[:0], ' '), ns), '\n')
	}
	return e.stamp
}

func (e *Encoder) index(m *message.Message) {
	e.marks, e.fields, e.seen = e.marks[:0], e.fields[:0], 0
	for name, at := range m.FieldNames {
		k := mark(name)
		e.seen |= bitOf(k)
		e.marks = append(e.marks, k)
		e.fields = append(e.fields, indexed{name, at})
	}
}

// mark is a number that names seldom share: the length, the first and the last character.
func mark(name string) uint32 {
	if name == "" {
		return 0
	}
	return uint32(len(name))<<16 | uint32(name[0])<<8 | uint32(name[len(name)-1])
}

// bitOf is one of 64 bits, by a multiplicative hash.
func bitOf(mark uint32) uint64 { return 1 << (mark * 0x9E3779B1 >> 26) }

// find tells where the first field of a name is, -1 when there is none.
func (e *Encoder) find(name string) (at int) { return e.findMarked(name, mark(name)) }

func (e *Encoder) findMarked(name string, wanted uint32) (at int) {
	if e.seen&bitOf(wanted) == 0 {
		return -1
	}
	for i, have := range e.marks {
		if have == wanted && e.fields[i].name == name {
			return e.fields[i].at
		}
	}
	return -1
}

// first is the first value of the first field of a name.
func (e *Encoder) first(m *message.Message, name string) (v message.Value, ok bool) {
	if at := e.find(name); at >= 0 {
		return m.ValueAt(at)
	}
	return v, false
}

func (e *Encoder) name(m *message.Message) (string, error) {
	v, ok := e.first(m, "name")
	switch {
	case !ok:
		return "", ErrNoName
	case !isMeasurement(v.Text()):
		return "", ErrBadName
	}
	return v.Text(), nil
}

// isMeasurement tells whether a line can begin with a name: one that begins with '#' would be a comment.
func isMeasurement(name string) bool { return writable(name) != "" && name[0] != '#' }

// addListed adds the tags that the message itself names.
func (e *Encoder) addListed(m *message.Message) {
	at := e.find("tag_fields")
	if at < 0 {
		return
	}
	for name := range m.FieldAt(at).Values {
		e.addField(m, name.Text())
	}
}

// addCommon adds the common tags; what the message named comes before.
func (e *Encoder) addCommon(m *message.Message) {
	for _, name := range e.common {
		e.addField(m, name)
	}
}

func (e *Encoder) addField(m *message.Message, name string) {
	if v, ok := e.first(m, name); ok {
		e.addTag(name, v)
	}
}

func (e *Encoder) addTag(name string, v message.Value) {
	if from, ok := e.tags.open(name); ok {
		valueAt := len(e.tags.text)
		e.tags.text = appendTagText(e.tags.text, v)
		e.tags.close(from, valueAt)
	}
}

// appendFields appends the fields that value_fields lists, or the one named value.
func (e *Encoder) appendFields(dst []byte, m *message.Message) ([]byte, error) {
	listed, present := false, false
	if at := e.find("value_fields"); at >= 0 {
		for name := range m.FieldAt(at).Values {
			listed = true
			if v, ok := e.first(m, name.Text()); ok && writable(name.Text()) != "" {
				dst = appendField(dst, name.Text(), v)
				present = true
			}
		}
	}
	if present {
		return dst, nil
	}
	v, ok := e.first(m, "value")
	switch {
	case ok:
		return appendField(dst, "value", v), nil
	case listed:
		return dst, ErrNoField
	}
	return dst, ErrNoValue
}

// appendField appends key=value, with a comma unless it is the line's first (after a space); nothing
// for a value that cannot be written.
func appendField(dst []byte, key string, v message.Value) []byte {
	start := len(dst)
	if dst[start-1] != ' ' {
		dst = append(dst, ',')
	}
	dst = append(appendKey(dst, key), '=')
	valueAt := len(dst)
	if dst = appendValue(dst, v); len(dst) == valueAt {
		return dst[:start]
	}
	return dst
}

// bulkReader reads the points of a bulk metric.
type bulkReader struct {
	scan   jsonscan.Scanner
	values []pair
	tags   []pair
}

// pair is a member of a point's values or tags.
type pair struct {
	name  string
	value message.Value
}
