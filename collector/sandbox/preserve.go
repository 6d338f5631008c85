package sandbox

import (
	"fmt"
	"strconv"

	"lma_collector/collector/sandbox/lua"
)

// preserve gives the script's global variables in hekad's format: Lua assignments, one a line.
func (s *script) preserve() ([]byte, error) {
	globals := s.interp.Globals()
	version := 0
	if f := globals.Get("_PRESERVATION_VERSION"); f.Kind() == lua.KindNumber {
		version = lua.Truncate(f.Float())
	}
	v := strconv.Itoa(version)
	p := preserver{globals: globals, seen: map[any]string{}}
	p.out = append(p.out, "if _PRESERVATION_VERSION and _PRESERVATION_VERSION ~= "+v+" then return end\n"...)
	p.members("_G", globals)
	return p.out, p.err
}

// maxPreserved bounds a data file in bytes. Deep nesting makes long names: what a script may hold could
// take a thousand times as much when it is written.
const maxPreserved = 64 << 20

type preserver struct {
	globals *lua.Table
	seen    map[any]string // path of each table and object
	out     []byte
	err     error
}

func (p *preserver) members(path string, t *lua.Table) {
	t.Each(func(k, v lua.Value) bool {
		if len(p.out) > maxPreserved {
			p.err = fmt.Errorf("the global variables take more than %d bytes when they are written", maxPreserved)
			return false
		}
		if path == "_G" && k.Text() == "_PRESERVATION_VERSION" || !p.wanted(v) {
			return true
		}
		key, ok := keyPath(k)
		if !ok {
			p.err = fmt.Errorf("serialize_data cannot preserve type '%s'", k.Kind())
			return false
		}
		p.value(path+key, v)
		return p.err == nil
	})
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

func keyPath(k lua.Value) (string, bool) {
	switch k.Kind() {
	case lua.KindString:
		return "[" + string(lua.AppendQuoted(nil, k.Text())) + "]", true
	case lua.KindNumber:
		return "[" + string(appendExact(nil, k.Float())) + "]", true
	case lua.KindBool:
		return "[" + strconv.FormatBool(k.Truth()) + "]", true
	}
	return "", false
}

func (p *preserver) value(path string, v lua.Value) {
	if ref := v.Ref(); ref != nil {
		if first, again := p.seen[ref]; again {
			p.line(path, first)
			return
		}
		p.seen[ref] = path
	}
	switch v.Kind() {
	case lua.KindNumber:
		p.line(path, string(appendExact(nil, v.Float())))
	case lua.KindString:
		p.line(path, string(lua.AppendQuoted(nil, v.Text())))
	case lua.KindBool:
		p.line(path, strconv.FormatBool(v.Truth()))
	case lua.KindTable:
		p.line(path, "{}")
		t, _ := v.AsTable()
		p.members(path, t)
	case lua.KindUserdata:
		p.out = v.AsObject().(lua.Preserver).AppendPreserved(p.out, path)
	}
}

func (p *preserver) line(path, value string) {
	p.out = append(append(append(append(p.out, path...), " = "...), value...), '\n')
}

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
