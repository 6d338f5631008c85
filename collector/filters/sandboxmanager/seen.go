package sandboxmanager

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"lma_collector/collector/atomicfile"
	"lma_collector/collector/message"
)

// rememberedMessages is how many of the last control messages are known again whatever the clock says;
// those that could be within the skew are known anyway.
const rememberedMessages = 1024

// maxSeen bounds the control messages that are known: more in ten seconds are refused.
const maxSeen = 16 << 10

// mark stands for one control message: who signed what, and when. The uuid does not count: what has
// none gets another one each time.
type mark [16]byte

func markOf(m *message.Message) (k mark) {
	h := sha256.New()
	fmt.Fprintf(h, "%q %d %q %q %q %q", m.Signer(), m.Timestamp(), m.Text("action"), m.Text("name"), m.Text("config"), m.Payload())
	copy(k[:], h.Sum(nil))
	return k
}

// seen knows control messages again, also after a restart: each is written to a file before it is obeyed.
type seen struct {
	path   string
	file   *os.File
	order  []noted
	marks  map[mark]struct{}
	lines  int  // of the file
	failed bool // the file may lack marks
}

type noted struct {
	mark mark
	at   int64 // the message's timestamp, ns
}

// open reads the file. A line that a crash cut short is passed over.
func (s *seen) open(path string) error {
	s.path, s.marks = path, map[mark]struct{}{}
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for line := range strings.Lines(string(data)) {
		var n noted
		text, ok := strings.CutSuffix(line, "\n")
		at, digest, cut := strings.Cut(text, " ")
		if raw, err := hex.DecodeString(digest); !ok || !cut || err != nil || copy(n.mark[:], raw) != len(n.mark) {
			continue
		}
		if _, err := fmt.Sscanf(at, "%d", &n.at); err == nil {
			s.note(n)
		}
	}
	return s.rewrite()
}

func (s *seen) note(n noted) {
	if _, known := s.marks[n.mark]; !known {
		s.marks[n.mark] = struct{}{}
		s.order = append(s.order, n)
	}
}

var errTooMany = errors.New("too many control messages in a few seconds")

// add notes a message; fresh is false for one that was noted before. The error says that it could not be
// noted for good.
func (s *seen) add(m *message.Message, now time.Time) (fresh bool, err error) {
	n := noted{markOf(m), m.Timestamp()}
	if _, known := s.marks[n.mark]; known {
		return false, nil
	}
	s.forget(now)
	if len(s.order) >= maxSeen {
		return true, errTooMany
	}
	s.note(n)
	if s.failed || s.lines > 2*rememberedMessages+len(s.order) {
		return true, s.rewrite()
	}
	return true, s.write(n.line())
}

// forget drops the oldest marks of which nobody could make use.
func (s *seen) forget(now time.Time) {
	n := 0
	for len(s.order)-n >= rememberedMessages && now.Sub(time.Unix(0, s.order[n].at)) >= skew {
		delete(s.marks, s.order[n].mark)
		n++
	}
	s.order = s.order[n:]
}

func (n *noted) line() []byte { return fmt.Appendf(nil, "%d %x\n", n.at, n.mark) }

func (s *seen) write(line []byte) error {
	_, err := s.file.Write(line)
	if err == nil {
		err = s.file.Sync()
	}
	s.failed = err != nil
	s.lines++
	return err
}

// rewrite replaces the file by one of what is known.
func (s *seen) rewrite() error {
	var b bytes.Buffer
	for i := range s.order {
		b.Write(s.order[i].line())
	}
	s.failed = true
	if err := atomicfile.Replace(s.path, 0o600, b.Bytes()); err != nil {
		return err
	}
	f, err := os.OpenFile(s.path, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if s.file != nil {
		s.file.Close()
	}
	s.file, s.lines, s.failed = f, len(s.order), false
	return nil
}

func (s *seen) close() error {
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	return f.Close()
}
