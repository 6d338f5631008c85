package message

import "testing"

func TestAssign(t *testing.T) {
	var from, to Draft
	from.Type = "log"
	from.SetSeverity(3)
	from.AddInt("a", "", 1)
	from.AddString("b", "x")
	to.AddString("old", "gone")
	to.Assign(&from)
	want := string(from.Encode(nil))
	if got := string(to.Encode(nil)); got != want {
		t.Fatalf("copy is %x, want %x", got, want)
	}
	to.AppendValue(1, StringValue("y"))
	to.SetField("a", "", IntValue(2))
	to.Type = "changed"
	if got := string(from.Encode(nil)); got != want {
		t.Errorf("changing the copy changed the original: %x, want %x", got, want)
	}
}
