// Package recording reads recorded messages, framed or as JSON lines, of several files at once.
package recording

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"lma_collector/collector/message"
)

// File is a recording and the name that errors have for it.
type File struct {
	Name   string
	Reader io.Reader
}

// Each calls see with the messages of all files in the order of their timestamps. The messages of one
// file keep their order; one without a timestamp, or with an older one, comes right after the one before it.
// A message is valid during the call. Bytes between framed messages are skipped, and told to skipped
// when the file has ended. The error is see's own, or names the file.
func Each(files []File, see func(*message.Message) error, skipped func(name string, bytes int)) error {
	heads := make([]*head, 0, len(files))
	defer func() {
		for _, h := range heads {
			h.stop()
		}
	}()
	for _, f := range files {
		h := &head{name: f.Name}
		h.next, h.stop = iter.Pull(h.messages(f.Reader))
		heads = append(heads, h)
		if err := h.advance(skipped); err != nil {
			return err
		}
	}
	for h := first(heads); h != nil; h = first(heads) {
		if err := see(h.message); err != nil {
			return err
		}
		if err := h.advance(skipped); err != nil {
			return err
		}
	}
	return nil
}

// head is a file at its next message.
type head struct {
	name    string
	next    func() (*message.Message, bool)
	stop    func()
	message *message.Message // nil at the end
	time    int64            // by which it is sorted, never falling
	skipped int
	err     error
}

var errStopped = errors.New("nobody reads on")

// messages reads the whole file; what came of it is in the head afterwards.
func (h *head) messages(r io.Reader) iter.Seq[*message.Message] {
	return func(yield func(*message.Message) bool) {
		h.skipped, h.err = message.ReadRecorded(r, func(m *message.Message) error {
			if !yield(m) {
				return errStopped
			}
			return nil
		})
	}
}

func (h *head) advance(skipped func(string, int)) error {
	m, more := h.next()
	if !more {
		h.message = nil
		if h.skipped > 0 {
			skipped(h.name, h.skipped)
		}
		if h.err != nil {
			return fmt.Errorf("%s: %w", h.name, h.err)
		}
		return nil
	}
	if h.message == nil || m.HasTimestamp() && m.Timestamp() > h.time {
		h.time = m.Timestamp()
	}
	h.message = m
	return nil
}

// first is the file whose message is the oldest; of several the one named first. nil at the end.
func first(heads []*head) (oldest *head) {
	for _, h := range heads {
		if h.message != nil && (oldest == nil || h.time < oldest.time) {
			oldest = h
		}
	}
	return oldest
}
