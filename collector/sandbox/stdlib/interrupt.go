package stdlib

import (
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// waits are what a script can wait for outside of Lua: files, processes, a FIFO that nobody opens at the other end.
// Any goroutine may interrupt them.
type waits struct {
	mu   sync.Mutex
	over bool
	list map[waiter]struct{}
}

// waiter is one of them. interrupt does not wait itself; it is called once at most, under the lock.
type waiter interface{ interrupt() }

func (w *waits) add(one waiter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		one.interrupt()
	}
	if w.list == nil {
		w.list = map[waiter]struct{}{}
	}
	w.list[one] = struct{}{}
}

func (w *waits) remove(one waiter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.list, one)
}

func (w *waits) interrupt() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	w.over = true
	for one := range w.list {
		one.interrupt()
	}
}

// How long after an interruption writes and processes may still take.
const (
	lateWrite   = 200 * time.Millisecond
	lateProcess = 350 * time.Millisecond
)

// opening is a file that is being opened. For a FIFO that takes until somebody opens its other end.
type opening struct {
	name string
	ends *os.File // both, held until the script has it open
}

func (o *opening) interrupt() {
	if info, err := os.Stat(o.name); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		o.ends, _ = os.OpenFile(o.name, os.O_RDWR|syscall.O_NONBLOCK, 0)
	}
}

// during opens a file in a way that an interruption ends.
func (w *waits) during(name string, open func() (*stream, error)) (*stream, error) {
	o := &opening{name: name}
	w.add(o)
	s, err := open()
	w.remove(o)
	if o.ends != nil {
		o.ends.Close()
	}
	return s, err
}

// process is a command that was started, with all that it starts if it has a group of its own.
type process struct {
	cmd   *exec.Cmd
	group bool
	soon  bool // nobody needs what it does after an interruption

	mu          sync.Mutex
	interrupted bool
	ended       bool
}

func (p *process) interrupt() {
	p.mu.Lock()
	p.interrupted = true
	p.mu.Unlock()
	if p.soon {
		p.signal(syscall.SIGTERM)
	}
	time.AfterFunc(lateProcess, p.kill)
}

func (p *process) kill() { p.signal(syscall.SIGKILL) }

func (p *process) signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.ended:
	case p.group:
		_ = syscall.Kill(-p.cmd.Process.Pid, s) // it may have ended already
	default:
		_ = p.cmd.Process.Signal(s)
	}
}

// wait waits for the end; how the process ended is told by its state. What an interrupted one leaves behind ends
// with it: a shell that is about to start something blocks SIGTERM, and what it starts then has not seen it.
func (p *process) wait() {
	_ = p.cmd.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.interrupted && p.group {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	}
	p.ended = true
}

// patient is a reader without deadlines, such as standard input: an interruption leaves the read that is under
// way to itself.
type patient struct {
	from  io.Reader
	over  chan struct{}
	reads chan []byte // what was read; nil for an error
	err   error
	busy  bool
	rest  []byte
}

func newPatient(from io.Reader) *patient {
	return &patient{from: from, over: make(chan struct{}), reads: make(chan []byte, 1)}
}

func (p *patient) interrupt() { close(p.over) }

func (p *patient) Read(to []byte) (int, error) {
	if len(p.rest) == 0 {
		if !p.busy {
			p.busy = true
			go p.read(make([]byte, len(to)))
		}
		select {
		case p.rest = <-p.reads:
			p.busy = false
		case <-p.over:
			return 0, os.ErrDeadlineExceeded
		}
		if len(p.rest) == 0 {
			return 0, p.err
		}
	}
	n := copy(to, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func (p *patient) read(buffer []byte) {
	n, err := p.from.Read(buffer)
	if n == 0 && err == nil {
		err = io.ErrNoProgress
	}
	p.err = err
	p.reads <- buffer[:n]
}
