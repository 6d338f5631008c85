package pipeline

import "lma_collector/collector/plugin"

var _ plugin.Rewinder = (*source)(nil)

// Mark is where the batch stands, for a decoder that may take back what it emits from here on.
func (s *source) Mark() int { return s.batch.Len() }

// Rewind drops what was emitted after the mark.
func (s *source) Rewind(mark int) {
	s.emitted -= s.batch.Len() - mark
	s.batch.Truncate(mark)
}
