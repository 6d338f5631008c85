package message

import "testing"

// What ReadSingle reads is what ReadField and Only read of the same field.
func checkSingles(t *testing.T, m *Message) (singles int) {
	t.Helper()
	var f Field
	for at := 0; ; {
		next, more := m.ReadField(&f, at)
		name, v, behind, ok := m.ReadSingle(at)
		if !more {
			if ok {
				t.Fatalf("a field %q at the end", name)
			}
			return singles
		}
		want, single := f.Only()
		if ok {
			singles++
			if !single || name != f.Name || v != want || behind != next {
				t.Fatalf("read %q = %v up to %d, want %q = %v (%v) up to %d", name, v, behind, f.Name, want, single, next)
			}
		} else if single && m.plain() {
			t.Fatalf("field %q of one value was not read", f.Name)
		}
		at = next
	}
}

func TestReadSingle(t *testing.T) {
	var d Draft
	logDraft(&d)
	long := make([]byte, 300)
	d.AddBytes("long", long)
	d.AddBool("no", false)
	d.AddInt("negative", "", -1)
	d.AddStrings("several", []string{"a", "b"})
	d.AddList("numbers", "", IntValue(1), IntValue(300))
	d.AddList("floats", "", FloatValue(1), FloatValue(2))
	d.AddList("none", "")
	d.AddString("", "")
	d.AddString(string(long), "a long name")
	m := indexed(t, d.Encode(nil))
	if n := checkSingles(t, m); m.plain() || n != 0 {
		t.Errorf("%d fields of a message that is not plain: %v", n, m.plain())
	}
	d.RemoveField(d.FieldCount() - 1)
	m = indexed(t, d.Encode(nil))
	if n := checkSingles(t, m); !m.plain() || n != d.FieldCount()-4 {
		t.Errorf("%d of %d fields have one value", n, d.FieldCount())
	}
	if _, _, _, ok := new(Message).ReadSingle(0); ok {
		t.Error("an empty message has a field")
	}
}
