package stdlib

import (
	"errors"
	"os"
	"runtime"
	"syscall"
	"time"
	"weak"

	"lma_collector/collector/sandbox/lua"
)

// file is what a script holds of a stream.
type file struct {
	stream *stream
	files  *files
}

// Size is what the script's memory limit counts.
func (f *file) Size() int {
	return streamSize + cap(f.stream.in) + cap(f.stream.pending)
}

const streamSize = 256 // bytes, without its buffers

// files is the io library of one interpreter.
type files struct {
	streams [3]*stream // stdin, stdout, stderr
	values  [2]lua.Value
	current [2]*file // the default input and output; values are the same for Lua

	// opened are the streams to be closed at the end. Lua has no finalizers: what the script has
	// dropped is found when the weak pointer is nil.
	opened  map[*stream]weak.Pointer[file]
	sweepAt int

	waits waits
	apart bool  // from the terminal: processes have groups of their own, and nobody may see a script's results
	fault error // then, the first write that failed since the last flush
}

const (
	input  = 0
	output = 1

	maxOpen = 256                       // files of one script
	grace   = time.Second - lateProcess // for a process at the end of a pipe, when the script is closed
)

var defaultNames = [...]string{"input", "output"}

func newFiles(o Options) *files {
	l := &files{opened: map[*stream]weak.Pointer[file]{}, sweepAt: maxOpen / 8, apart: o.Reach == ReachFiles}
	in, out, errs := o.Stdin, o.Stdout, o.Stderr
	if in == nil {
		in = os.Stdin
	}
	if out == nil {
		out = os.Stdout
	}
	if errs == nil {
		errs = os.Stderr
	}
	if l.apart {
		p := newPatient(in)
		l.waits.add(p)
		in = p
	}
	l.streams = [3]*stream{
		{reader: in, own: true}, {writer: out, own: true, mode: bufferNone}, {writer: errs, own: true, mode: bufferNone},
	}
	return l
}

// open makes the io library.
func (l *files) open(in *lua.Interp) *lua.Table {
	lib := library(in, map[string]lua.Function{
		"close": l.ioClose, "flush": l.ioFlush, "input": l.ioInput, "lines": l.ioLines, "open": l.ioOpen, "output": l.ioOutput,
		"popen": l.ioPopen, "read": l.ioRead, "tmpfile": l.ioTmpfile, "type": ioType, "write": l.ioWrite,
	})
	for i, name := range [...]string{"stdin", "stdout", "stderr"} {
		f := &file{l.streams[i], l}
		v := in.NewObject(&fileClass, f)
		lib.Set(name, v)
		if i < len(l.values) {
			l.values[i], l.current[i] = v, f
		}
	}
	return lib
}

// add makes a file of a stream that was opened.
func (l *files) add(in *lua.Interp, s *stream) (*file, lua.Value) {
	f := &file{s, l}
	s.files = l
	l.opened[s] = weak.Make(f)
	l.waits.add(s)
	return f, in.NewObject(&fileClass, f)
}

// room makes sure that a script may open one more file: those that it has dropped are closed.
func (l *files) room() error {
	if len(l.opened) < l.sweepAt {
		return nil
	}
	l.sweep()
	if len(l.opened) >= l.sweepAt {
		runtime.GC()
		l.sweep()
	}
	if len(l.opened) >= maxOpen {
		return syscall.EMFILE
	}
	l.sweepAt = min(max(2*len(l.opened), maxOpen/8), maxOpen)
	return nil
}

func (l *files) sweep() {
	for s, f := range l.opened {
		if f.Value() == nil {
			delete(l.opened, s)
			_ = s.close() // flush tells of an error
		}
	}
}

// close closes all files and flushes the process's own.
func (l *files) close() (err error) {
	late := time.AfterFunc(grace, l.waits.interrupt)
	defer late.Stop()
	for s := range l.opened {
		err = errors.Join(err, s.shut())
	}
	for s := range l.opened {
		s.reap()
	}
	clear(l.opened)
	if l.apart {
		err = nil // it is noted
	}
	return errors.Join(err, l.flush())
}

// flush writes what the script has written. The error is the first of all writes since the last flush, whether
// the script saw it or not.
func (l *files) flush() error {
	for s := range l.opened {
		_ = s.sync() // noted
	}
	err := l.fault
	l.fault = nil
	for _, s := range l.streams[1:] {
		err = errors.Join(err, s.sync())
	}
	return err
}

func (l *files) ioOpen(c *lua.Call) {
	name := cString(c, 1, "open")
	mode := optText(c, 2, "open", "r")
	l.pushOpened(c, name, l.opener(name, mode))
}

