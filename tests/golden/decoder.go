package golden

import (
	"encoding/binary"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Decoder runs every case of a decoder. What a decoder emits belongs to the event whose record it
// began with, which the uuid tells, however late it is emitted.
func Decoder(t *testing.T, name string, build Build[plugin.Decoder]) *Report {
	return run(t, name, func(v *verdict) {
		d, err := build(v.c, v.c.Env())
		if judgeInit(v, err) {
			return
		}
		newDecoderRun(v, d).judge()
	})
}

// judgeInit compares whether the configuration is refused; true ends the case.
func judgeInit(v *verdict, err error) bool {
	switch {
	case err != nil && v.c.InitError == "":
		v.problem(-1, "the configuration is refused: %v", err)
	case err == nil && v.c.InitError != "":
		v.problem(-1, "the configuration is taken, but should be refused as the original did: %s", v.c.InitError)
	}
	return err != nil || v.c.InitError != ""
}

type decoderRun struct {
	v       *verdict
	decoder plugin.Decoder
	event   int
	emitted []emitted // by the running call
	got     map[int][]Message
	failed  map[int]error
}

type emitted struct {
	event int
	m     Message
}

func newDecoderRun(v *verdict, d plugin.Decoder) *decoderRun {
	return &decoderRun{v: v, decoder: d, got: map[int][]Message{}, failed: map[int]error{}}
}

// magic marks uuids that hold the number of an event.
const magic = 0x676f6c64656e

func eventUUID(event int) (u [16]byte) {
	binary.BigEndian.PutUint64(u[:], magic)
	binary.BigEndian.PutUint64(u[8:], uint64(event))
	return u
}

// Emit takes a draft as the host does.
func (r *decoderRun) Emit(d *message.Draft) {
	event := r.event
	if d.HasUUID && binary.BigEndian.Uint64(d.UUID[:]) == magic {
		event = int(binary.BigEndian.Uint64(d.UUID[8:]))
	}
	r.emitted = append(r.emitted, emitted{event, Record(Seal(d))})
}

func (r *decoderRun) take() {
	for _, e := range r.emitted {
		r.got[e.event] = append(r.got[e.event], e.m)
	}
	r.emitted = r.emitted[:0]
}

func (r *decoderRun) judge() {
	clock := r.v.c.ClockNS
	var d message.Draft
	for i := range r.v.c.Events {
		e := &r.v.c.Events[i]
		if e.NowNS != 0 {
			clock = e.NowNS
		}
		r.event = i
		e.Message.Fill(&d)
		d.SetUUID(eventUUID(i))
		if !d.HasTimestamp {
			d.SetTimestamp(clock)
		}
		if err := r.decoder.Decode(&d, r); err != nil {
			r.failed[i], r.emitted = err, r.emitted[:0]
		}
		r.take()
	}
	if h, holds := r.decoder.(plugin.Holder); holds {
		h.Release(r)
		r.take()
	}
	r.compare()
}

func (r *decoderRun) compare() {
	c := r.v.c
	want := r.expected()
	clock := c.ClockNS
	for i := range c.Events {
		if c.Events[i].NowNS != 0 {
			clock = c.Events[i].NowNS
		}
		o := c.outcome(i)
		switch err := r.failed[i]; {
		case o.Status > 0:
			r.v.events++
			r.v.problem(i, "the original died here; the replacement gives error %v, messages %s", err, summary(r.got[i]))
		case err == nil && r.joinedInto(i, want[i]) && r.v.rule(i, "joined_lines"):
			r.v.events++
		case o.Passthrough && len(want[i]) == 0 && len(r.got[i]) > 0 && r.last(i) && r.v.rule(i, "flushed_at_end"):
			r.v.events++
		case o.Status < 0 && err == nil:
			r.v.events++
			r.v.problem(i, "taken (%s), but should be refused as the original did: %s", summary(r.got[i]), o.Error)
		case o.Status == 0 && err != nil:
			r.v.events++
			r.v.problem(i, "refused: %v", err)
		case o.Passthrough && len(want[i]) == 0 && len(r.got[i]) == 0:
			r.v.events++
		default:
			r.v.messages(i, want[i], r.got[i], c.Events[i].Message, clock)
		}
		if i == c.died() {
			return
		}
	}
}

// joinedInto tells whether nothing came of an event but a line in the message of an earlier one.
func (r *decoderRun) joinedInto(event int, want []Message) bool {
	if len(r.got[event]) > 0 || len(want) > 1 {
		return false
	}
	line := text(r.v.c.Events[event].Message.Payload)
	if len(want) == 1 {
		line = text(want[0].Payload)
	}
	for i := event - 1; i >= 0; i-- {
		for _, m := range r.got[i] {
			if line = ownText(line); line == "" || strings.Contains(text(m.Payload)+"\n", "\n"+line+"\n") {
				return true
			}
		}
	}
	return false
}

// last tells whether the original made no messages of any later event, except for what it refused.
func (r *decoderRun) last(event int) bool {
	for _, o := range r.v.c.Expected {
		if o.Event > event && len(o.Injected) > 0 {
			return false
		}
	}
	return true
}

// expected sorts the messages by the event that they began with: the original emitted a joined
// message together with the one of the record that ended it.
func (r *decoderRun) expected() map[int][]Message {
	want := map[int][]Message{}
	_, holds := r.decoder.(plugin.Holder) // another one joins nothing
	pending := -1
	for i := range r.v.c.Events {
		o := r.v.c.outcome(i)
		if o.Passthrough {
			if pending < 0 && holds {
				pending = i
			}
			continue
		}
		list := o.Injected
		if pending >= 0 && len(list) > 1 {
			want[pending] = append(want[pending], list[0])
			list, pending = list[1:], -1
		}
		want[i] = append(want[i], list...)
	}
	return want
}
