package lineproto

import (
	"fmt"
	"strconv"

	"lma_collector/collector/jsonscan"
	"lma_collector/collector/message"
)

// point is one element of a bulk metric's payload: {"name":…,"value":…,"tags":{…}}, with "values":{…}
// instead of "value" for several.
type point struct {
	name   string
	reason string // why it is no point
}

// appendBulk appends a line for each point of the payload, a JSON list. The point's own tags come
// before the common ones.
func (e *Encoder) appendBulk(dst []byte, m *message.Message) (out []byte, lines int, err error) {
	s := &e.points.scan
	s.Reset(m.Payload())
	start, total, bad, reason := len(dst), 0, 0, ""
	switch s.Kind() {
	case jsonscan.Array:
		s.Open('[')
		for first := true; s.Next(']', &first); total++ {
			var written bool
			p := e.points.read(s)
			if p.reason == "" {
				dst, written = e.appendPoint(dst, m, p.name)
			} else if bad++; reason == "" {
				reason = p.reason
			}
			if written {
				lines++
			}
		}
	case jsonscan.Object: // an empty list, as Lua's encoder writes it
		text, _ := s.Skip()
		if text != "{}" {
			total, bad, reason = 1, 1, "the payload is no list"
		}
	default:
		return dst, 0, fmt.Errorf("invalid payload value for bulk metric")
	}
	s.End()
	if err := s.Err(); err != nil {
		return dst[:start], 0, fmt.Errorf("invalid payload value for bulk metric: %w", err)
	}
	if bad > 0 {
		err = fmt.Errorf("%d of %d points of a bulk metric cannot be written: %s", bad, total, reason)
	}
	return dst, lines, err
}

func (e *Encoder) appendPoint(dst []byte, m *message.Message, name string) (out []byte, written bool) {
	start := len(dst)
	e.tags.reset()
	for _, t := range e.points.tags {
		e.addTag(t.name, t.value)
	}
	e.addCommon(m)
	dst = AppendMeasurement(dst, name)
	dst = append(e.tags.append(dst), ' ')
	valuesAt := len(dst)
	for _, v := range e.points.values {
		dst = appendField(dst, v.name, v.value)
	}
	if len(dst) == valuesAt {
		return dst[:start], false
	}
	return append(dst, e.endOf(m.Timestamp())...), true
}

// read takes in the element that comes next.
func (b *bulkReader) read(s *jsonscan.Scanner) (p point) {
	b.values, b.tags = b.values[:0], b.tags[:0]
	if s.Kind() != jsonscan.Object {
		s.Skip()
		p.reason = "a point is no object"
		return p
	}
	s.Open('{')
	first := true
	for key, ok := s.Key(&first); ok; key, ok = s.Key(&first) {
		if reason := b.member(s, &p, key); reason != "" && p.reason == "" {
			p.reason = reason
		}
	}
	if p.reason == "" {
		p.reason = b.check(p)
	}
	return p
}

func (b *bulkReader) check(p point) string {
	switch {
	case p.name == "":
		return "name is missing"
	case !isMeasurement(p.name):
		return "name is not a text that can be a measurement"
	case len(b.values) == 0:
		return "value is missing"
	}
	return ""
}

func (b *bulkReader) member(s *jsonscan.Scanner, p *point, key string) string {
	switch key {
	case "name":
		if s.Kind() != jsonscan.String {
			s.Skip()
			return "name is no text"
		}
		p.name, _ = s.String()
	case "value":
		v, ok := scalar(s)
		if !ok {
			return "value is no number or text"
		}
		b.values = append(b.values, pair{"value", v})
	case "values":
		return b.readValues(s)
	case "tags":
		return b.readTags(s)
	default:
		s.Skip()
	}
	return ""
}

// readValues takes several values: an object, or a list whose values are numbered from 1.
func (b *bulkReader) readValues(s *jsonscan.Scanner) (reason string) {
	first := true
	switch s.Kind() {
	case jsonscan.Object:
		s.Open('{')
		for name, ok := s.Key(&first); ok; name, ok = s.Key(&first) {
			v, ok := scalar(s)
			if !ok || writable(name) == "" {
				reason = "values holds something that is no number or text"
				continue
			}
			b.values = append(b.values, pair{name, v})
		}
	case jsonscan.Array:
		s.Open('[')
		for n := 1; s.Next(']', &first); n++ {
			v, ok := scalar(s)
			if !ok {
				reason = "values holds something that is no number or text"
				continue
			}
			b.values = append(b.values, pair{strconv.Itoa(n), v})
		}
	default:
		s.Skip()
		reason = "values is no object"
	}
	return reason
}

func (b *bulkReader) readTags(s *jsonscan.Scanner) (reason string) {
	if s.Kind() != jsonscan.Object {
		if text, _ := s.Skip(); text == "[]" || text == "null" {
			return ""
		}
		return "tags is no object"
	}
	s.Open('{')
	first := true
	for name, ok := s.Key(&first); ok; name, ok = s.Key(&first) {
		if v, ok := scalar(s); ok {
			b.tags = append(b.tags, pair{name, v})
		} else {
			reason = "tags holds something that is no number or text"
		}
	}
	return reason
}

// scalar reads a number, text or truth value; anything else is passed over.
func scalar(s *jsonscan.Scanner) (v message.Value, ok bool) {
	switch s.Kind() {
	case jsonscan.Number:
		n, ok := s.Number()
		return message.FloatValue(n), ok
	case jsonscan.String:
		t, ok := s.String()
		return message.StringValue(t), ok
	case jsonscan.Bool:
		b, ok := s.Bool()
		return message.BoolValue(b), ok
	}
	s.Skip()
	return v, false
}
