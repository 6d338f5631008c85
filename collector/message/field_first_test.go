package message

import "testing"

func TestValueAtIsFieldAtValue(t *testing.T) {
	var d Draft
	d.AddString("text", "abc")
	d.AddString("empty", "")
	d.AddFloat("float", "GB", 1.5)
	d.AddInt("int", "", -7)
	d.AddBool("bool", true)
	d.AddStrings("list", []string{"first", "second"})
	d.AddStrings("none", nil)
	d.AddBytes("bytes", []byte{0, 1})
	d.AddList("numbers", "", IntValue(300), IntValue(2))
	plain := d.Encode(nil)
	odd := append(append([]byte(nil), plain...), 11<<3|2, 1, 'x') // a later element: the message is not plain
	for _, raw := range [][]byte{plain, odd} {
		m, err := Index(raw)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for name, at := range m.FieldNames {
			want, wantOK := m.FieldAt(at).Value(0)
			if got, ok := m.ValueAt(at); got != want || ok != wantOK {
				t.Errorf("%s: got %v, %v; want %v, %v", name, got, ok, want, wantOK)
			}
			n++
		}
		if n != 9 {
			t.Errorf("%d fields", n)
		}
	}
}
