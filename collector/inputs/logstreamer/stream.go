package logstreamer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

const (
	batchBytes = 64 << 10 // text that is read before it is handed over
	turnBytes  = 4 << 20  // text after which another stream has its turn
)

// stream is a series of files that is read as one. Its worker owns it while one runs, else the
// scheduler does.
type stream struct {
	in      *Input
	name    string
	journal string // its path
	host    plugin.InputHost
	marks   marks
	numbers streamNumbers

	files []foundFile // as of the last scan
	fresh bool        // files were found after the stream asked for it

	src     plugin.Source
	cur     *logFile
	fixed   bool // cur.print will not change any more
	seed    seed // of cur
	base    int64
	pos     position // of the last hand-over
	started bool     // pos is set

	size     int64     // of cur's file on disk
	modified time.Time // of cur's file
	checked  time.Time // when size and modified were seen
	grown    time.Time // when text was read last
	unsent   int       // bytes read since the last hand-over

	schedule
}

// verdict is what a stream needs after its worker did what it could.
type verdict int

const (
	idle     verdict = iota // nothing until something changes
	more                    // another turn
	wantScan                // a fresh list of files
	waiting                 // another look soon
)

// work reads what there is, for at most one turn. An error ends the input.
func (s *stream) work(ctx context.Context) (v verdict, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("stream %q: panic: %v\n%s", s.name, p, debug.Stack())
		}
	}()
	if s.src == nil {
		if s.src, err = s.host.NewSource(s.name); err != nil {
			return idle, err
		}
		s.src.SetDecorator(s.decorate)
	}
	defer func() { s.fresh = false }()
	if s.cur == nil {
		if v := s.resume(); s.cur == nil {
			return v, s.flush(ctx)
		}
	}
	if v, err := s.checkReplaced(ctx); v != idle || err != nil {
		return v, err
	}
	v, err = s.read(ctx)
	if s.in.env.Once && v == idle && err == nil {
		s.src.Finish()
		err = s.flush(ctx)
	}
	return v, err
}

// read reads to the end of the newest file, or as far as one turn goes.
func (s *stream) read(ctx context.Context) (verdict, error) {
	for turn := 0; turn < turnBytes; {
		n, err := s.src.Fill(s.cur)
		if n > 0 {
			turn += n
			s.unsent += n
			s.grown = time.Now()
			s.numbers.read.Add(int64(n))
		}
		if err == nil {
			if s.unsent >= batchBytes {
				if err := s.flush(ctx); err != nil {
					return idle, err
				}
			}
			continue
		}
		if !errors.Is(err, io.EOF) {
			s.in.trouble.set(s.cur.path, err)
		}
		s.src.Idle()
		if err := s.flush(ctx); err != nil {
			return idle, err
		}
		if v, err := s.advance(ctx); v != more || err != nil {
			return v, err
		}
	}
	return more, nil
}

// flush hands over what was read; its delivery moves the journal on.
func (s *stream) flush(ctx context.Context) error {
	s.unsent = 0
	if s.cur == nil {
		if s.src.Pending() {
			return s.src.Flush(ctx, nil)
		}
		return nil
	}
	seek := s.base + s.src.Consumed()
	if seek == s.pos.seek && s.pos.id == s.cur.id && !s.src.Pending() {
		return nil
	}
	s.pos = s.here(seek)
	return s.src.Flush(ctx, s.marks.launch(s.pos))
}

// here is the position at an offset of the current file.
func (s *stream) here(seek int64) position {
	if !s.fixed && seek > 0 {
		s.recognise()
	}
	c := s.cur
	p := position{path: c.path, id: c.id, print: c.print, again: c.again, seek: seek, modified: s.modified, finished: s.pos.finished}
	p.tail, p.hashed = c.tail(seek)
	return p
}

// recognise takes the file's fingerprint once there is text in it.
func (s *stream) recognise() {
	if s.cur.print.size == 0 {
		var buf [printBytes]byte
		head, err := s.cur.head(buf[:])
		if err != nil {
			s.in.trouble.set(s.cur.path, err)
		}
		s.cur.print, _ = newFingerprint(head)
		s.cur.again = timesBefore(s.pos.finished, s.cur.print)
	}
	s.fixed = s.cur.print.size > 0
	s.seed = newSeed(s.in.env.MachineID, s.name, s.cur.print, s.cur.again)
}

// decorate gives a record its headers. It runs within Fill.
func (s *stream) decorate(d *message.Draft) {
	if !s.fixed {
		s.recognise()
	}
	d.Type, d.Logger, d.Hostname = "logfile", s.name, s.in.hostname
	d.SetUUID(s.seed.uuid(s.base+s.src.RecordOffset(), d.Payload))
}

// adopt makes a file the current one; it is read on from its offset.
func (s *stream) adopt(l *logFile) {
	if s.cur != nil {
		s.numbers.leave(s.cur.path)
		s.cur.close()
	}
	s.src.Reset()
	s.cur, s.base, s.fixed = l, l.at, false
	s.checked = time.Now()
	s.size, s.modified, _ = l.stat()
	s.grown = time.Time{}
	if time.Since(s.modified) < s.in.rotateWait {
		s.grown = time.Now()
	}
	s.in.trouble.clear(l.path)
	if l.print.size > 0 {
		s.recognise()
	}
}

// settle notes the position at the start of a file that was just adopted.
func (s *stream) settle() {
	s.pos = s.here(s.base)
	s.started = true
	s.marks.launch(s.pos)()
}

// sleep gives up file and source of a stream that has been quiet. It tells whether it could.
func (s *stream) sleep() bool {
	if s.src == nil || s.src.Pending() || s.marks.pending() > 0 {
		return false
	}
	s.close()
	return true
}

func (s *stream) close() {
	if s.src != nil {
		s.src.Close()
		s.src = nil
	}
	if s.cur != nil {
		s.size = s.cur.at
		s.cur.close()
		s.cur = nil
	}
}

// changed tells cheaply whether there may be something to do for the current file.
func (s *stream) changed(thorough bool) bool {
	if s.cur == nil {
		return true
	}
	size, modified, err := s.cur.stat()
	if err != nil || !s.cur.compressed() && (size != s.cur.at || !s.untouched(modified)) {
		return true
	}
	return thorough && !s.cur.inPlace()
}

// coarse is how far apart two changes of a file must be to have different times for sure.
const coarse = 50 * time.Millisecond

// untouched tells whether a file whose last change was then has not been written to since it was
// checked. A change that was just made when it was checked says nothing about the moment after.
func (s *stream) untouched(then time.Time) bool {
	age := s.checked.Sub(then)
	return then.Equal(s.modified) && (age > coarse || age < -time.Second)
}

// behind is how many bytes of the stream are not read yet. Compressed files count with their size on disk.
func (s *stream) behind() (n int64) {
	at := -1
	for i := range s.files {
		if s.cur != nil && s.files[i].id == s.cur.id || s.cur == nil && s.files[i].id == s.pos.id {
			at = i
		}
	}
	for i := at + 1; i < len(s.files); i++ {
		n += s.files[i].size
	}
	if s.cur != nil && !s.cur.compressed() {
		if size, _, err := s.cur.stat(); err == nil {
			n += max(size-s.cur.at, 0)
		}
	}
	return n
}
