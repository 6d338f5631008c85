package multi

import (
	"errors"
	"strings"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

var (
	_ plugin.Holder = (*Decoder)(nil)
	_ plugin.Closer = (*Decoder)(nil)
)

// Decoder runs sub-decoders. Each works on a copy of the draft, so that one that fails leaves nothing behind.
type Decoder struct {
	env       *plugin.Env
	all       bool
	logErrors bool
	links     []*link
	stage     stage
	out       plugin.Rewinder // of the call that runs
	succeeded bool            // some sub-decoder of this call did
	errs      []subError      // of this call
}

type subError struct {
	sub string
	err error
}

// link is a sub-decoder. In a chain it takes what the one before it emits.
type link struct {
	name     string
	decoder  plugin.Decoder
	holder   plugin.Holder // nil when it never holds messages back
	failures *plugin.Number
	multi    *Decoder
	at       int
	work     message.Draft
}

func (s *link) held() int {
	if s.holder == nil {
		return 0
	}
	return s.holder.Held()
}

// Decode gives the draft to the sub-decoders. It fails when none of them succeeds.
func (d *Decoder) Decode(in *message.Draft, out plugin.Emitter) error {
	d.errs, d.succeeded = d.errs[:0], false
	if d.all {
		d.begin(out)
		d.links[0].Emit(in)
	} else {
		d.tryEach(in, out)
	}
	if !d.succeeded {
		d.stage.drop()
		return d.failure()
	}
	d.stage.commit(out)
	return nil
}

// begin makes d.out something that can be rewound: the host's emitter, or the stage before it.
func (d *Decoder) begin(out plugin.Emitter) {
	if r, ok := out.(plugin.Rewinder); ok {
		d.out = r
		return
	}
	d.out = &d.stage
}

// tryEach stops at the first success. What another sub-decoder still holds of earlier records goes
// out first then; it must not be lost if nobody takes this one.
func (d *Decoder) tryEach(in *message.Draft, out plugin.Emitter) {
	for i, s := range d.links {
		d.begin(out)
		if d.othersHold(i) {
			d.out = &d.stage
		}
		if !s.try(in, d.out) {
			continue
		}
		for j, other := range d.links {
			if j != i && other.held() > 0 {
				other.holder.Release(out)
			}
		}
		return
	}
}

func (d *Decoder) othersHold(but int) bool {
	for i, s := range d.links {
		if i != but && s.held() > 0 {
			return true
		}
	}
	return false
}

// try runs the sub-decoder on a copy; after a failure out is as it was.
func (s *link) try(in *message.Draft, out plugin.Rewinder) bool {
	s.work.Assign(in)
	mark, succeeded, errs := out.Mark(), s.multi.succeeded, len(s.multi.errs)
	err := s.decoder.Decode(&s.work, out)
	if err == nil {
		s.multi.succeeded = true
		return true
	}
	out.Rewind(mark)
	s.multi.succeeded, s.multi.errs = succeeded, s.multi.errs[:errs] // what later links made of it is void
	s.multi.failed(s, err)
	return false
}

func (d *Decoder) failed(s *link, err error) {
	d.errs = append(d.errs, subError{s.name, err})
	if s.failures != nil {
		s.failures.Add(1)
	}
	if d.logErrors && d.env.Log != nil {
		d.env.Log.Warn("sub-decoder failed", "sub", s.name, "error", err)
	}
}

// failure is the error of a record that nobody could decode, with each sub-decoder's reason.
func (d *Decoder) failure() error {
	var text strings.Builder
	text.WriteString("all sub-decoders failed")
	for _, e := range d.errs[:min(len(d.errs), len(d.links))] {
		text.WriteString("; " + e.sub + ": " + e.err.Error())
	}
	return errors.New(text.String())
}

// Held counts what the sub-decoders hold back.
func (d *Decoder) Held() (n int) {
	for _, s := range d.links {
		n += s.held()
	}
	return n
}

// Release emits what the sub-decoders hold back; in a chain the later ones decode it first.
func (d *Decoder) Release(out plugin.Emitter) {
	for _, s := range d.links {
		if s.held() == 0 {
			continue
		}
		if !d.all {
			s.holder.Release(out)
			continue
		}
		d.errs = d.errs[:0]
		d.begin(out)
		s.holder.Release(d.behind(s.at))
		d.stage.commit(out)
	}
}

// HoldTime is the shortest of those that hold messages back.
func (d *Decoder) HoldTime() (shortest time.Duration) {
	for _, s := range d.links {
		if s.held() > 0 && (shortest == 0 || s.holder.HoldTime() < shortest) {
			shortest = s.holder.HoldTime()
		}
	}
	return shortest
}
