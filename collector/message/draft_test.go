package message

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// shown is a draft's fields as text.
func shown(d *Draft) string {
	var parts []string
	for i := range d.FieldCount() {
		name, representation, typ, vs := d.FieldValues(i)
		s := fmt.Sprintf("%s(%v %s)=", name, typ, representation)
		for _, v := range vs {
			n, _ := v.Number()
			s += fmt.Sprintf("%s/%v/%v ", v.Text(), n, v.Bool())
		}
		parts = append(parts, strings.TrimSpace(s))
	}
	return strings.Join(parts, "; ")
}

func TestDraftFields(t *testing.T) {
	var d Draft
	d.AddString("a", "x")
	d.AddInt("n", "B", -1)
	d.AddFloat("f", "s", 1.5)
	d.AddBool("b", true)
	d.AddBytes("raw", []byte("r"))
	d.AddStrings("a", []string{"y", "z"})
	d.AddList("e", "u")
	if got, want := shown(&d), "a(string )=x/0/false; n(integer B)=/-1/true; f(double s)=/1.5/true; b(bool )=/0/true; "+
		"raw(bytes )=r/0/false; a(string )=y/0/false z/0/false; e(string u)="; got != want {
		t.Errorf("added\n%s\nwant\n%s", got, want)
	}
	if d.FindField("a", 0) != 0 || d.FindField("a", 1) != 5 || d.FindField("a", 2) != -1 || d.FindField("zz", 0) != -1 {
		t.Error("FindField does not count fields of a name")
	}
	d.SetField("a", "", IntValue(1), IntValue(2))
	d.SetField("new", "u", BoolValue(false))
	d.RemoveField(1)
	d.RemoveField(1)
	if got, want := shown(&d), "a(integer )=/1/true /2/true; b(bool )=/0/true; raw(bytes )=r/0/false; "+
		"a(string )=y/0/false z/0/false; e(string u)=; new(bool u)=/0/false"; got != want {
		t.Errorf("changed\n%s\nwant\n%s", got, want)
	}
	if v, ok := d.Value("a"); !ok || v.Int() != 1 {
		t.Errorf("Value %v %v", v, ok)
	}
	if _, ok := d.Value("e"); ok {
		t.Error("a field without values has one")
	}
	if _, ok := d.Value("none"); ok {
		t.Error("a field that is not there has a value")
	}
}

