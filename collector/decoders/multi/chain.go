package multi

import (
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// behind is what takes the output of the link at an index.
func (d *Decoder) behind(at int) plugin.Rewinder {
	if at+1 < len(d.links) {
		return d.links[at+1]
	}
	return d.out
}

// Emit decodes a draft of the link before this one. What this link cannot decode passes unchanged.
func (s *link) Emit(in *message.Draft) {
	next := s.multi.behind(s.at)
	if !s.try(in, next) {
		next.Emit(in)
	}
}

// Mark and Rewind of a link are those of the chain's end: nothing waits in between.
func (s *link) Mark() int       { return s.multi.out.Mark() }
func (s *link) Rewind(mark int) { s.multi.out.Rewind(mark) }

// stage keeps messages until it is sure that they go out, for an emitter that cannot rewind.
type stage struct {
	batch *message.Batch
	draft message.Draft
}

var _ plugin.Rewinder = (*stage)(nil)

func (s *stage) Emit(d *message.Draft) {
	if s.batch == nil {
		s.batch = message.NewBatch()
	}
	s.batch.Append(d)
}

func (s *stage) Mark() int {
	if s.batch == nil {
		return 0
	}
	return s.batch.Len()
}

func (s *stage) Rewind(mark int) {
	if s.batch != nil {
		s.batch.Truncate(mark)
	}
}

// commit sends what is staged on its way.
func (s *stage) commit(out plugin.Emitter) {
	if s.batch == nil {
		return
	}
	for i := range s.batch.Len() {
		s.draft.Load(s.batch.At(i))
		out.Emit(&s.draft)
	}
	s.drop()
}

func (s *stage) drop() {
	if s.batch != nil {
		s.batch.Release()
		s.batch = nil
	}
}
