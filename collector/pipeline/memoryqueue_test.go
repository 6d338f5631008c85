package pipeline

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// parcelOf makes a parcel of one message for each payload.
func parcelOf(payloads ...string) *parcel {
	b := message.NewBatch()
	for _, p := range payloads {
		b.Append(&message.Draft{Payload: p})
	}
	p := newParcel(b)
	for i := range b.Len() {
		p.add(b.At(i))
	}
	return p
}

func newTestQueue(messages int, full plugin.Full) *memoryQueue {
	return newQueue(queueLimits{messages: messages, bytes: 1 << 20, full: full, mark: 3}, &consumerStats{})
}

// drain takes everything and gives the payloads.
func drain(q *memoryQueue) (got []string) {
	for p := q.take(false); p != nil; p = q.take(false) {
		for _, m := range p.msgs {
			got = append(got, string([]byte(m.Payload())))
		}
		p.free()
	}
	return got
}

func expect(t *testing.T, q *memoryQueue, want ...string) {
	t.Helper()
	if got := drain(q); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestQueueDrops(t *testing.T) {
	q := newTestQueue(3, plugin.FullDrop)
	for i := range 5 {
		_ = q.put(t.Context(), parcelOf(fmt.Sprint(i)))
	}
	if n := q.stats.droppedFull.Load(); n != 2 {
		t.Errorf("%d dropped", n)
	}
	expect(t, q, "0", "1", "2")
}

func TestQueueDropsTheOldest(t *testing.T) {
	q := newTestQueue(3, plugin.FullDropOldest)
	for i := range 5 {
		_ = q.put(t.Context(), parcelOf(fmt.Sprint(i)))
	}
	expect(t, q, "2", "3", "4")
}

// What was dropped by its policy is settled: its source must not wait for it.
func TestQueueAcknowledgesWhatItDrops(t *testing.T) {
	q := newTestQueue(1, plugin.FullDrop)
	done := false
	a := newAck(func() { done = true })
	for range 2 {
		p := parcelOf("x")
		a.hold()
		p.ack = a
		_ = q.put(t.Context(), p)
	}
	a.release()
	if done {
		t.Error("acknowledged while a message still waits")
	}
	drain(q)
	if !done {
		t.Error("not acknowledged when all were taken or dropped")
	}
}

func TestQueueTakesAParcelLargerThanItself(t *testing.T) {
	q := newTestQueue(2, plugin.FullBlock)
	if err := q.put(t.Context(), parcelOf("1", "2", "3", "4")); err != nil {
		t.Fatal(err)
	}
	expect(t, q, "1", "2", "3", "4")
}

func TestQueueBlocks(t *testing.T) {
	q := newTestQueue(1, plugin.FullBlock)
	_ = q.put(t.Context(), parcelOf("1"))
	result := make(chan error)
	go func() { result <- q.put(t.Context(), parcelOf("2")) }()
	until(t, "the producer waits", func() bool { return q.stats.blocked.Load() == 1 })
	q.take(false).free()
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	expect(t, q, "2")
}

// A producer whose pipeline stops does not wait for ever, and nothing is acknowledged.
func TestQueueGivesUpWithItsContext(t *testing.T) {
	q := newTestQueue(1, plugin.FullBlock)
	_ = q.put(t.Context(), parcelOf("1"))
	ctx, cancel := context.WithCancel(t.Context())
	acked := false
	a := newAck(func() { acked = true })
	p := parcelOf("2")
	a.hold()
	p.ack = a
	result := make(chan error)
	go func() { result <- q.put(ctx, p) }()
	until(t, "the producer waits", func() bool { return q.stats.blocked.Load() == 1 })
	cancel()
	if err := <-result; err == nil {
		t.Error("no error")
	}
	a.release()
	if acked {
		t.Error("acknowledged what was never queued")
	}
	if n := q.stats.droppedFull.Load(); n != 1 {
		t.Errorf("%d counted as dropped", n)
	}
	expect(t, q, "1")
}

// Injected messages are served first, never wait, and are dropped oldest first past twice the mark.
func TestQueueLaneOfInjectedMessages(t *testing.T) {
	q := newTestQueue(1, plugin.FullBlock)
	_ = q.put(t.Context(), parcelOf("from an input"))
	for i := range 4 {
		q.putInjected(parcelOf(fmt.Sprint(i)))
	}
	if !q.clogged() {
		t.Error("not clogged with 4 injected messages, the mark being 3")
	}
	for i := range 4 {
		q.putInjected(parcelOf(fmt.Sprint(4 + i)))
	}
	if n := q.stats.droppedInjected.Load(); n != 2 {
		t.Errorf("%d injected messages were dropped", n)
	}
	if n, bytes := q.length(); n != 7 || bytes != q.normal.bytes+q.inject.bytes || q.normal.bytes == 0 {
		t.Errorf("%d messages of %d bytes wait", n, bytes)
	}
	if p := q.take(true); p.msgs[0].Payload() != "2" {
		t.Errorf("first %q", p.msgs[0].Payload())
	} else {
		p.free()
	}
	expect(t, q, "3", "4", "5", "6", "7", "from an input")
	if q.take(true) != nil {
		t.Error("the lane is empty")
	}
}
