package gopher

import (
	glua "github.com/yuin/gopher-lua"

	"lma_collector/collector/sandbox/lua"
)

func kindOf(v glua.LValue) lua.Kind {
	switch v.(type) {
	case *glua.LNilType:
		return lua.KindNil
	case glua.LBool:
		return lua.KindBool
	case glua.LNumber:
		return lua.KindNumber
	case glua.LString:
		return lua.KindString
	case *glua.LTable:
		return lua.KindTable
	case *glua.LFunction:
		return lua.KindFunction
	case *glua.LUserData:
		return lua.KindUserdata
	}
	return lua.KindThread
}

func toValue(v glua.LValue) lua.Value {
	switch v := v.(type) {
	case nil, *glua.LNilType:
		return lua.Nil
	case glua.LBool:
		return lua.Bool(bool(v))
	case glua.LNumber:
		return lua.Number(float64(v))
	case glua.LString:
		return lua.String(string(v))
	case *glua.LTable:
		return lua.Reference(lua.KindTable, (*table)(v))
	case *glua.LUserData:
		return lua.Reference(lua.KindUserdata, (*userdata)(v))
	}
	return lua.Reference(kindOf(v), v)
}

func (in *Interp) toLua(v lua.Value) glua.LValue { return fromValue(v, &in.strings) }

// fromValue makes gopher-lua's value; strings come from the given ones (nil: fresh).
func fromValue(v lua.Value, strings *intern) glua.LValue {
	switch v.Kind() {
	case lua.KindNone, lua.KindNil:
		return glua.LNil
	case lua.KindBool:
		return glua.LBool(v.Truth())
	case lua.KindNumber:
		return glua.LNumber(v.Float())
	case lua.KindString:
		return strings.text(v.Text(), false)
	case lua.KindTable:
		return (*glua.LTable)(v.Ref().(*table))
	case lua.KindUserdata:
		return (*glua.LUserData)(v.Ref().(*userdata))
	}
	return v.Ref().(glua.LValue)
}

// userdata is gopher-lua's userdata under our interface.
type userdata glua.LUserData

func (u *userdata) Object() any { return u.Value }

func (u *userdata) Metafield(name string) lua.Value { return metafield(u.Metatable, name) }

func metafield(meta glua.LValue, name string) lua.Value {
	if t, ok := meta.(*glua.LTable); ok {
		return toValue(t.RawGetString(name))
	}
	return lua.Nil
}
