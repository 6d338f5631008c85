package message

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// ParseJSON makes d what one message in the form of AppendJSON says. Numbers of fields are INTEGER
// when they are written without point and exponent, else DOUBLE; an array of several types becomes
// several fields of its name, an empty one a STRING field without values. A member that is null is
// not set. The error tells the place as a byte offset.
func ParseJSON(data []byte, d *Draft) error {
	d.Reset()
	p := jsonParser{Decoder: json.NewDecoder(bytes.NewReader(data)), draft: d}
	p.UseNumber()
	err := p.message()
	if err == nil {
		if _, more := p.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the message")
		}
	}
	if err == nil {
		return nil
	}
	d.Reset()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("message as JSON: byte %d: %s", syntax.Offset, syntax)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("unexpected end")
	}
	return fmt.Errorf("message as JSON: byte %d: %w", p.InputOffset(), err)
}

type jsonParser struct {
	*json.Decoder
	draft           *Draft
	representations map[string]string
}

func (p *jsonParser) message() error {
	if err := p.object("a message", p.member); err != nil {
		return err
	}
	if len(p.representations) == 0 {
		return nil
	}
	for i := range p.draft.FieldCount() {
		f := p.draft.store.take(i)
		f.representation = p.representations[f.name]
	}
	return nil
}

// object calls member with each key of an object; what names the object in the error when it is none.
func (p *jsonParser) object(what string, member func(key string) error) error {
	if t, err := p.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return fmt.Errorf("%s must be an object", what)
	}
	for p.More() {
		key, err := p.Token()
		if err != nil {
			return err
		}
		if err := member(key.(string)); err != nil {
			return err
		}
	}
	_, err := p.Token()
	return err
}

func (p *jsonParser) member(key string) error {
	switch key {
	case "fields":
		return p.object(`"fields"`, p.field)
	case "representations":
		p.representations = map[string]string{}
		return p.object(`"representations"`, func(name string) error {
			text, set, err := p.text(name)
			if set {
				p.representations[name] = text
			}
			return err
		})
	case "timestamp", "severity", "pid":
		return p.number(key)
	}
	text, set, err := p.text(key)
	if err != nil || !set {
		return err
	}
	return p.draft.setText(key, text)
}

// setText sets a header by the name it has in JSON. One that is set to "" is not the same as an unset one.
func (d *Draft) setText(key, text string) error {
	switch key {
	case "uuid":
		if text == "" {
			return nil
		}
		if d.UUID, d.HasUUID = ParseUUID(text); !d.HasUUID {
			return fmt.Errorf("uuid %q is not in the form 01234567-89ab-cdef-0123-456789abcdef", text)
		}
	case "type":
		d.Type, d.empty = text, d.empty|emptyType
	case "logger":
		d.Logger, d.empty = text, d.empty|emptyLogger
	case "payload":
		d.Payload, d.empty = text, d.empty|emptyPayload
	case "env_version":
		d.EnvVersion, d.empty = text, d.empty|emptyEnvVersion
	case "hostname":
		d.Hostname, d.empty = text, d.empty|emptyHostname
	default:
		return fmt.Errorf("unknown member %q: a message has uuid, timestamp, type, logger, severity, payload, "+
			"env_version, pid, hostname, fields and representations", key)
	}
	return nil
}

// text reads a string, or null, which is not set.
func (p *jsonParser) text(key string) (text string, set bool, err error) {
	t, err := p.Token()
	if err != nil || t == nil {
		return "", false, err
	}
	if text, set = t.(string); !set {
		return "", false, fmt.Errorf("%q must be a string", key)
	}
	return text, true, nil
}

func (p *jsonParser) number(key string) error {
	t, err := p.Token()
	if err != nil || t == nil {
		return err
	}
	size := 32
	if key == "timestamp" {
		size = 64
	}
	n, ok := t.(json.Number)
	v, err := strconv.ParseInt(string(n), 10, size)
	if !ok || err != nil {
		return fmt.Errorf("%q must be an integer of %d bits", key, size)
	}
	switch key {
	case "timestamp":
		p.draft.SetTimestamp(v)
	case "severity":
		p.draft.SetSeverity(int32(v))
	case "pid":
		p.draft.SetPid(int32(v))
	}
	return nil
}

// field reads what follows a field's name.
func (p *jsonParser) field(name string) error {
	t, err := p.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('[') {
		v, err := p.value(name, t)
		if err == nil {
			p.draft.Add(name, "", v)
		}
		return err
	}
	return p.array(name)
}

func (p *jsonParser) array(name string) error {
	nth := -1
	for p.More() {
		t, err := p.Token()
		if err != nil {
			return err
		}
		v, err := p.value(name, t)
		if err != nil {
			return err
		}
		if nth < 0 || !p.draft.AppendValue(nth, v) {
			nth = p.draft.FieldCount()
			p.draft.Add(name, "", v)
		}
	}
	if nth < 0 {
		p.draft.AddList(name, "")
	}
	_, err := p.Token()
	return err
}

// value is the field value that begins with the token t.
func (p *jsonParser) value(name string, t json.Token) (Value, error) {
	switch t := t.(type) {
	case string:
		return StringValue(t), nil
	case bool:
		return BoolValue(t), nil
	case json.Number:
		return numberValue(name, string(t))
	case json.Delim:
		if t == '{' {
			return p.wrapped(name)
		}
	}
	return Value{}, fmt.Errorf("field %q: a value is a string, a number, true, false, {\"base64\":…} or {\"double\":…}", name)
}

func numberValue(name, text string) (Value, error) {
	if !strings.ContainsAny(text, ".eE") {
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return Value{}, fmt.Errorf("field %q: integer %s needs more than 64 bits: write it as %s.0", name, text, text)
		}
		return IntValue(i), nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return Value{}, fmt.Errorf("field %q: number %s is out of range", name, text)
	}
	return FloatValue(f), nil
}

// wrapped reads what follows the brace of {"base64":"…"} or {"double":"…"}.
func (p *jsonParser) wrapped(name string) (v Value, err error) {
	key, err := p.Token()
	if err != nil {
		return v, err
	}
	inner, err := p.Token()
	if err != nil {
		return v, err
	}
	text, isText := inner.(string)
	switch {
	case key == "base64" && isText:
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return v, fmt.Errorf("field %q: %w", name, err)
		}
		v = BytesValue(b)
	case key == "double" && (text == "NaN" || text == "Inf" || text == "-Inf"):
		f, _ := strconv.ParseFloat(text, 64)
		v = FloatValue(f)
	default:
		return v, fmt.Errorf("field %q: an object is {\"base64\":\"…\"} or {\"double\":\"NaN\"}, \"Inf\" or \"-Inf\"", name)
	}
	if end, err := p.Token(); err != nil || end != json.Delim('}') {
		return v, fmt.Errorf("field %q: more than one member in a value", name)
	}
	return v, nil
}