func (l *files) ioPopen(c *lua.Call) {
	command := cString(c, 1, "popen")
	mode := optText(c, 2, "popen", "r")
	l.pushOpened(c, command, func() (*stream, error) { return openPipe(command, mode, l.apart) })
}

func (l *files) ioTmpfile(c *lua.Call) {
	l.pushOpened(c, "", func() (*stream, error) {
		f, err := os.CreateTemp("", "lua_")
		if err != nil {
			return nil, err
		}
		return fileStream(f), os.Remove(f.Name())
	})
}

// pushOpened pushes a new file, or why there is none.
func (l *files) pushOpened(c *lua.Call, name string, open func() (*stream, error)) {
	s, err := l.opening(open)
	if err != nil {
		pushFailure(c, name, err)
		return
	}
	_, v := l.add(c.Interp(), s)
	c.Push(v)
}

// opener opens a file by its name.
func (l *files) opener(name, mode string) func() (*stream, error) {
	return func() (*stream, error) {
		return l.waits.during(name, func() (*stream, error) { return openStream(name, mode) })
	}
}

func (l *files) opening(open func() (*stream, error)) (*stream, error) {
	if err := l.room(); err != nil {
		return nil, err
	}
	return open()
}

func (l *files) ioInput(c *lua.Call)  { l.redirect(c, input, "r") }
func (l *files) ioOutput(c *lua.Call) { l.redirect(c, output, "w") }

// redirect sets one of the default files and gives it.
func (l *files) redirect(c *lua.Call, which int, mode string) {
	function := defaultNames[which]
	if c.Kind(1) > lua.KindNil {
		if _, isText := c.Text(1); isText {
			name := cString(c, 1, function)
			s, err := l.opening(l.opener(name, mode))
			if err != nil {
				badFile(c, function, name, err)
			}
			l.current[which], l.values[which] = l.add(c.Interp(), s)
		} else {
			l.current[which], l.values[which] = checkFile(c, function), c.Arg(1)
		}
	}
	c.Push(l.values[which])
}

// badFile raises the error of a file that cannot be opened.
func badFile(c *lua.Call, function, name string, err error) {
	text, _ := errorText(err)
	lua.BadArgument(c, 1, function, name+": "+text)
}

// standard is a default file's stream, which must be open.
func (l *files) standard(c *lua.Call, which int) *stream {
	s := l.current[which].stream
	if s.closed {
		c.Raise("standard " + defaultNames[which] + " file is closed")
	}
	return s
}

func (l *files) ioRead(c *lua.Call)  { read(c, l.standard(c, input), 1, "read") }
func (l *files) ioWrite(c *lua.Call) { write(c, l.standard(c, output), 1, "write") }
func (l *files) ioFlush(c *lua.Call) { pushDone(c, "", l.standard(c, output).sync()) }

func (l *files) ioClose(c *lua.Call) {
	f := l.current[output]
	if c.Len() > 0 {
		f = checkFile(c, "close")
	} else if f.stream.closed {
		c.Raise("attempt to use a closed file")
	}
	f.close(c)
}

func (l *files) ioLines(c *lua.Call) {
	if c.Kind(1) <= lua.KindNil {
		f := l.current[input]
		if f.stream.closed {
			c.Raise("attempt to use a closed file")
		}
		pushLines(c, f, false)
		return
	}
	name := cString(c, 1, "lines")
	s, err := l.opening(l.opener(name, "r"))
	if err != nil {
		badFile(c, "lines", name, err)
	}
	f, _ := l.add(c.Interp(), s)
	pushLines(c, f, true)
}

// pushLines pushes an iterator over a file's lines, which may close it at its end.
func pushLines(c *lua.Call, f *file, closing bool) {
	c.Push(c.Interp().NewFunction("for iterator", func(c *lua.Call) {
		if f.stream.closed {
			c.Raise("file is already closed")
		}
		ok, err := readLine(c, f.stream)
		switch {
		case err != nil:
			text, _ := errorText(err)
			c.Raise(text)
		case !ok && closing:
			delete(f.files.opened, f.stream)
			f.stream.close() // it was only read
		}
	}))
}

func ioType(c *lua.Call) {
	if c.Len() == 0 {
		lua.BadArgument(c, 1, "type", "value expected")
	}
	f, ok := c.Object(1).(*file)
	switch {
	case !ok:
		c.PushNil()
	case f.stream.closed:
		c.PushText("closed file")
	default:
		c.PushText("file")
	}
}
