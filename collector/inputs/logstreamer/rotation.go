package logstreamer

import (
	"context"
	"os"
	"time"
)

// deletedWait is how long a deleted file that nothing follows is kept open.
const deletedWait = time.Minute

// resume opens the file where reading goes on: where the journal says, else the stream's oldest, or
// the end of its newest. Without one the stream waits.
func (s *stream) resume() verdict {
	if len(s.files) == 0 {
		return idle
	}
	if !s.started {
		return s.begin()
	}
	if l, _ := locate(s.files, &s.pos, s.in.trouble.set); l != nil {
		s.adopt(l)
		return idle
	}
	if !s.fresh {
		return wantScan
	}
	lost := s.pos
	lost.finished = lost.finish()
	i := next(s.files, -1, &lost)
	if i < 0 {
		return idle
	}
	s.in.env.Log.Info("the file that was read last is gone, reading goes on with another", "stream", s.name, "file", lost.path, "next", s.files[i].path)
	finished := s.pos.finished
	s.pos.finished = lost.finished
	if !s.openAt(i, 0) {
		s.pos.finished = finished
	}
	return idle
}

// begin starts a stream that has no journal.
func (s *stream) begin() verdict {
	newest := len(s.files) - 1
	if s.in.config.InitialTail && !s.in.env.Once && s.files[newest].modified.Before(s.in.began) {
		s.openAt(newest, s.files[newest].size)
		return idle
	}
	for i := range s.files {
		if s.openAt(i, 0) {
			break
		}
	}
	return idle
}

func (s *stream) openAt(i int, offset int64) bool {
	l, err := openFile(s.files[i].path)
	if err != nil {
		s.in.trouble.set(s.files[i].path, err)
		return false
	}
	if err := l.seek(offset); err != nil {
		s.in.trouble.set(s.files[i].path, err)
		l.close()
		return false
	}
	s.adopt(l)
	s.settle()
	return true
}

// checkReplaced looks for a file that was cut or written anew in place. Its old text may have been
// copied away before; then the copy is read to its end first.
func (s *stream) checkReplaced(ctx context.Context) (verdict, error) {
	now := time.Now()
	size, modified, err := s.cur.stat()
	if err != nil {
		s.in.trouble.set(s.cur.path, err)
		return waiting, nil
	}
	if s.cur.compressed() || size >= s.cur.at && (s.untouched(modified) || s.sameBefore()) {
		s.size, s.modified, s.checked = size, modified, now
		return idle, nil
	}
	if !s.fresh {
		return wantScan, nil
	}
	l, i := locate(s.files, &s.pos, s.in.trouble.set)
	s.src.Finish()
	to := max(s.base+s.src.Consumed(), s.pos.seek)
	if l == nil || l.seek(to) != nil {
		return s.startAnew(ctx)
	}
	s.in.env.Log.Info("file was truncated, its copy is read to the end first", "stream", s.name, "file", s.cur.path, "copy", s.files[i].path)
	s.adopt(l)
	return more, s.handOver(ctx)
}

// startAnew reads the current path from the start, after its old text is gone.
func (s *stream) startAnew(ctx context.Context) (verdict, error) {
	s.in.env.Log.Info("file was truncated, reading starts at its beginning", "stream", s.name, "file", s.cur.path)
	s.pos.finished = s.pos.finish()
	path := s.cur.path
	l, err := openFile(path)
	if err != nil {
		s.in.trouble.set(path, err)
		s.cur.close()
		s.cur = nil
		return idle, s.src.Flush(ctx, nil)
	}
	s.adopt(l)
	return more, s.handOver(ctx)
}

// handOver sends what is left of the file before on its way, and notes the start of the current one
// as the position behind it.
func (s *stream) handOver(ctx context.Context) error {
	s.unsent = 0
	s.pos = s.here(s.base)
	return s.src.Flush(ctx, s.marks.launch(s.pos))
}

// sameBefore tells whether the text before the last position is still what was read.
func (s *stream) sameBefore() bool {
	if !s.pos.hashed || s.pos.id != s.cur.id {
		return true
	}
	sum, ok := s.cur.tail(s.pos.seek)
	return ok && sum == s.pos.tail
}

// advance goes from a file that was read to its end to the next one, if it is time. The verdict more
// says that it did.
func (s *stream) advance(ctx context.Context) (verdict, error) {
	inPlace, at := s.cur.inPlace(), s.indexOf(s.cur.id)
	switch {
	case inPlace && at == len(s.files)-1:
		return idle, nil
	case !s.fresh && (!inPlace || at < 0):
		return wantScan, nil
	}
	p := s.here(s.base + s.src.Consumed())
	if at < 0 { // compressed or copied meanwhile
		if l, i := locate(s.files, &p, s.in.trouble.set); l != nil {
			l.close()
			at = i
		}
	}
	p.finished = p.finish()
	i := next(s.files, at, &p)
	if i < 0 && at < 0 && time.Since(s.grown) > deletedWait {
		s.numbers.leave(s.cur.path)
		s.cur.close()
		s.cur = nil
		return idle, nil
	}
	if i < 0 || !s.in.env.Once && s.files[i].empty() {
		return idle, nil
	}
	if s.cur.at > 0 && !s.in.env.Once && time.Since(s.grown) < s.in.rotateWait {
		return waiting, nil // its writer may not know yet that the file was renamed
	}
	return s.switchTo(ctx, i)
}

// empty looks again, since an empty file may have been written to after the scan.
func (f *foundFile) empty() bool {
	if f.size > 0 {
		return false
	}
	info, err := os.Stat(f.path)
	return err != nil || info.Size() == 0
}

func (s *stream) indexOf(id fileID) int {
	for i := len(s.files) - 1; i >= 0; i-- {
		if s.files[i].id == id {
			return i
		}
	}
	return -1
}

// switchTo ends the current file and begins the one at an index. Older ones that cannot be read are passed over.
func (s *stream) switchTo(ctx context.Context, i int) (verdict, error) {
	var l *logFile
	for ; l == nil; i++ {
		if i == len(s.files) {
			return idle, nil
		}
		var err error
		if l, err = openFile(s.files[i].path); err != nil {
			if vanished(err) {
				return wantScan, nil
			}
			s.in.trouble.set(s.files[i].path, err)
		} else if l.id != s.files[i].id {
			l.close()
			return wantScan, nil
		}
	}
	s.src.Finish()
	if err := s.flush(ctx); err != nil {
		l.close()
		return idle, err
	}
	finished := s.pos.finish()
	s.adopt(l)
	s.pos.finished = finished
	return more, s.handOver(ctx)
}
