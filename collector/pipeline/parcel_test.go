package pipeline

import (
	"strings"
	"testing"

	"lma_collector/collector/message"
)

// A message that waits for a slow consumer does not hold the memory of all that came with it.
func TestFewMessagesOfABatchAreCopied(t *testing.T) {
	message.PoisonReleased(true)
	defer message.PoisonReleased(false)
	b := message.NewBatch()
	var d message.Draft
	for range 500 {
		d.Reset()
		d.Type, d.Payload = "log", strings.Repeat("x", 500)
		b.Append(&d)
	}
	b.Retain(2)
	few, all := newParcel(b), newParcel(b)
	few.add(b.At(7))
	few.add(b.At(400))
	for i := range b.Len() {
		all.add(b.At(i))
	}
	few.detach()
	all.detach()
	if few.batch == b || few.batch.Bytes() != few.bytes {
		t.Errorf("two messages of %d bytes hold a batch of %d", few.bytes, few.batch.Bytes())
	}
	if all.batch != b {
		t.Error("a whole batch was copied")
	}
	all.free()
	b.Release()
	for _, m := range few.msgs {
		if m.Type() != "log" || m.Payload() != strings.Repeat("x", 500) {
			t.Errorf("the copy is %s", message.AppendJSON(nil, m))
		}
	}
	few.free()
}
