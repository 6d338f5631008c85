package stdlib

import (
	"fmt"
	"strconv"

	"lma_collector/collector/sandbox/lua"
)

// tableLibrary is the table library of one interpreter.
type tableLibrary struct {
	scratch scratch
}

func openTable(in *lua.Interp) *lua.Table {
	l := &tableLibrary{}
	return library(in, map[string]lua.Function{
		"concat": l.concat, "foreach": tableForeach, "foreachi": tableForeachi, "getn": tableGetn, "insert": tableInsert,
		"maxn": tableMaxn, "remove": tableRemove, "setn": tableSetn, "sort": tableSort,
	})
}

// meter charges for the elements that a loop visits, in slices.
type meter struct {
	c     *lua.Call
	count int
}

const meterSlice = 256

func (m *meter) tick() {
	if m.count++; m.count == meterSlice {
		m.count = 0
		m.c.Spend(meterSlice)
	}
}

// settle charges for the rest of elements that are only moved.
func (m *meter) settle() { m.c.Spend(m.count / 8) }

func tableGetn(c *lua.Call) { c.PushNumber(float64(lua.CheckTable(c, 1, "getn").Len())) }

func tableSetn(c *lua.Call) {
	lua.CheckTable(c, 1, "setn")
	c.Raise("'setn' is obsolete")
}

func (l *tableLibrary) concat(c *lua.Call) {
	separator := optText(c, 2, "concat", "")
	t := lua.CheckTable(c, 1, "concat")
	i := optInt(c, 3, "concat", 1)
	last := 0
	if c.Kind(4) > lua.KindNil {
		last = checkInt(c, 4, "concat")
	} else {
		last = t.Len()
	}
	out := l.scratch.take(c)
	m := meter{c: c}
	charged := 0
	for ; i <= last; i++ {
		if v := t.Index(i); !out.addValue(v) {
			c.Spend(m.count/2 + (len(out.text)-charged)/16)
			c.Raise(fmt.Sprintf("invalid value (%s) at index %d in table for 'concat'", typeName(v), i))
		}
		if i < last {
			out.add(separator)
		}
		m.tick()
		if n := len(out.text) - charged; n >= 4096 {
			c.Spend(n / 16)
			charged += n
		}
	}
	c.Spend(m.count/2 + (len(out.text)-charged)/16)
	l.scratch.push(&out)
}

// addValue appends an element of a table; false for one that is no text.
func (b *buffer) addValue(v lua.Value) bool {
	switch v.Kind() {
	case lua.KindString:
		b.add(v.Text())
	case lua.KindNumber:
		b.room(32)
		b.text = appendNumber(b.text, v.Float())
	default:
		return false
	}
	return true
}

// appendNumber appends a number as tostring gives it.
func appendNumber(dst []byte, f float64) []byte {
	if n := int64(f); float64(n) == f && n > -1e14 && n < 1e14 && n != 0 {
		return strconv.AppendInt(dst, n, 10)
	}
	return lua.AppendG(dst, f, 14)
}

// typeName is the type of a value that lies in a table.
func typeName(v lua.Value) string {
	if v.IsNil() {
		return lua.KindNil.String()
	}
	return v.Kind().String()
}

func tableForeach(c *lua.Call) {
	t := lua.CheckTable(c, 1, "foreach")
	f := checkFunction(c, 2, "foreach")
	result := make([]lua.Value, 1)
	t.Each(func(k, v lua.Value) bool {
		c.Invoke(f, result, k, v)
		return result[0].IsNil()
	})
	if !result[0].IsNil() {
		c.Push(result[0])
	}
}

func tableForeachi(c *lua.Call) {
	t := lua.CheckTable(c, 1, "foreachi")
	f := checkFunction(c, 2, "foreachi")
	result := make([]lua.Value, 1)
	for i, n := 1, t.Len(); i <= n; i++ {
		c.Invoke(f, result, lua.Number(float64(i)), t.Index(i))
		if !result[0].IsNil() {
			c.Push(result[0])
			return
		}
	}
}

func tableMaxn(c *lua.Call) {
	most := 0.0
	m := meter{c: c}
	lua.CheckTable(c, 1, "maxn").Each(func(k, _ lua.Value) bool {
		if k.Kind() == lua.KindNumber && k.Float() > most {
			most = k.Float()
		}
		m.tick()
		return true
	})
	c.PushNumber(most)
}

func tableInsert(c *lua.Call) {
	t := lua.CheckTable(c, 1, "insert")
	end := t.Len() + 1
	switch c.Len() {
	case 2:
		t.SetIndex(end, c.Arg(2))
	case 3:
		pos := checkInt(c, 2, "insert")
		m := meter{c: c}
		for i := max(end, pos); i > pos; i-- {
			t.SetIndex(i, t.Index(i-1))
			m.tick()
		}
		m.settle()
		t.SetIndex(pos, c.Arg(3))
	default:
		c.Raise("wrong number of arguments to 'insert'")
	}
}

func tableRemove(c *lua.Call) {
	t := lua.CheckTable(c, 1, "remove")
	end := t.Len()
	pos := optInt(c, 2, "remove", end)
	if pos < 1 || pos > end {
		return
	}
	removed := t.Index(pos)
	m := meter{c: c}
	for ; pos < end; pos++ {
		t.SetIndex(pos, t.Index(pos+1))
		m.tick()
	}
	m.settle()
	t.SetIndex(end, lua.Nil)
	c.Push(removed)
}
