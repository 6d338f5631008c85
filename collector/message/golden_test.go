package message

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"hash"
	"os"
	"path/filepath"
	"testing"
)

// framingCase is a file of messages with hekad's framed encoding of each.
type framingCase struct {
	Config struct {
		Signer *struct {
			Name    string
			Version uint32
			Hash    string
			Key     string
		}
	}
	Events []struct {
		Message goldenMessage
	}
	Expected []struct {
		Event int
		Hex   string
	}
}

type goldenMessage struct {
	UUID       string
	Timestamp  *int64
	Type       *string
	Logger     *string
	Severity   *int32
	Payload    *string
	EnvVersion *string `json:"env_version"`
	Pid        *int32
	Hostname   *string
	Fields     []struct {
		Name, Type, Representation string
		Value                      []json.RawMessage
	}
}

func TestGoldenFraming(t *testing.T) {
	files, _ := filepath.Glob("testdata/golden/*.json")
	if len(files) == 0 {
		t.Fatal("no cases in testdata/golden")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c framingCase
		if err := json.Unmarshal(data, &c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if len(c.Expected) == 0 {
			t.Errorf("%s: nothing expected", file)
		}
		for _, e := range c.Expected {
			d := c.Events[e.Event].Message.draft(t)
			record := c.framed(t, d.Encode(nil))
			if got := hex.EncodeToString(record); got != e.Hex {
				t.Errorf("%s event %d:\n%s\nwant\n%s", file, e.Event, got, e.Hex)
			}
			readBack(t, record, d)
		}
	}
}

func (c *framingCase) framed(t *testing.T, body []byte) []byte {
	s := c.Config.Signer
	if s == nil {
		return AppendFrame(nil, body)
	}
	h := FrameHeader{Signer: s.Name, KeyVersion: s.Version, SHA1: s.Hash == "sha1"}
	function := func() hash.Hash { return md5.New() }
	if h.SHA1 {
		function = func() hash.Hash { return sha1.New() }
	}
	mac := hmac.New(function, []byte(s.Key))
	mac.Write(body)
	h.HMAC = mac.Sum(nil)
	record, err := AppendSignedFrame(nil, body, h)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// readBack takes a record apart again, down to the bytes of its message.
func readBack(t *testing.T, record []byte, d *Draft) {
	t.Helper()
	advance, skipped, found := FindFrame(record, DefaultMaxSize)
	if advance != len(record) || skipped != 0 || len(found) != len(record) {
		t.Fatalf("found %d bytes, advance %d, skipped %d", len(found), advance, skipped)
	}
	h, body, err := ParseFrame(found)
	if err != nil || int(h.Length) != len(body) {
		t.Fatalf("header %+v, %d bytes, error %v", h, len(body), err)
	}
	m, err := Index(body)
	if err != nil {
		t.Fatal(err)
	}
	var again Draft
	again.Load(&m)
	for i := range again.FieldCount() {
		again.FieldValues(i) // decodes it
	}
	if string(again.Encode(nil)) != string(d.Encode(nil)) {
		t.Errorf("%x\nencoded again\n%x", body, again.Encode(nil))
	}
}

func (g *goldenMessage) draft(t *testing.T) *Draft {
	d := &Draft{}
	if uuid, ok := ParseUUID(g.UUID); ok {
		d.SetUUID(uuid)
	}
	if g.Timestamp != nil {
		d.SetTimestamp(*g.Timestamp)
	}
	if g.Severity != nil {
		d.SetSeverity(*g.Severity)
	}
	if g.Pid != nil {
		d.SetPid(*g.Pid)
	}
	texts := []*string{&d.Type, &d.Logger, &d.Payload, &d.EnvVersion, &d.Hostname}
	for i, text := range []*string{g.Type, g.Logger, g.Payload, g.EnvVersion, g.Hostname} {
		if text != nil {
			*texts[i] = *text
			d.empty |= 1 << i
		}
	}
	for _, f := range g.Fields {
		vs := make([]Value, len(f.Value))
		for i, raw := range f.Value {
			vs[i] = goldenValue(t, f.Type, raw)
		}
		d.AddList(f.Name, f.Representation, vs...)
	}
	return d
}

func goldenValue(t *testing.T, typ string, raw []byte) Value {
	t.Helper()
	var s string
	var i int64
	var f float64
	var b bool
	read := func(v any) {
		if err := json.Unmarshal(raw, v); err != nil {
			t.Fatal(err)
		}
	}
	switch typ {
	case "string":
		read(&s)
		return StringValue(s)
	case "bytes":
		read(&s)
		return BytesValue([]byte(s))
	case "int":
		read(&i)
		return IntValue(i)
	case "double":
		read(&f)
		return FloatValue(f)
	case "bool":
		read(&b)
		return BoolValue(b)
	}
	t.Fatalf("unknown type %q", typ)
	return Value{}
}