func TestAddFields(t *testing.T) {
	var from, to, want Draft
	for _, d := range []*Draft{&from, &want} {
		if d == &want {
			d.AddString("first", "1")
		}
		d.AddString("a", "x")
		d.AddFloat("f", "s", 1.5)
		d.AddStrings("l", []string{"y", "z"})
	}
	to.AddString("first", "1")
	to.AddFields(&from)
	f := func() {
		t.Helper()
		if got, want := string(to.Encode(nil)), string(want.Encode(nil)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f()
	for _, d := range []*Draft{&from, &want} {
		d.SetField("a", "", IntValue(7))
		d.RemoveField(d.FindField("f", 0))
	}
	to.Reset()
	to.AddString("first", "1")
	to.AddFields(&from)
	f()
	to.SetField("l", "", StringValue("changed"))
	if got := shown(&to); got != "first(string )=1/0/false; a(integer )=/7/true; l(string )=changed/0/false" {
		t.Errorf("%s", got)
	}
}

func TestAppendValue(t *testing.T) {
	var d Draft
	d.AddString("a", "x")
	d.AddInt("n", "", 1)
	d.AddList("e", "")
	for _, c := range []struct {
		nth  int
		v    Value
		want bool
	}{
		{0, StringValue("y"), true},
		{0, IntValue(1), false},
		{1, IntValue(2), true},
		{1, IntValue(3), true},
		{2, FloatValue(.5), true},
		{2, StringValue("s"), false},
		{3, IntValue(1), false},
		{-1, IntValue(1), false},
	} {
		if got := d.AppendValue(c.nth, c.v); got != c.want {
			t.Errorf("AppendValue(%d, %v) is %v", c.nth, c.v.Type(), got)
		}
	}
	if got, want := shown(&d), "a(string )=x/0/false y/0/false; n(integer )=/1/true /2/true /3/true; e(double )=/0.5/true"; got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
}

// TestLoadedDraft changes some of a loaded message: the rest stays as it was encoded.
func TestLoadedDraft(t *testing.T) {
	raws := odd(t)
	raw := append(append([]byte{}, raws["unknown elements"]...), raws["split packed integers"]...)
	raw = append(raw, raws["name twice"]...)
	var d Draft
	d.Load(indexed(t, raw))
	d.Type = "changed"
	d.SetSeverity(3)
	if !d.AppendValue(2, IntValue(9)) {
		t.Fatal("a value was refused")
	}
	d.ReplaceField(0, "B", IntValue(1))
	got := indexed(t, d.Encode(nil))
	want := "uuid  severity 3 text0 \"changed\"\n\"a\" \"B\" 2 [\"1\"]\n\"a\" \"\" 0 [\"x\"]\n" +
		"\"a\" \"\" 2 [\"5\" \"6\" \"7\" \"8\" \"9\"]\n\"b\" \"\" 0 [\"x\"]"
	if contentOf(got) != want {
		t.Errorf("\n%s\nwant\n%s", contentOf(got), want)
	}
	if end := string(d.store.unknown); !strings.HasSuffix(string(got.Bytes()), end) || len(end) != 20 {
		t.Errorf("unknown elements %x", end)
	}
}

func TestCopyHeaders(t *testing.T) {
	var from, to Draft
	logDraft(&from)
	from.Signer, from.Loops = "s", 2
	to.AddString("mine", "x")
	to.CopyHeaders(&from)
	if to.Type != "log" || to.UUID != from.UUID || !to.HasPid || to.Signer != "s" || to.Loops != 2 || to.FieldCount() != 1 {
		t.Errorf("%+v", to)
	}
	if from.FieldCount() != 12 {
		t.Errorf("the source has %d fields", from.FieldCount())
	}
}

func TestResetForgets(t *testing.T) {
	var d Draft
	d.Load(indexed(t, odd(t)["empty headers"]))
	d.Load(indexed(t, odd(t)["unknown elements"]))
	d.Raw, d.Signer, d.Loops = []byte("r"), "s", 1
	d.SetUUID([16]byte{1})
	d.Reset()
	if got := d.Encode(nil); len(got) != 0 || d.Raw != nil || d.Signer != "" || d.Loops != 0 {
		t.Errorf("%x left", got)
	}
}

// TestEncodeGrows: a buffer of any size is enough, and what it held stays.
func TestEncodeGrows(t *testing.T) {
	var d Draft
	logDraft(&d)
	want := "head" + string(d.Encode(nil))
	for size := range 1000 {
		if got := d.Encode(append(make([]byte, 0, size), "head"...)); string(got) != want {
			t.Fatalf("with %d bytes: %x", size, got)
		}
	}
}

// TestLongParts: lengths of more than one byte, in every place.
func TestLongParts(t *testing.T) {
	for _, n := range []int{127, 128, 16383, 16384, 70000} {
		long := strings.Repeat("n", n)
		var d Draft
		d.Type, d.Payload = long, long
		d.Add(long, "", StringValue("v"))
		d.Add("name", long, StringValue("v"))
		d.Add("name", "", StringValue(long))
		d.Add("name", "", BytesValue([]byte(long)))
		numbers := make([]Value, n/8) // of eight bytes each
		for i := range numbers {
			numbers[i] = FloatValue(float64(i))
		}
		d.AddList("name", "", numbers...)
		d.AddList(long, long, StringValue(long), StringValue(""))
		check(t, fmt.Sprint(n), d.Encode(nil))
	}
}

func TestExtremeNumbers(t *testing.T) {
	var d Draft
	d.SetTimestamp(math.MinInt64)
	d.SetSeverity(math.MinInt32)
	d.SetPid(math.MaxInt32)
	for _, v := range []int64{0, 127, 128, -1, math.MaxInt64, math.MinInt64} {
		d.AddInt("i", "", v)
	}
	for _, v := range []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.SmallestNonzeroFloat64, math.MaxFloat64} {
		d.AddFloat("f", "", v)
	}
	raw := d.Encode(nil)
	check(t, "extreme", raw)
	m := indexed(t, raw)
	if m.Timestamp() != math.MinInt64 || m.Severity() != math.MinInt32 || m.Pid() != math.MaxInt32 {
		t.Errorf("timestamp %d, severity %d, pid %d", m.Timestamp(), m.Severity(), m.Pid())
	}
}

func TestDefaults(t *testing.T) {
	m := indexed(t, nil)
	if m.Severity() != DefaultSeverity || m.Timestamp() != 0 || m.Pid() != 0 || m.Type() != "" || len(m.UUID()) != 0 ||
		m.HasSeverity() || m.HasTimestamp() || m.HasPid() {
		t.Errorf("%+v", m)
	}
	var d Draft
	batch := NewBatch()
	defer batch.Release()
	batch.Append(&d)
	if m := batch.At(0); m.Severity() != DefaultSeverity || len(m.Bytes()) != 0 {
		t.Errorf("%+v", m)
	}
}

func TestUUIDText(t *testing.T) {
	const text = "0f6c3a52-1b7d-4c8e-9a10-2b3c4d5e6f70"
	uuid, ok := ParseUUID(text)
	if got := string(AppendUUID([]byte("x"), uuid[:])); !ok || got != "x"+text {
		t.Errorf("%q", got)
	}
	if upper, ok := ParseUUID(strings.ToUpper(text)); !ok || upper != uuid {
		t.Error("upper case is refused")
	}
	for _, bad := range []string{"", text[1:], text + "0", strings.Replace(text, "-", "0", 1), strings.Replace(text, "f", "g", 1), strings.Repeat("-", 36)} {
		if _, ok := ParseUUID(bad); ok {
			t.Errorf("%q is taken", bad)
		}
	}
	if got := AppendUUID(nil, uuid[:15]); len(got) != 0 {
		t.Errorf("15 bytes give %q", got)
	}
}
