package golden

import (
	"encoding/binary"
	"strings"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Decoder runs a case of a decoder. What a decoder emits belongs to the event whose record it
// began with, which the uuid tells, however late it is emitted.
func Decoder(build Build[plugin.Decoder]) Runner {
	return func(v *Verdict) {
		d, err := build(v.Case, v.Case.Env())
		if judgeInit(v, err) {
			return
		}
		newDecoderRun(v, d).judge()
	}
}

// judgeInit compares whether the configuration is refused; true ends the case.
func judgeInit(v *Verdict, err error) bool {
	switch {
	case err != nil && v.Case.InitError == "":
		v.Problem(-1, "config", "the configuration is refused: %v", err)
	case err == nil && v.Case.InitError != "":
		v.Problem(-1, "config", "the configuration is taken, but should be refused as the original did: %s", v.Case.InitError)
	}
	return err != nil || v.Case.InitError != ""
}

type decoderRun struct {
	v       *Verdict
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

func newDecoderRun(v *Verdict, d plugin.Decoder) *decoderRun {
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
	clock := r.v.Case.ClockNS
	var d message.Draft
	for i := range r.v.Case.Events {
		e := &r.v.Case.Events[i]
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
	c := r.v.Case
	want := r.expected()
	clock := c.ClockNS
	for i := range c.Events {
		if c.Events[i].NowNS != 0 {
			clock = c.Events[i].NowNS
		}
		o := c.Outcome(i)
		switch err := r.failed[i]; {
		case o.Status > 0:
			r.v.Compared()
			r.v.Problem(i, "died", "the original died here; the replacement gives error %v, messages %s", err, summary(r.got[i]))
		case err == nil && r.joinedInto(i, want[i]) && r.v.Rule(i, "joined_lines"):
			r.v.Compared()
		case o.Passthrough && len(want[i]) == 0 && len(r.got[i]) > 0 && r.last(i) && r.v.Rule(i, "flushed_at_end"):
			r.v.Compared()
		case o.Status < 0 && err == nil:
			r.v.Compared()
			r.v.Problem(i, "taken", "taken (%s), but should be refused as the original did: %s", summary(r.got[i]), o.Error)
		case o.Status == 0 && err != nil:
			r.v.Compared()
			r.v.Problem(i, "refused", "%v", err)
		case o.Passthrough && len(want[i]) == 0 && len(r.got[i]) == 0:
			r.v.Compared()
		default:
			r.v.source = r.source(i)
			r.v.messages(i, want[i], r.got[i], c.Events[i].Message, clock)
		}
		if i == c.died() {
			return
		}
	}
}

// joinedInto tells whether nothing came of an event but a line in the message of an earlier one. A
// line that the original took must name an instance, as those of a traceback do.
func (r *decoderRun) joinedInto(event int, want []Message) bool {
	if len(r.got[event]) > 0 || len(want) > 1 {
		return false
	}
	line := text(r.v.Case.Events[event].Message.Payload)
	if len(want) == 1 {
		if line = text(want[0].Payload); !strings.HasPrefix(line, "[instance: ") {
			return false
		}
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

// source is the text of an event and of those behind it that made no message of their own; for a
// traceback, with the record before it, whose context it has.
func (r *decoderRun) source(event int) string {
	events := r.v.Case.Events
	begin := event
	if len(r.got[event]) > 0 && strings.HasPrefix(text(r.got[event][0].Payload), "Traceback (") {
		for begin--; begin > 0 && len(r.got[begin]) == 0; {
			begin--
		}
	}
	end := event + 1
	for end < len(events) && len(r.got[end]) == 0 {
		end++
	}
	var source strings.Builder
	for i := max(begin, 0); i < end; i++ {
		source.WriteString(text(events[i].Message.Payload))
	}
	return source.String()
}

// last tells whether the original made no messages of any later event, except for what it refused.
func (r *decoderRun) last(event int) bool {
	for _, o := range r.v.Case.Expected {
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
	for i := range r.v.Case.Events {
		o := r.v.Case.Outcome(i)
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
