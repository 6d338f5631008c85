package structs

import (
	"errors"
	"math"
	"strings"

	"lma_collector/collector/sandbox/lua"
)

// mostResults bounds what unpack returns, as C's stack does.
const mostResults = 7990

// packer is one script's struct module; it holds the memory that calls use again.
type packer struct {
	out     []byte
	results []lua.Value
}

// Module is the struct module.
func Module() lua.Module {
	return lua.Module{Name: "struct", Open: func(in *lua.Interp) *lua.Table {
		p := &packer{}
		t := in.NewTable(0, 3)
		t.Set("pack", in.NewFunction("pack", p.pack))
		t.Set("unpack", in.NewFunction("unpack", p.unpack))
		t.Set("size", in.NewFunction("size", size))
		return t
	}}
}

// format reads the first argument and charges for what it may stand for.
func format(c *lua.Call, function string) *reader {
	text := lua.CheckText(c, 1, function)
	c.Spend(len(text) / 8)
	if n := len(text); n > 256 {
		c.Spend(n / 8)
		c.Need(2 * mostInt * n)
	}
	return newReader(text)
}

// next is the reader's next option; a wrong one is the script's error.
func next(c *lua.Call, r *reader, function string) (letter byte, size int) {
	letter, size, err := r.next()
	if err != nil {
		var option errOption
		if errors.As(err, &option) {
			lua.BadArgument(c, 1, function, err.Error())
		}
		c.Raise(err.Error())
	}
	return letter, size
}

func (p *packer) pack(c *lua.Call) {
	r := format(c, "pack")
	p.out = p.out[:0]
	for arg := 2; ; {
		letter, size := next(c, r, "pack")
		if letter == 0 {
			break
		}
		for range r.padding(len(p.out), letter, size) {
			p.out = append(p.out, 0)
		}
		if letter == 'x' {
			p.out = append(p.out, 0)
			continue
		}
		p.value(c, r, letter, size, arg)
		arg++
	}
	c.PushText(string(p.out))
	if cap(p.out) > 1<<16 {
		p.out = nil
	}
}

// value appends one argument.
func (p *packer) value(c *lua.Call, r *reader, letter byte, size, arg int) {
	switch letter {
	case 'c', 's':
		text := lua.CheckText(c, arg, "pack")
		if size == 0 {
			size = len(text)
		}
		if size > len(text) {
			lua.BadArgument(c, arg+1, "pack", "string too short")
		}
		if size > 1<<12 {
			c.Need(2 * (len(p.out) + size))
			c.Spend(size / 16)
		}
		p.out = append(p.out, text[:size]...)
		if letter == 's' {
			p.out = append(p.out, 0)
		}
	case 'f':
		bits := math.Float32bits(float32(lua.CheckNumber(c, arg, "pack")))
		p.out = appendUint(p.out, uint64(bits), size, r.big)
	case 'd':
		p.out = appendUint(p.out, math.Float64bits(lua.CheckNumber(c, arg, "pack")), size, r.big)
	default:
		p.out = appendUint(p.out, toUint(lua.CheckNumber(c, arg, "pack")), size, r.big)
	}
}

func (p *packer) unpack(c *lua.Call) {
	r := format(c, "unpack")
	data := lua.CheckText(c, 2, "unpack")
	at := 0
	if !c.Arg(3).IsNil() {
		if at = lua.CheckInt(c, 3, "unpack") - 1; at < 0 {
			lua.BadArgument(c, 3, "unpack", "offset must be 1 or greater")
		}
	}
	p.results = p.results[:0]
	for {
		letter, size := next(c, r, "unpack")
		if letter == 0 {
			break
		}
		at += r.padding(at, letter, size)
		if letter == 'c' && size == 0 {
			size = p.length(c)
		}
		if at > len(data) || size > len(data)-at {
			lua.BadArgument(c, 2, "unpack", "data string too short")
		}
		if letter == 's' {
			if size = strings.IndexByte(data[at:], 0) + 1; size == 0 {
				c.Spend((len(data) - at) / 64)
				c.Raise("unfinished string in data")
			}
		}
		p.read(c, r, letter, data[at:at+size])
		at += size
	}
	for _, v := range p.results {
		c.Push(v)
	}
	clear(p.results)
	c.PushNumber(float64(at + 1))
}

// length takes the last result, which is the length of the string that follows.
func (p *packer) length(c *lua.Call) int {
	if n := len(p.results); n > 0 {
		if f, ok := p.results[n-1].AsNumber(); ok {
			p.results = p.results[:n-1]
			if f < 0 {
				return math.MaxInt
			}
			return lua.Truncate(f)
		}
	}
	c.Raise("format 'c0' needs a previous size")
	return 0
}

// read adds the value of an option's bytes to the results.
func (p *packer) read(c *lua.Call, r *reader, letter byte, data string) {
	var v lua.Value
	switch letter {
	case 'x':
		return
	case 's':
		v = text(c, data[:len(data)-1])
	case 'c':
		v = text(c, data)
	case 'f':
		v = lua.Number(float64(math.Float32frombits(uint32(readUint(data, r.big)))))
	case 'd':
		v = lua.Number(math.Float64frombits(readUint(data, r.big)))
	case 'b', 'h', 'l', 'i':
		v = lua.Number(float64(extend(readUint(data, r.big), len(data))))
	default:
		v = lua.Number(float64(readUint(data, r.big)))
	}
	if len(p.results) >= mostResults {
		c.Raise("stack overflow (too many results)")
	}
	p.results = append(p.results, v)
}

// text copies a part of a string that need not live as long.
func text(c *lua.Call, s string) lua.Value {
	if len(s) > 1<<12 {
		c.Need(len(s))
		c.Spend(len(s) / 16)
	}
	return c.Interp().String(s)
}

func size(c *lua.Call) {
	r := format(c, "size")
	total := 0
	for {
		letter, n := next(c, r, "size")
		if letter == 0 {
			break
		}
		if letter == 's' || letter == 'c' && n == 0 {
			option := "s"
			if letter == 'c' {
				option = "c0"
			}
			lua.BadArgument(c, 1, "size", "option '"+option+"' has no fixed size")
		}
		total += r.padding(total, letter, n) + n
	}
	c.PushNumber(float64(total))
}
