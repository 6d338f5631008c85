package stdlib

import (
	"lma_collector/collector/message"
	"lma_collector/collector/sandbox/lua"
)

// buffer builds a string. Its memory is asked for as it grows, and kept for the next call of its
// library unless it has become large.
type buffer struct {
	c       *lua.Call
	text    []byte
	counted bool // something that the walk finds has it
}

// keptBuffer is the largest buffer in bytes that a library keeps.
const keptBuffer = 4 << 10

// scratch is memory for buffers. A call takes it; a call within that call finds none.
type scratch []byte

func (s *scratch) take(c *lua.Call) buffer {
	b := buffer{c: c, text: (*s)[:0]}
	*s = nil
	return b
}

// push pushes what was built and gives the memory back.
func (s *scratch) push(b *buffer) {
	if n := len(b.text); n > keptBuffer && cap(b.text)-n <= n/8 {
		b.c.PushText(message.View(b.text)) // nobody else has it
		return
	}
	b.c.PushView(message.View(b.text))
	if cap(b.text) <= keptBuffer {
		*s = b.text
	}
}

// room makes room for n more bytes.
func (b *buffer) room(n int) {
	if need := len(b.text) + n; need > cap(b.text) {
		b.grow(need)
	}
}

func (b *buffer) grow(need int) {
	size := max(need, 2*cap(b.text), 64)
	if size > keptBuffer {
		b.c.Need(size)
	}
	if b.counted {
		b.c.Count(size)
	}
	b.text = append(make([]byte, 0, size), b.text...)
}

func (b *buffer) add(s string) {
	b.room(len(s))
	b.text = append(b.text, s...)
}

func (b *buffer) addByte(c byte) {
	b.room(1)
	b.text = append(b.text, c)
}
