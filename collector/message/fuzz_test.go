package message

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// odd are encodings that no known sender makes but that are well formed.
func odd(t testing.TB) map[string][]byte {
	cat := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	field := func(parts ...string) []byte {
		body := strings.Join(parts, "")
		return append([]byte{tagField<<3 | 2, byte(len(body))}, body...)
	}
	ok := field("\x0a\x01a", "\x10\x00", "\x1a\x00", "\x22\x01x")
	return map[string][]byte{
		"empty":                  {},
		"empty field":            field(),
		"name twice":             field("\x0a\x01a", "\x0a\x01b", "\x10\x00", "\x22\x01x"),
		"name last":              field("\x10\x00", "\x22\x01x", "\x0a\x01b"),
		"type after values":      field("\x0a\x01a", "\x30\x05", "\x10\x02"),
		"no type":                field("\x0a\x01a", "\x22\x01x"),
		"unpacked integers":      field("\x0a\x01a", "\x10\x02", "\x30\x05", "\x30\x06"),
		"split packed integers":  field("\x0a\x01a", "\x10\x02", "\x32\x02\x05\x06", "\x32\x01\x07", "\x30\x08"),
		"unpacked doubles":       field("\x0a\x01a", "\x10\x03", "\x39\x00\x00\x00\x00\x00\x00\xf0\x3f", "\x3a\x00"),
		"empty packed":           field("\x0a\x01a", "\x10\x02", "\x1a\x00", "\x32\x00"),
		"packed with long size":  field("\x0a\x01a", "\x10\x02", "\x32\x82\x00\x05\x06"),
		"values of other types":  field("\x0a\x01a", "\x10\x04", "\x22\x01x", "\x32\x01\x05", "\x40\x01"),
		"later type":             field("\x0a\x01a", "\x10\x09", "\x22\x01x", "\x69\x00\x00\x00\x00\x00\x00\xf0\xff", "\x6d\x00\xff\x00\xff"),
		"huge type":              field("\x0a\x01a", "\x10\xff\xff\xff\xff\x0f", "\x22\x01x"),
		"unknown in field":       field("\x0a\x01a", "\x10\x00", "\x22\x01x", "\x7a\x01z"),
		"two representations":    field("\x0a\x01a", "\x10\x00", "\x1a\x01B", "\x1a\x01s", "\x22\x01x"),
		"negative integer":       field("\x0a\x01a", "\x10\x02", "\x1a\x00", "\x32\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
		"header after fields":    cat(ok, []byte("\x1a\x01T"), ok),
		"header twice":           []byte("\x1a\x01T\x1a\x02UV"),
		"empty headers":          []byte("\x0a\x00\x1a\x00\x22\x00\x32\x00\x3a\x00\x4a\x00"),
		"short uuid":             []byte("\x0a\x03abc"),
		"unknown elements":       cat([]byte("\x58\x05"), ok, []byte("\x62\x02hi\x69\x01\x02\x03\x04\x05\x06\x07\x08\x75\x01\x02\x03\x04"), ok),
		"group":                  cat(ok, []byte("\x5b\x08\x01\x12\x01x\x13\x08\x01\x14\x5c"), ok),
		"long tag":               {0xd2, 0x00, 0x00, 0x9a, 0x00, 0x01, 'T'},
		"long field tag":         cat(ok, []byte{0xd2, 0x80, 0x00, 0x05, 0x0a, 0x03, 'a', 'b', 'c'}, ok),
		"long field size":        cat([]byte{0x52, 0x8a, 0x00}, ok[2:]),
		"number of more than 32": []byte("\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x40\xff\xff\xff\xff\x7f"),
		"plain":                  relayed(t),
	}
}

// malformed are encodings that must be refused, with the place.
var malformed = []struct{ raw, want string }{
	{"\x00", "bad tag at byte 0"},
	{"\x1a", "length beyond the end at byte 0"},
	{"\x1a\x05abcd", "length beyond the end at byte 0"},
	{"\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "length beyond the end at byte 0"},
	{"\x1a\x01x\x10", "cut number at byte 3"},
	{"\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "cut number at byte 0"},
	{"\x12\x00", "wrong wire type of element 2 at byte 0"},
	{"\x18\x00", "wrong wire type of element 3 at byte 0"},
	{"\x1d\x00\x00\x00\x00", "wrong wire type of element 3 at byte 0"},
	{"\x50\x00", "wrong wire type of element 10 at byte 0"},
	{"\xff\xff\xff\xff\xff\x0f\x00", "bad tag at byte 0"},
	{"\x5c", "cut or unknown element at byte 0"},
	{"\x5e\x00", "cut or unknown element at byte 0"},
	{"\x59\x00", "cut or unknown element at byte 0"},
	{"\x5b\x5b\x5b\x5b\x5b\x5b\x5b\x5b\x5b\x5b\x5b\x5c\x5c\x5c\x5c\x5c\x5c\x5c\x5c\x5c\x5c\x5c", "cut or unknown element at byte 0"},
	{"\x52\x03\x0a\x05x", "cut field at byte 2"},
	{"\x52\x02\x08\x00", "wrong wire type in a field at byte 2"},
	{"\x52\x05\x0a\x01x\x12\x00", "wrong wire type in a field at byte 5"},
	{"\x52\x01\x00", "bad tag in a field at byte 2"},
	{"\x52\x04\x32\x02\x80\x80", "packed numbers are cut at byte 2"},
	{"\x52\x04\x3a\x02\x00\x00", "packed doubles are cut at byte 2"},
	{"\x52\x03\x35\x00\x00", "wrong wire type in a field at byte 2"},
}

func TestMalformed(t *testing.T) {
	for _, c := range malformed {
		_, err := Index([]byte(c.raw))
		var decode *DecodeError
		if !errors.As(err, &decode) || err.Error() != "malformed message: "+c.want {
			t.Errorf("%x: %v, want %s", c.raw, err, c.want)
		}
		if _, err := decodeReference([]byte(c.raw)); err == nil {
			t.Errorf("%x: the reference takes it", c.raw)
		}
	}
}

// TestCutAnywhere cuts a good message at each byte: an error or a shorter message, never a panic.
func TestCutAnywhere(t *testing.T) {
	for name, raw := range odd(t) {
		for n := range raw {
			check(t, name, raw[:n])
		}
	}
}

func TestOddEncodings(t *testing.T) {
	for name, raw := range odd(t) {
		if _, err := Index(raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		check(t, name, raw)
	}
}

// check compares everything that can be seen of an encoding with the reference decoder, and what
// becomes of it on its way through a draft.
func check(t *testing.T, name string, raw []byte) {
	t.Helper()
	want, wantErr := decodeReference(raw)
	m, err := Index(raw)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%s %x: error %v, reference %v", name, raw, err, wantErr)
	}
	if err != nil {
		return
	}
	if got := contentOf(&m); got != want.text() {
		t.Fatalf("%s %x:\n%s\nreference\n%s", name, raw, got, want.text())
	}
	checkAccessors(t, &m, want)
	checkSingles(t, &m)
	checkDraft(t, &m, want)
	AppendJSON(nil, &m)
}

func checkAccessors(t *testing.T, m *Message, want plainMessage) {
	t.Helper()
	seen := map[string]int{}
	n := 0
	for name, at := range m.FieldNames {
		f := want.fields[n]
		first, ok := m.ValueAt(at)
		if v, has := m.FieldAt(at).Value(0); ok != has || first != v && v.Type() != TypeDouble {
			t.Fatalf("ValueAt %v %v, Value %v %v", first, ok, v, has)
		}
		if plain := plainOf(m.FieldAt(at)); name != f.name || plain.name != name {
			t.Fatalf("field %d is %q at %d, want %q", n, name, at, f.name)
		}
		if seen[name] == 0 && m.Find(name) != at {
			t.Fatalf("%q is found at %d, not %d", name, m.Find(name), at)
		}
		field, ok := m.Field(name, seen[name])
		if !ok || field.Len() != len(f.values) {
			t.Fatalf("field %q number %d is not found", name, seen[name])
		}
		step := 1 + len(f.values)/64 // not all of very many, which would take their square
		for i := 0; i < len(f.values); i += step {
			if v, ok := field.Value(i); !ok || v.Type() != field.Type {
				t.Fatalf("value %d of %q is not found", i, name)
			}
		}
		if _, ok := field.Value(len(f.values)); ok {
			t.Fatalf("%q has a value too many", name)
		}
		seen[name]++
		n++
	}
	var f Field
	at, ok := m.ReadField(&f, 0)
	for i := range want.fields {
		if plain := plainOf(f); !ok || plain.name != want.fields[i].name || len(plain.values) != len(want.fields[i].values) {
			t.Fatalf("field %d is read as %q, %v", i, f.Name, ok)
		}
		at, ok = m.ReadField(&f, at)
	}
	if ok {
		t.Fatalf("one more field %q is read", f.Name)
	}
	for name, count := range seen {
		if _, ok := m.Field(name, count); ok {
			t.Fatalf("field %q is found once too often", name)
		}
		m.Text(name)
	}
	if n != len(want.fields) {
		t.Fatalf("%d fields, want %d", n, len(want.fields))
	}
}

// checkDraft sends a message through a draft, untouched and with every field made anew.
func checkDraft(t *testing.T, m *Message, want plainMessage) {
	t.Helper()
	if len(want.uuid) != 16 {
		want.uuid = ""
	}
	var d Draft
	d.Load(m)
	if len(d.store.unknown) != want.unknown {
		t.Fatalf("%d unknown bytes kept, want %d", len(d.store.unknown), want.unknown)
	}
	for touched := range 2 {
		batch := NewBatch()
		batch.Append(&d)
		sealed := batch.At(0)
		if !bytes.Equal(sealed.Bytes(), d.Encode(nil)) {
			t.Fatalf("sealed and encoded differ")
		}
		again, err := Index(sealed.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if got := contentOf(sealed); got != want.text() || contentOf(&again) != got {
			t.Fatalf("touched %d, through a draft:\n%s\nwant\n%s", touched, got, want.text())
		}
		if again.uuid != sealed.uuid || again.fields != sealed.fields || again.set&^isPlain != sealed.set&^isPlain {
			t.Fatalf("sealed %+v, indexed %+v", sealed, &again)
		}
		batch.Release()
		for i := range d.FieldCount() {
			if name, _, _, vs := d.FieldValues(i); name != want.fields[i].name || len(vs) != len(want.fields[i].values) {
				t.Fatalf("field %d of the draft is %q with %d values", i, name, len(vs))
			}
		}
	}
}

// FuzzIndex: any bytes are refused or read like the reference decoder reads them.
func FuzzIndex(f *testing.F) {
	for _, raw := range odd(f) {
		f.Add(raw)
	}
	for _, c := range malformed {
		f.Add([]byte(c.raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) { check(t, "fuzzed", raw) })
}
