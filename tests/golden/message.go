package golden

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"sort"

	"lma_collector/collector/message"
)

// Message is a message of a case; a header that is nil is unset.
type Message struct {
	UUID        *string
	Timestamp   *int64
	Type        *string
	Logger      *string
	Severity    *int32
	Payload     *string
	PayloadJSON json.RawMessage // instead of Payload, compared as data
	Points      *int            // instead of everything else: the number of datapoints in the payload
	EnvVersion  *string
	Pid         *int32
	Hostname    *string
	Fields      []Field
}

// Field is a field of a Message. A value is a string, a float64, an int64, a bool or []byte.
type Field struct {
	Name, Representation string
	Type                 message.ValueType
	Values               []any
}

type rawMessage struct {
	UUID            *string           `json:"uuid"`
	Timestamp       *int64            `json:"timestamp"`
	Type            *string           `json:"type"`
	Logger          *string           `json:"logger"`
	Severity        *int32            `json:"severity"`
	Payload         *string           `json:"payload"`
	PayloadJSON     json.RawMessage   `json:"payload_json"`
	Points          *int              `json:"points"`
	EnvVersion      *string           `json:"env_version"`
	Pid             *int32            `json:"pid"`
	Hostname        *string           `json:"hostname"`
	Fields          json.RawMessage   `json:"fields"`
	IntFields       []string          `json:"int_fields"`
	FieldTypes      map[string]string `json:"field_types"`
	Representations map[string]string `json:"representations"`
}

// UnmarshalJSON reads the form of the cases.
func (m *Message) UnmarshalJSON(data []byte) error {
	var r rawMessage
	if err := json.Unmarshal(data, &r); err != nil {
		return err
	}
	*m = Message{
		UUID: r.UUID, Timestamp: r.Timestamp, Type: r.Type, Logger: r.Logger, Severity: r.Severity, Payload: r.Payload,
		PayloadJSON: r.PayloadJSON, Points: r.Points, EnvVersion: r.EnvVersion, Pid: r.Pid, Hostname: r.Hostname,
	}
	if len(r.Fields) > 0 && r.Fields[0] == '[' {
		return m.fieldList(r.Fields)
	}
	return m.fieldMap(r)
}

func (m *Message) fieldList(data []byte) error {
	var list []struct {
		Name, Representation, Type string
		Value                      json.RawMessage
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	for _, l := range list {
		values, err := scalars(l.Value)
		if err != nil {
			return err
		}
		m.Fields = append(m.Fields, newField(l.Name, l.Representation, l.Type, values))
	}
	return nil
}

func (m *Message) fieldMap(r rawMessage) error {
	var fields map[string]json.RawMessage
	if len(r.Fields) > 0 {
		if err := json.Unmarshal(r.Fields, &fields); err != nil {
			return err
		}
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		values, err := scalars(fields[name])
		if err != nil {
			return fmt.Errorf("field %s: %w", name, err)
		}
		typ := r.FieldTypes[name]
		for _, f := range r.IntFields {
			if f == name {
				typ = "int"
			}
		}
		m.Fields = append(m.Fields, newField(name, r.Representations[name], typ, values))
	}
	return nil
}

// scalars reads one value or a list of them.
func scalars(data json.RawMessage) ([]any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if list, isList := v.([]any); isList {
		return list, nil
	}
	return []any{v}, nil
}

// newField types the values: numbers are DOUBLE unless the type says otherwise.
func newField(name, representation, typ string, values []any) Field {
	f := Field{Name: name, Representation: representation, Values: make([]any, len(values))}
	for i, v := range values {
		f.Type, f.Values[i] = typed(typ, v)
	}
	return f
}

func typed(typ string, v any) (message.ValueType, any) {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil && (typ == "int" || typ == "integer" || typ == "INTEGER") {
			return message.TypeInteger, i
		}
		f, _ := v.Float64()
		return message.TypeDouble, f
	case bool:
		return message.TypeBool, v
	case string:
		switch {
		case v == "@NaN":
			return message.TypeDouble, math.NaN()
		case typ == "bytes" || typ == "BYTES":
			return message.TypeBytes, []byte(v)
		}
		return message.TypeString, v
	case map[string]any:
		b64, _ := v["base64"].(string)
		b, _ := base64.StdEncoding.DecodeString(b64)
		return message.TypeBytes, b
	}
	return message.TypeString, fmt.Sprint(v)
}

// Fill makes a draft of the message.
func (m *Message) Fill(d *message.Draft) {
	d.Reset()
	if m.UUID != nil {
		if u, ok := message.ParseUUID(*m.UUID); ok {
			d.SetUUID(u)
		}
	}
	if m.Timestamp != nil {
		d.SetTimestamp(*m.Timestamp)
	}
	if m.Severity != nil {
		d.SetSeverity(*m.Severity)
	}
	if m.Pid != nil {
		d.SetPid(*m.Pid)
	}
	d.Type, d.Logger, d.Payload = text(m.Type), text(m.Logger), text(m.Payload)
	d.EnvVersion, d.Hostname = text(m.EnvVersion), text(m.Hostname)
	for _, f := range m.Fields {
		values := make([]message.Value, len(f.Values))
		for i, v := range f.Values {
			values[i] = value(v)
		}
		d.AddList(f.Name, f.Representation, values...)
	}
}

func value(v any) message.Value {
	switch v := v.(type) {
	case int64:
		return message.IntValue(v)
	case float64:
		return message.FloatValue(v)
	case bool:
		return message.BoolValue(v)
	case []byte:
		return message.BytesValue(v)
	}
	return message.StringValue(v.(string))
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Seal makes a message, on its own, of a draft.
func Seal(d *message.Draft) *message.Message {
	raw := d.Encode(nil)
	m, err := message.Index(raw)
	if err != nil {
		panic("BUG: a draft was encoded badly: " + err.Error())
	}
	return &m
}

// Record takes a message apart.
func Record(m *message.Message) Message {
	r := Message{}
	if len(m.UUID()) == 16 {
		u := string(message.AppendUUID(nil, m.UUID()))
		r.UUID = &u
	}
	if m.HasTimestamp() {
		v := m.Timestamp()
		r.Timestamp = &v
	}
	if m.HasSeverity() {
		v := m.Severity()
		r.Severity = &v
	}
	if m.HasPid() {
		v := m.Pid()
		r.Pid = &v
	}
	r.Type, r.Logger, r.Payload = given(m.Type()), given(m.Logger()), given(m.Payload())
	r.EnvVersion, r.Hostname = given(m.EnvVersion()), given(m.Hostname())
	var d message.Draft
	d.Load(m)
	for i := range d.FieldCount() {
		name, representation, typ, values := d.FieldValues(i)
		f := Field{Name: string([]byte(name)), Representation: string([]byte(representation)), Type: typ}
		for _, v := range values {
			f.Values = append(f.Values, plain(v))
		}
		r.Fields = append(r.Fields, f)
	}
	return r
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	s = string([]byte(s))
	return &s
}

func plain(v message.Value) any {
	switch v.Type() {
	case message.TypeInteger:
		return v.Int()
	case message.TypeDouble:
		return v.Float()
	case message.TypeBool:
		return v.Bool()
	case message.TypeBytes:
		return []byte(v.Text())
	}
	return string([]byte(v.Text()))
}
