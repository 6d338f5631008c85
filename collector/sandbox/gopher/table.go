package gopher

import (
	glua "github.com/yuin/gopher-lua"

	"lma_collector/collector/sandbox/lua"
)

// table is gopher-lua's table under our interface: the same pointer, so nothing is allocated.
type table glua.LTable

var _ lua.Table = (*table)(nil)

func (in *Interp) table(t *glua.LTable) lua.Table { return (*table)(t) }

func (t *table) lt() *glua.LTable { return (*glua.LTable)(t) }

func (t *table) Value() lua.Value         { return lua.Reference(lua.KindTable, t) }
func (t *table) Get(key string) lua.Value { return toValue(t.lt().RawGetString(key)) }
func (t *table) Index(i int) lua.Value {
	if v := t.lt().RawGetInt(i); v != glua.LNil {
		return toValue(v)
	}
	return toValue(t.lt().RawGet(glua.LNumber(i)))
}
func (t *table) Lookup(key lua.Value) lua.Value { return toValue(t.lt().RawGet(plain(key))) }
func (t *table) Set(key string, v lua.Value)    { t.lt().RawSetString(key, plain(v)) }
func (t *table) SetIndex(i int, v lua.Value)    { t.lt().RawSetInt(i, plain(v)) }
func (t *table) Put(key, v lua.Value)           { t.lt().RawSet(plain(key), plain(v)) }
func (t *table) Len() int                       { return t.lt().Len() }
func (t *table) HasMetatable() bool             { return t.lt().Metatable != glua.LNil }
func (t *table) SetMetatable(meta lua.Table)    { t.lt().Metatable = plain(meta.Value()) }
func plain(v lua.Value) glua.LValue             { return fromValue(v, nil) }

// Each takes the array part by index, which is cheaper than key by key, and then what follows it.
func (t *table) Each(yield func(k, v lua.Value) bool) {
	n := 0
	for v := t.lt().RawGetInt(1); v != glua.LNil; v = t.lt().RawGetInt(n + 1) {
		n++
		if !yield(lua.Number(float64(n)), toValue(v)) {
			return
		}
	}
	var key glua.LValue = glua.LNil
	if n > 0 {
		key = glua.LNumber(n)
	}
	for {
		k, v := t.lt().Next(key)
		if k == glua.LNil || !yield(toValue(k), toValue(v)) {
			return
		}
		key = k
	}
}

func (t *table) Metafield(name string) lua.Value { return metafield(t.Metatable, name) }
