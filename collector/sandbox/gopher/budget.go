package gopher

import (
	"errors"
	"math"
	"sync/atomic"
	"time"
)

var (
	errExhausted = errors.New("instruction_limit exceeded")
	closed       = make(chan struct{})
)

func init() { close(closed) }

// budget counts instructions. The interpreter's loop asks a context for Done before each
// instruction: this one counts the questions. Once it is used up every further instruction fails,
// so pcall cannot save the script.
type budget struct {
	used, limit int
	stop        atomic.Pointer[error] // of Interrupt
}

func (b *budget) reset(n int) {
	b.used, b.limit = 0, n
	if n <= 0 {
		b.limit = math.MaxInt
	}
}

func (b *budget) exhausted() bool { return b.used > b.limit }

// Done is closed once the budget is used up.
func (b *budget) Done() <-chan struct{} {
	b.used++
	if b.used > b.limit || b.stop.Load() != nil {
		return closed
	}
	return nil
}

// Err, Deadline and Value complete context.Context.
func (b *budget) Err() error {
	if err := b.stop.Load(); err != nil {
		return *err
	}
	return errExhausted
}
func (b *budget) Deadline() (time.Time, bool) { return time.Time{}, false }
func (b *budget) Value(any) any               { return nil }
