package sandbox

import (
	"strconv"
	"strings"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/timeparse"
)

// writeMessage is write_message(name, value [, representation [, field index [, array index]]]).
func (s *script) writeMessage(c *lua.Call) {
	n := c.Len()
	if n < 2 || n > 5 {
		c.Raise("write_message() incorrect number of arguments")
	}
	name := lua.CheckText(c, 1, "write_message")
	c.Spend(len(name) / 64)
	w := write{name: beforeNUL(name), value: c.Arg(2), clock: s.clock}
	if kind := c.Kind(2); kind > lua.KindString {
		c.Raise("write_message() only accepts numeric, string, or boolean field values, or nil to delete")
	}
	if n > 2 && c.Kind(3) != lua.KindNil {
		representation := lua.CheckText(c, 3, "write_message")
		c.Spend(len(representation) / 64)
		w.representation = beforeNUL(representation)
	}
	w.nth = index(c, 4, "write_message", "field", 0)
	w.element = index(c, 5, "write_message", "array", -1)
	d := s.mutable()
	if d != nil {
		c.Spend(d.FieldCount()>>2 + len(w.value.Text())>>4) // a field is looked for and encoded
	}
	if d == nil || !w.apply(c, d) {
		c.Raise("write_message() failed")
	}
}

// mutable is the draft that may be changed: a decoder's own, or an encoder's copy of the message.
func (s *script) mutable() *message.Draft {
	if s.draft == nil && s.msg != nil && s.kind == plugin.KindEncoder {
		s.copied.Load(s.msg)
		s.draft = &s.copied
	}
	return s.draft
}

func beforeNUL(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return s
}

// write is one change of a message.
type write struct {
	name, representation string
	value                lua.Value
	nth, element         int // element is -1 when it was not given
	clock                func() time.Time
}

func (w *write) apply(c *lua.Call, d *message.Draft) bool {
	if name, ok := fieldVariable(w.name); ok {
		return w.field(c, d, name)
	}
	text := beforeNUL(w.value.Text())
	switch w.name {
	case "Type":
		return w.text(&d.Type)
	case "Logger":
		return w.text(&d.Logger)
	case "Payload":
		return w.text(&d.Payload)
	case "EnvVersion":
		return w.text(&d.EnvVersion)
	case "Hostname":
		return w.text(&d.Hostname)
	case "Uuid":
		uuid, ok := message.ParseUUID(text)
		if ok {
			d.SetUUID(uuid)
		}
		return ok
	case "Timestamp":
		if w.value.Kind() == lua.KindString {
			c.Spend(24) // there are many forms
		}
		ns, ok := w.timestamp(text)
		if ok {
			d.SetTimestamp(ns)
		}
		return ok
	case "Severity", "Pid":
		return w.smallNumber(d, text)
	}
	return false
}

// text sets a header that takes strings only.
func (w *write) text(header *string) bool {
	if w.value.Kind() != lua.KindString {
		return false
	}
	*header = beforeNUL(w.value.Text())
	return true
}

func (w *write) smallNumber(d *message.Draft, text string) bool {
	n := int64(lua.Truncate(w.value.Float()))
	switch w.value.Kind() {
	case lua.KindNumber:
	case lua.KindString:
		var err error
		if n, err = strconv.ParseInt(text, 10, 32); err != nil {
			return false
		}
	default:
		return false
	}
	if w.name == "Pid" {
		d.SetPid(int32(n))
	} else {
		d.SetSeverity(int32(n))
	}
	return true
}

// timeLayouts are the texts of a time that write_message takes beside plain nanoseconds.
var timeLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05 -0700 MST", "2006-01-02", time.ANSIC, time.UnixDate, time.RubyDate,
	time.RFC1123Z, time.RFC1123, time.RFC850, time.RFC822Z, time.RFC822, "02/Jan/2006:15:04:05 -0700",
}

func (w *write) timestamp(text string) (ns int64, ok bool) {
	switch w.value.Kind() {
	case lua.KindNumber:
		return int64(lua.Truncate(w.value.Float())), true
	case lua.KindString:
		if n, err := strconv.ParseInt(text, 0, 64); err == nil {
			return n, true
		}
		for _, layout := range timeLayouts {
			if t, err := time.ParseInLocation(layout, text, time.UTC); err == nil {
				return t.UnixNano(), true
			}
		}
		// One without a year, as syslog's, lies in the year that is nearest.
		if ns, n, ok := timeparse.InZone(time.UTC).Stamp(text, w.clock().UnixNano()); ok && n == len(text) {
			return ns, true
		}
	}
	return 0, false
}

func (w *write) fieldValue() message.Value {
	switch w.value.Kind() {
	case lua.KindNumber:
		return message.FloatValue(w.value.Float())
	case lua.KindBool:
		return message.BoolValue(w.value.Truth())
	}
	return message.StringValue(beforeNUL(w.value.Text()))
}

// field changes, appends to, makes or deletes a field.
func (w *write) field(c *lua.Call, d *message.Draft, name string) bool {
	i := d.FindField(name, w.nth)
	if w.value.IsNil() {
		return w.remove(c, d, name, i)
	}
	v := w.fieldValue()
	element := max(w.element, 0)
	if i < 0 {
		if element > 0 || w.nth > 0 && d.FindField(name, w.nth-1) < 0 {
			return false
		}
		d.Add(name, w.representation, v)
		return true
	}
	_, representation, typ, vs := d.FieldValues(i)
	if typ != v.Type() || element > len(vs) {
		return false
	}
	c.Spend(2 * len(vs)) // they are copied
	if element == len(vs) && w.representation == representation {
		return d.AppendValue(i, v)
	}
	changed := append([]message.Value(nil), vs...)
	if element == len(vs) {
		changed = append(changed, v)
	} else {
		changed[element] = v
	}
	d.ReplaceField(i, w.representation, changed...)
	return true
}

func (w *write) remove(c *lua.Call, d *message.Draft, name string, i int) bool {
	if i < 0 {
		return d.FindField(name, 0) < 0
	}
	if w.element < 0 {
		d.RemoveField(i)
		return true
	}
	_, representation, _, vs := d.FieldValues(i)
	if w.element >= len(vs) {
		return false
	}
	c.Spend(len(vs))
	left := append(append([]message.Value(nil), vs[:w.element]...), vs[w.element+1:]...)
	if len(left) == 0 {
		d.RemoveField(i)
		return true
	}
	d.ReplaceField(i, representation, left...)
	return true
}
