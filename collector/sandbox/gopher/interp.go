// Package gopher runs Lua with gopher-lua. It is the only package that knows it.
package gopher

import (
	"bytes"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"

	"lma_collector/collector/sandbox/lua"
)

// Interp is a lua.Interp on one gopher-lua state.
type Interp struct {
	state   *glua.LState
	call    call // the main thread's, used again for each native call
	budget  budget
	strings intern
	classes map[*lua.Class]*glua.LTable
	loaded  *glua.LTable
}

var _ lua.Interp = (*Interp)(nil)

// maxCalls is how deep calls may nest. C Lua has 20000, but the trace of an overflow costs the square.
const maxCalls = 5000

// baseFunctions are what scripts get of the base library.
var baseFunctions = []string{
	"_G", "_VERSION", "assert", "error", "getfenv", "getmetatable", "ipairs", "module", "next", "pairs", "pcall",
	"rawequal", "rawget", "rawset", "select", "setfenv", "setmetatable", "type", "unpack", "xpcall",
}

// New makes an interpreter with the harmless part of the base library.
func New() *Interp {
	in := &Interp{classes: map[*lua.Class]*glua.LTable{}}
	in.state = glua.NewState(glua.Options{
		SkipOpenLibs:        true,
		CallStackSize:       maxCalls,
		MinimizeStackMemory: true,
		RegistrySize:        1024,
		RegistryGrowStep:    4096,
		RegistryMaxSize:     1 << 20,
	})
	in.call = call{in: in, state: in.state}
	in.budget.reset(0)
	in.state.SetContext(&in.budget)
	in.openBase()
	return in
}

func (in *Interp) openBase() {
	in.open(glua.OpenBase)
	globals := in.globals()
	keep := make(map[string]glua.LValue, len(baseFunctions))
	for _, name := range baseFunctions {
		keep[name] = globals.RawGetString(name)
	}
	fresh := in.state.NewTable()
	*globals = *fresh // drops the removed names' keys, too
	for _, name := range baseFunctions {
		globals.RawSetString(name, keep[name])
	}
	in.loaded = in.state.NewTable()
	in.state.SetField(in.state.Get(glua.RegistryIndex), "_LOADED", in.loaded)
}

// open runs one of gopher-lua's library openers and gives the library's table.
func (in *Interp) open(opener glua.LGFunction) glua.LValue {
	L := in.state
	L.Push(L.NewFunction(opener))
	L.Call(0, 1)
	lib := L.Get(-1)
	L.Pop(1)
	return lib
}

func (in *Interp) globals() *glua.LTable {
	return in.state.Get(glua.GlobalsIndex).(*glua.LTable)
}

// Load compiles a chunk.
func (in *Interp) Load(name string, source []byte) (lua.Value, error) {
	if len(source) > 0 && source[0] == '#' { // a first line for the shell
		source = append([]byte("--"), source...)
	}
	chunk, err := parse.Parse(bytes.NewReader(source), name)
	if err != nil {
		return lua.Nil, syntaxError(err, name, source)
	}
	proto, err := glua.Compile(chunk, name)
	if err != nil {
		return lua.Nil, syntaxError(err, name, source)
	}
	compact(proto)
	return toValue(in.state.NewFunctionFromProto(proto)), nil
}

// Call calls a function in protected mode.
func (in *Interp) Call(fn lua.Value, results []lua.Value, args ...lua.Value) error {
	L := in.state
	L.Push(in.toLua(fn))
	for i := range args {
		L.Push(in.toLua(args[i]))
	}
	if err := L.PCall(len(args), len(results), nil); err != nil {
		clear(results)
		return in.scriptError(err)
	}
	for i := range results {
		results[i] = toValue(L.Get(i - len(results)))
	}
	L.Pop(len(results))
	return nil
}

// Global, SetGlobal, Globals and Loaded reach the script's variables.
func (in *Interp) Global(name string) lua.Value { return toValue(in.globals().RawGetString(name)) }

