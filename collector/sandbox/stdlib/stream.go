package stdlib

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// buffering is when a stream writes what it was given.
type buffering uint8

const (
	bufferFull buffering = iota // when the buffer is full
	bufferLine                  // after each line, too
	bufferNone
)

const streamBuffer = 8 << 10 // bytes

// stream is a file, a pipe or one of the process's own three with C's buffering: reading and writing
// may alternate.
type stream struct {
	reader io.Reader
	writer io.Writer
	seeker io.Seeker // nil: it has no position
	closer io.Closer
	timer  deadlines // nil: it cannot be interrupted
	at     *process  // the other end of a pipe
	own    bool      // stdin, stdout or stderr: not to be closed
	name   string
	files  *files // that it was opened by, nil for the process's own

	mode    buffering
	unread  []byte // what was read ahead
	in      []byte // the memory of unread
	pending []byte // what is still to be written
	closed  bool
}

// deadlines are those of files and pipes. For those that never wait setting one is an error, which does not matter.
type deadlines interface {
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// interrupt ends a read at once, a write and the process at the other end soon.
func (s *stream) interrupt() {
	if s.timer != nil {
		_ = s.timer.SetReadDeadline(time.Now())
		_ = s.timer.SetWriteDeadline(time.Now().Add(lateWrite))
	}
	if s.at != nil {
		s.at.interrupt()
	}
}

// failed notes an error of writing, which the script may not look at.
func (s *stream) failed(err error) error {
	if err != nil && s.files != nil && s.files.apart && s.files.fault == nil {
		text, _ := errorText(err)
		s.files.fault = fmt.Errorf("cannot write %s: %s", s.name, text)
	}
	return err
}

// errStream is what a stream of the other direction gives.
var errStream = syscall.EBADF

// openStream opens a file as C's fopen does.
func openStream(name, mode string) (*stream, error) {
	flags, ok := openFlags(mode)
	if !ok {
		return nil, syscall.EINVAL
	}
	f, err := os.OpenFile(name, flags, 0o666)
	if err != nil {
		return nil, err
	}
	s := fileStream(f)
	s.name = name
	switch flags & (os.O_WRONLY | os.O_RDWR) {
	case os.O_RDONLY:
		s.writer = nil
	case os.O_WRONLY:
		s.reader = nil
	}
	return s, nil
}

func fileStream(f *os.File) *stream {
	return &stream{reader: f, writer: f, seeker: f, closer: f, timer: f}
}

func openFlags(mode string) (flags int, ok bool) {
	both := strings.IndexByte(mode, '+') > 0
	if mode == "" {
		return 0, false
	}
	switch mode[0] {
	case 'r':
	case 'w':
		flags = os.O_CREATE | os.O_TRUNC
	case 'a':
		flags = os.O_CREATE | os.O_APPEND
	default:
		return 0, false
	}
	switch {
	case both:
		flags |= os.O_RDWR
	case mode[0] != 'r':
		flags |= os.O_WRONLY
	}
	if strings.IndexByte(mode, 'x') > 0 {
		flags |= os.O_EXCL
	}
	return flags, true
}

// newProcess prepares a command for the shell. One with a group of its own can be ended with all that it starts,
// and does not see what is typed at the terminal.
func newProcess(command string, group bool) *process {
	cmd := exec.Command(shell, "-c", command)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: group}
	return &process{cmd: cmd, group: group}
}

// openPipe starts a command whose output is read or whose input is written.
func openPipe(command, mode string, group bool) (*stream, error) {
	p := newProcess(command, group)
	cmd := p.cmd
	s := &stream{at: p, name: command}
	switch mode {
	case "r":
		cmd.Stdout = nil
		pipe, err := cmd.StdoutPipe()
		if err != nil {
			return nil, err
		}
		s.reader, s.closer, p.soon = pipe, pipe, true
		s.timer, _ = pipe.(deadlines)
	case "w":
		cmd.Stdin = nil
		pipe, err := cmd.StdinPipe()
		if err != nil {
			return nil, err
		}
		s.writer, s.closer = pipe, pipe
		s.timer, _ = pipe.(deadlines)
	default:
		return nil, syscall.EINVAL
	}
	return s, cmd.Start()
}

// fill reads ahead. At the end of the file it is io.EOF.
func (s *stream) fill() error {
	if s.reader == nil {
		return errStream
	}
	if err := s.flush(); err != nil {
		return err
	}
	if s.in == nil {
		s.in = make([]byte, streamBuffer)
	}
	for range 100 {
		n, err := s.reader.Read(s.in)
		if s.unread = s.in[:n]; n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// peek gives the next byte, if there is one, and leaves it there.
func (s *stream) peek() (b byte, ok bool, err error) {
	if len(s.unread) == 0 {
		if err := s.fill(); err != nil {
			if err == io.EOF {
				err = nil
			}
			return 0, false, err
		}
	}
	return s.unread[0], true, nil
}

func (s *stream) write(text string) error {
	if s.writer == nil {
		return errStream
	}
	if err := s.rewind(); err != nil {
		return err
	}
	if len(s.pending)+len(text) > streamBuffer {
		if err := s.flush(); err != nil {
			return err
		}
	}
	if len(text) > streamBuffer {
		_, err := io.WriteString(s.writer, text)
		return s.failed(err)
	}
	s.pending = append(s.pending, text...)
	if s.mode == bufferNone || s.mode == bufferLine && bytes.IndexByte(s.pending, '\n') >= 0 {
		return s.flush()
	}
	return nil
}

// rewind forgets what was read ahead.
func (s *stream) rewind() (err error) {
	if len(s.unread) > 0 && s.seeker != nil {
		_, err = s.seeker.Seek(-int64(len(s.unread)), io.SeekCurrent)
		s.unread = nil
	}
	return err
}

// flush writes what is pending. What cannot be written is dropped, with the error.
func (s *stream) flush() error {
	if len(s.pending) == 0 {
		return nil
	}
	_, err := s.writer.Write(s.pending)
	s.pending = s.pending[:0]
	return s.failed(err)
}

// sync is flush for what is behind the stream, too.
func (s *stream) sync() error {
	if err := s.flush(); err != nil {
		return err
	}
	if f, ok := s.writer.(interface{ Flush() error }); ok {
		return f.Flush()
	}
	return nil
}

func (s *stream) seek(offset int64, whence int) (int64, error) {
	if s.seeker == nil {
		return 0, syscall.ESPIPE
	}
	if err := errors.Join(s.flush(), s.rewind()); err != nil {
		return 0, err
	}
	return s.seeker.Seek(offset, whence)
}

// close writes what is pending, closes, and waits for the process at the other end.
func (s *stream) close() error {
	err := s.shut()
	s.reap()
	return err
}

// shut writes what is pending and closes.
func (s *stream) shut() error {
	if s.closed {
		return nil
	}
	s.closed = true
	err := s.flush()
	s.unread, s.in, s.pending = nil, nil, nil
	if s.closer != nil {
		err = errors.Join(err, s.failed(s.closer.Close()))
	}
	if s.at != nil {
		err = nil // how it ended is nothing that Lua 5.1 tells
	}
	return err
}

// reap waits for the process at the other end.
func (s *stream) reap() {
	if s.at != nil {
		s.at.wait()
	}
	if s.files != nil {
		s.files.waits.remove(s)
	}
}
