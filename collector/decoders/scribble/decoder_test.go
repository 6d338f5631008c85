package scribble

import (
	"strings"
	"testing"

	"lma_collector/collector/message"
)

type emitted struct {
	batch *message.Batch
}

func (e emitted) Emit(d *message.Draft) { e.batch.Append(d) }

func TestDecode(t *testing.T) {
	c := &Config{MessageFields: map[string]string{
		"Logger": "l", "Type": "t", "Payload": "p %x%", "Hostname": "h", "Pid": "12.0", "Severity": "3",
		"Uuid": "7bd1447a-3089-4ed3-a171-4fc563470ef0", "Timestamp": "now", "EnvVersion": "2", "size|B": "7", "Pid|x": "y",
	}}
	dec, err := c.NewDecoder(nil)
	if err != nil {
		t.Fatal(err)
	}
	e := emitted{message.NewBatch()}
	defer e.batch.Release()
	var d message.Draft
	d.Logger, d.EnvVersion = "before", "1"
	d.AddString("size", "kept")
	if err := dec.Decode(&d, e); err != nil {
		t.Fatal(err)
	}
	m := e.batch.At(0)
	uuid := string(message.AppendUUID(nil, m.UUID()))
	if m.Logger() != "l" || m.Type() != "t" || m.Payload() != "p %x%" || m.Hostname() != "h" || m.Pid() != 12 ||
		m.Severity() != 3 || uuid != "7bd1447a-3089-4ed3-a171-4fc563470ef0" || m.HasTimestamp() || m.EnvVersion() != "1" {
		t.Errorf("headers %q %q %q %q %d %d %s %q", m.Logger(), m.Type(), m.Payload(), m.Hostname(), m.Pid(), m.Severity(), uuid, m.EnvVersion())
	}
	var fields []string
	for f := range m.Fields {
		v, _ := f.Value(0)
		fields = append(fields, f.Name+"|"+f.Representation+"="+v.Text())
	}
	if got, want := strings.Join(fields, " "), "size|=kept EnvVersion|=2 Pid|x=y Timestamp|=now size|B=7"; got != want {
		t.Errorf("fields %s, want %s", got, want)
	}
}

func TestRawUUID(t *testing.T) {
	dec, err := (&Config{MessageFields: map[string]string{"Uuid": "0123456789abcdef"}}).NewDecoder(nil)
	if err != nil {
		t.Fatal(err)
	}
	e := emitted{message.NewBatch()}
	defer e.batch.Release()
	if err := dec.Decode(&message.Draft{}, e); err != nil || string(e.batch.At(0).UUID()) != "0123456789abcdef" {
		t.Errorf("uuid %q, %v", e.batch.At(0).UUID(), err)
	}
}

func TestBadHeaders(t *testing.T) {
	_, err := (&Config{MessageFields: map[string]string{"Pid": "x", "Severity": "99999999999", "Uuid": "short"}}).NewDecoder(nil)
	want := `message_fields.Pid: "x" is not a whole number of 32 bits
message_fields.Severity: "99999999999" is not a whole number of 32 bits
message_fields.Uuid: "short" is neither 16 bytes nor of the form 7bd1447a-3089-4ed3-a171-4fc563470ef0`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