func (in *Interp) SetGlobal(name string, v lua.Value) {
	in.globals().RawSetString(name, in.toLua(v))
}
func (in *Interp) Globals() lua.Table { return in.table(in.globals()) }
func (in *Interp) Loaded() lua.Table  { return in.table(in.loaded) }

// NewTable makes a table with room for n array elements and m other keys.
func (in *Interp) NewTable(n, m int) lua.Table { return in.table(in.state.CreateTable(n, m)) }

// NewFunction makes a Lua function of a native one.
func (in *Interp) NewFunction(_ string, f lua.Function) lua.Value {
	return toValue(in.state.NewFunction(in.native(f)))
}

func (in *Interp) native(f lua.Function) glua.LGFunction {
	return func(L *glua.LState) int {
		c := &in.call
		if L != in.state {
			c = &call{in: in, state: L}
		}
		top := L.GetTop()
		f(c)
		return L.GetTop() - top
	}
}

// NewObject makes userdata of a class.
func (in *Interp) NewObject(class *lua.Class, object any) lua.Value {
	meta := in.classes[class]
	if meta == nil {
		meta = in.state.NewTable()
		methods := in.state.CreateTable(0, len(class.Methods))
		for name, f := range class.Methods {
			methods.RawSetString(name, in.state.NewFunction(in.native(f)))
		}
		meta.RawSetString("__index", methods)
		for name, f := range class.Meta {
			meta.RawSetString(name, in.state.NewFunction(in.native(f)))
		}
		in.classes[class] = meta
	}
	return toValue(&glua.LUserData{Value: object, Env: in.globals(), Metatable: meta})
}

// Library gives one of gopher-lua's own libraries.
func (in *Interp) Library(name string) (lua.Table, bool) {
	openers := map[string]glua.LGFunction{
		"string": glua.OpenString, "table": glua.OpenTable, "math": glua.OpenMath, "coroutine": glua.OpenCoroutine,
	}
	opener := openers[name]
	if opener == nil {
		return nil, false
	}
	before := in.globals().RawGetString(name)
	lib := in.open(opener).(*glua.LTable)
	in.globals().RawSetString(name, before)
	return in.table(lib), true
}

// SetStringMethods makes t the methods of strings.
func (in *Interp) SetStringMethods(t lua.Table) {
	meta := in.state.NewTable()
	meta.RawSetString("__index", in.toLua(t.Value()))
	in.state.SetMetatable(glua.LString(""), meta)
}

// SetBudget allows n more instructions, 0 for any number.
func (in *Interp) SetBudget(n int) { in.budget.reset(n) }

// Used is the number of instructions since SetBudget.
func (in *Interp) Used() int { return in.budget.used }

// SetMemoryLimit has no effect: what the state holds is not known.
func (in *Interp) SetMemoryLimit(int) {}

// MemoryUsed and CollectMemory are 0: what the state holds is not known.
func (in *Interp) MemoryUsed() int    { return 0 }
func (in *Interp) CollectMemory() int { return 0 }

// Interrupt makes every further instruction fail.
func (in *Interp) Interrupt(err error) { in.budget.stop.Store(&err) }

// Close gives the state's memory back.
func (in *Interp) Close() { in.state.Close() }

// scriptError makes a *lua.Error of what PCall returned.
func (in *Interp) scriptError(err error) error {
	e := &lua.Error{Text: "(null)"}
	if api, ok := err.(*glua.ApiError); ok {
		e.Value, e.Trace = toValue(api.Object), api.StackTrace
		if text, ok := e.Value.AsText(); ok {
			e.Text = text
		}
		if api.Object == nil || api.Object == glua.LNil && api.Type != glua.ApiErrorRun {
			e.Text = api.Error()
		}
	} else {
		e.Text = err.Error()
	}
	if in.budget.exhausted() || in.budget.stop.Load() != nil {
		e.Exhausted, e.Text = true, in.budget.Err().Error()
	}
	return e
}
