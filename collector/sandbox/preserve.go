package sandbox

import (
	"fmt"
	"strconv"

	"lma_collector/collector/sandbox/lua"
)

// preserve gives the script's global variables in hekad's format: Lua assignments, one a line.
func (s *script) preserve() ([][]byte, error) {
	globals := s.interp.Globals()
	version := 0
	if f := globals.Get("_PRESERVATION_VERSION"); f.Kind() == lua.KindNumber {
		version = lua.Truncate(f.Float())
	}
	v := strconv.Itoa(version)
	p := preserver{globals: globals, seen: map[any][]byte{}, most: mostPreserved(s.memoryLimit)}
	p.out = append(p.out, "if _PRESERVATION_VERSION and _PRESERVATION_VERSION ~= "+v+" then return end\n"...)
	p.path = append(p.path, "_G"...)
	p.members(globals)
	return append(p.full, p.out), p.err
}

// mostPreserved bounds a data file in bytes. Deep nesting makes long names: what a script may hold could
// take a thousand times as much when it is written.
func mostPreserved(memoryLimit int) int {
	const most, times = 64 << 20, 4
	if memoryLimit <= 0 || memoryLimit > most/times {
		return most
	}
	return max(times*memoryLimit, 1<<20)
}

// pieceSize is how much is written into one piece of memory, about: one that grows is copied.
const pieceSize = 1 << 20

type preserver struct {
	globals *lua.Table
	seen    map[any][]byte // path of each table and object
	path    []byte         // of the variable that is written
	full    [][]byte       // pieces
	out     []byte         // the last piece
	size    int            // of the full ones
	most    int
	err     error
}

func (p *preserver) members(t *lua.Table) {
	length := len(p.path)
	t.Each(func(k, v lua.Value) bool {
		if !p.fits(0) {
			return false
		}
		if t == p.globals && k.Text() == "_PRESERVATION_VERSION" || !p.wanted(v) {
			return true
		}
		var ok bool
		if p.path, ok = appendKey(p.path, k); !ok {
			p.err = fmt.Errorf("serialize_data cannot preserve type '%s'", k.Kind())
			return false
		}
		p.value(v)
		p.path = p.path[:length]
		return p.err == nil
	})
}

// fits tells whether so many more bytes may be written.
func (p *preserver) fits(n int) bool {
	if p.size+len(p.out)+n <= p.most {
		return true
	}
	p.err = fmt.Errorf("the global variables take more than %d bytes when they are written", p.most)
	return false
}

// wanted leaves out what is code or cannot be written: functions, modules, foreign objects.
func (p *preserver) wanted(v lua.Value) bool {
	switch v.Kind() {
	case lua.KindNumber, lua.KindString, lua.KindBool:
		return true
	case lua.KindTable:
		t, _ := v.AsTable()
		return !t.HasMetatable() && v.Ref() != p.globals.Value().Ref()
	case lua.KindUserdata:
		_, ok := v.AsObject().(lua.Preserver)
		return ok
	}
	return false
}

// appendKey appends the key of a table as a path has it.
func appendKey(path []byte, k lua.Value) ([]byte, bool) {
	path = append(path, '[')
	switch k.Kind() {
	case lua.KindString:
		path = lua.AppendQuoted(path, k.Text())
	case lua.KindNumber:
		path = appendExact(path, k.Float())
	case lua.KindBool:
		path = strconv.AppendBool(path, k.Truth())
	default:
		return path, false
	}
	return append(path, ']'), true
}

// value writes what stands at the path.
func (p *preserver) value(v lua.Value) {
	if len(p.out) >= pieceSize {
		p.full, p.size = append(p.full, p.out), p.size+len(p.out)
		p.out = make([]byte, 0, pieceSize+pieceSize/4)
	}
	if ref := v.Ref(); ref != nil {
		if first, again := p.seen[ref]; again {
			p.assign()
			p.out = append(append(p.out, first...), '\n')
			return
		}
		if v.Kind() == lua.KindUserdata {
			path := string(p.path)
			if o, ok := v.AsObject().(lua.Repeater); ok && !p.fits(o.Repeats()*len(path)) {
				return
			}
			p.seen[ref] = []byte(path)
			p.out = v.AsObject().(lua.Preserver).AppendPreserved(p.out, path)
			return
		}
	}
	from := len(p.out)
	p.assign()
	switch v.Kind() {
	case lua.KindNumber:
		p.out = appendExact(p.out, v.Float())
	case lua.KindString:
		p.out = lua.AppendQuoted(p.out, v.Text())
	case lua.KindBool:
		p.out = strconv.AppendBool(p.out, v.Truth())
	case lua.KindTable:
		p.out = append(p.out, "{}\n"...)
		t, _ := v.AsTable()
		p.seen[v.Ref()] = p.out[from : from+len(p.path)]
		p.members(t)
		return
	}
	p.out = append(p.out, '\n')
}

func (p *preserver) assign() { p.out = append(append(p.out, p.path...), " = "...) }

// appendExact writes a number as hekad did where that loses nothing, else with all its digits.
func appendExact(dst []byte, f float64) []byte {
	switch {
	case f != f:
		return append(dst, "0/0"...)
	case f > 0 && f*2 == f:
		return append(dst, "1/0"...)
	case f < 0 && f*2 == f:
		return append(dst, "-1/0"...)
	}
	start := len(dst)
	dst = lua.AppendOutput(dst, f)
	if back, ok := lua.ParseNumber(string(dst[start:])); !ok || back != f {
		dst = strconv.AppendFloat(dst[:start], f, 'g', -1, 64)
	}
	return dst
}
