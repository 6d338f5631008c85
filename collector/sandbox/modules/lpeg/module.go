// Package lpeg is the lpeg module of scripts, LPeg 1.0.2 as package collector/lpeg has it: patterns are
// userdata with operators, captures become the script's values.
package lpeg

import (
	"lma_collector/collector/lpeg"
	"lma_collector/collector/sandbox/lua"
)

// version is what lpeg.version() gives.
const version = "1.0.2"

// nodeBytes is the memory of a pattern's node, compileBytes what compiling takes for each, at most.
const (
	nodeBytes    = 192
	compileBytes = 256
)

// Library is LPeg for one script.
type Library struct {
	class    lua.Class
	programs lua.Class  // of the userdata that stand for programs; scripts do not see them
	limit    int        // of calls and choices that may be pending
	hosts    []*host    // that no match uses
	table    *lua.Table // of the functions, nil until it is asked for
}

// New makes a library.
func New() *Library {
	l := &Library{limit: lpeg.DefaultStack, programs: lua.Class{Name: "lpeg-program"}}
	l.class = lua.Class{
		Name: "lpeg-pattern",
		Meta: map[string]lua.Function{
			"__mul": l.mul, "__add": l.choice, "__sub": l.sub, "__pow": l.pow, "__div": l.div, "__unm": l.unm, "__len": l.len,
		},
	}
	return l
}

// Size is the memory of the hosts that wait, in bytes.
func (l *Library) Size() (n int) {
	for _, h := range l.hosts {
		n += h.Size()
	}
	return n
}

func (l *Library) functions() map[string]lua.Function {
	return map[string]lua.Function{
		"P": l.newP, "S": l.newS, "R": l.newR, "V": l.newV, "B": l.newB, "C": l.unary("C", lpeg.Capture), "Cc": l.newCc,
		"Cmt": l.newCmt, "Cb": l.newCb, "Carg": l.newCarg, "Cp": l.newCp, "Cs": l.unary("Cs", lpeg.Substitute),
		"Ct": l.unary("Ct", lpeg.Table), "Cf": l.newCf, "Cg": l.newCg, "match": l.match, "type": l.typeOf,
		"version": func(c *lua.Call) { c.PushText(version) }, "locale": l.locale, "setmaxstack": l.setMaxStack,
		"ptree": debugOnly, "pcode": debugOnly,
	}
}

// debugOnly is what C's debugging functions do in an ordinary build.
func debugOnly(c *lua.Call) { c.Raise("function only implemented in debug mode") }

// Module is the lpeg module.
func (l *Library) Module() lua.Module { return lua.Module{Name: "lpeg", Open: l.Open} }

// Open gives the module's table. As in C it is where patterns have their methods, too.
func (l *Library) Open(in *lua.Interp) *lua.Table {
	if l.table == nil {
		functions := l.functions()
		l.table = in.NewTable(0, len(functions))
		in.SetFunctions(l.table, functions)
		in.SetMethods(&l.class, l.table)
		in.Keep(l)
	}
	return l.table
}

// Pattern is the payload of a pattern's userdata.
type Pattern struct {
	Tree    *lpeg.Pattern
	program *program    // nil until the first match
	object  lua.Value   // userdata of the program, which counts its memory
	Keeps   []lua.Value // the script's values that the tree has, and the patterns that it was made of
	Nodes   int         // that were made for it
}

// Size is the memory of what is the pattern's own.
func (p *Pattern) Size() int {
	return 64 + nodeBytes*p.Nodes + 16*len(p.Keeps)
}

// Refer yields the values that the pattern keeps.
func (p *Pattern) Refer(yield func(lua.Value)) {
	for _, v := range p.Keeps {
		yield(v)
	}
	yield(p.object)
}

// program is a compiled pattern with its values as the script has them.
type program struct {
	*lpeg.Program
	values []lua.Value
	keys   []lua.Key // the values as keys of tables
}

// Size is the memory of the program.
func (p *program) Size() int { return p.Program.Size() + 40*len(p.values) }

// patternCost is what it takes to make a pattern, in instructions.
const patternCost = 10

// Push pushes a pattern as userdata.
func (l *Library) Push(c *lua.Call, p *Pattern) {
	c.Spend(patternCost)
	c.Push(c.Interp().NewObject(&l.class, p))
}

// own pushes a pattern of one node, or raises the error.
func (l *Library) own(c *lua.Call, tree *lpeg.Pattern, err error, keeps ...lua.Value) {
	if err != nil {
		c.Raise(err.Error())
	}
	l.Push(c, &Pattern{Tree: tree, Keeps: keeps, Nodes: 1})
}

// typeOf is lpeg.type.
func (l *Library) typeOf(c *lua.Call) {
	if _, ok := c.Object(1).(*Pattern); ok {
		c.PushText("pattern")
	} else {
		c.PushNil()
	}
}

func (l *Library) setMaxStack(c *lua.Call) {
	n := lua.CheckInt(c, 1, "setmaxstack")
	if n <= 0 || n > 1<<31-1 {
		lua.BadArgument(c, 1, "setmaxstack", "out of range")
	}
	l.limit = n
}

// operand gives an argument as a pattern: for strings, numbers and so on a new one.
func (l *Library) operand(c *lua.Call, i int, function string) *Pattern {
	return l.Coerce(c, c.Arg(i), i, function)
}

// keep appends what a pattern made of p, which v is or stands for, must refer to.
func keep(keeps []lua.Value, v lua.Value, p *Pattern) []lua.Value {
	if v.Kind() == lua.KindUserdata {
		return append(keeps, v)
	}
	return append(keeps, p.Keeps...)
}

// Coerce makes a pattern of argument i, or raises the error that it cannot be one.
func (l *Library) Coerce(c *lua.Call, v lua.Value, i int, function string) *Pattern {
	if p, ok := v.AsObject().(*Pattern); ok {
		return p
	}
	switch v.Kind() {
	case lua.KindString:
		return &Pattern{Tree: lpeg.Text(v.Text()), Nodes: 1 + len(v.Text())/nodeBytes}
	case lua.KindNumber:
		return &Pattern{Tree: lpeg.Any(clip(v.Float())), Nodes: 1}
	case lua.KindBool:
		if v.Truth() {
			return &Pattern{Tree: lpeg.True()}
		}
		return &Pattern{Tree: lpeg.False()}
	case lua.KindTable:
		t, _ := v.AsTable()
		return l.grammar(c, t, i, function)
	case lua.KindFunction:
		tree, err := lpeg.MatchTime(lpeg.True(), v)
		if err != nil {
			c.Raise(err.Error())
		}
		return &Pattern{Tree: tree, Nodes: 1, Keeps: []lua.Value{v}}
	}
	lua.BadArgument(c, i, function, "lpeg-pattern expected, got "+v.Kind().String())
	return nil
}

// clip is a number as C's int has it, as far as patterns go.
func clip(f float64) int { return max(min(lua.Truncate(f), 1<<31-1), -1<<31) }
