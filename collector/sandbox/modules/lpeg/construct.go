package lpeg

import (
	"math/bits"

	"lma_collector/collector/lpeg"
	"lma_collector/collector/sandbox/lua"
)

// some raises C's error for a missing argument.
func some(c *lua.Call, i int, function string) {
	if c.Kind(i) == lua.KindNone {
		lua.BadArgument(c, i, function, "value expected")
	}
}

func (l *Library) newP(c *lua.Call) {
	some(c, 1, "P")
	if _, ok := c.Object(1).(*Pattern); ok {
		c.Push(c.Arg(1))
		return
	}
	l.Push(c, l.Coerce(c, c.Arg(1), 1, "P"))
}

func (l *Library) newS(c *lua.Call) {
	set := lua.CheckText(c, 1, "S")
	c.Spend(len(set) / 16)
	l.own(c, lpeg.Bytes(lpeg.SetOf(set)), nil)
}

func (l *Library) newR(c *lua.Call) {
	var set lpeg.Set
	if c.Len() == 0 {
		l.own(c, lpeg.False(), nil)
		return
	}
	for i := 1; i <= c.Len(); i++ {
		bounds := lua.CheckText(c, i, "R")
		if len(bounds) != 2 {
			lua.BadArgument(c, i, "R", "range must have two characters")
		}
		set.AddRange(bounds[0], bounds[1])
	}
	l.own(c, lpeg.Bytes(set), nil)
}

// name makes a rule's or group's name of a value.
func name(v lua.Value) lpeg.Name {
	n := lpeg.Name{Value: v, Key: v.Ref(), Text: "(a " + v.Kind().String() + ")"}
	switch v.Kind() {
	case lua.KindString:
		n.Key, n.Text = v.Text(), v.Text()
	case lua.KindNumber:
		n.Key, n.Text = v.Float(), lua.FormatNumber(v.Float())
	case lua.KindBool:
		n.Key = v.Truth()
	}
	return n
}

func (l *Library) newV(c *lua.Call) {
	v := c.Arg(1)
	if v.IsNil() {
		lua.BadArgument(c, 1, "V", "non-nil value expected")
	}
	l.own(c, lpeg.Rule(name(v)), nil, v)
}

func (l *Library) newB(c *lua.Call) {
	p := l.operand(c, 1, "B")
	tree, err := lpeg.Behind(p.Tree)
	if err != nil {
		lua.BadArgument(c, 1, "B", err.Error())
	}
	l.own(c, tree, nil, keep(nil, c.Arg(1), p)...)
}

// unary is a function of one pattern.
func (l *Library) unary(function string, make func(*lpeg.Pattern) (*lpeg.Pattern, error)) lua.Function {
	return func(c *lua.Call) {
		p := l.operand(c, 1, function)
		tree, err := make(p.Tree)
		l.own(c, tree, err, keep(nil, c.Arg(1), p)...)
	}
}

func (l *Library) newCc(c *lua.Call) {
	n := c.Len()
	keeps, values := make([]lua.Value, n), make([]any, n)
	for i := range n {
		keeps[i] = c.Arg(i + 1)
		values[i] = keeps[i]
	}
	tree, err := lpeg.Constants(values...)
	if err != nil {
		c.Raise(err.Error())
	}
	l.Push(c, &Pattern{Tree: tree, Keeps: keeps, Nodes: 2*n + 1})
}

func (l *Library) newCp(c *lua.Call) { l.own(c, lpeg.Position(), nil) }

func (l *Library) newCarg(c *lua.Call) {
	n := lua.CheckInt(c, 1, "Carg")
	if n <= 0 || n > 32767 {
		lua.BadArgument(c, 1, "Carg", "invalid argument index")
	}
	l.own(c, lpeg.Argument(n), nil)
}

func (l *Library) newCb(c *lua.Call) {
	some(c, 1, "Cb")
	n := name(c.Arg(1))
	l.own(c, lpeg.Back(n), nil, c.Arg(1))
}

func (l *Library) newCg(c *lua.Call) {
	p := l.operand(c, 1, "Cg")
	keeps := keep(nil, c.Arg(1), p)
	var group *lpeg.Name
	if v := c.Arg(2); !v.IsNil() {
		n := name(v)
		group, keeps = &n, append(keeps, v)
	}
	tree, err := lpeg.Group(p.Tree, group)
	l.own(c, tree, err, keeps...)
}

// function is an argument that must be a function.
func function(c *lua.Call, i int, name string) lua.Value {
	if c.Kind(i) != lua.KindFunction {
		lua.BadArgument(c, i, name, "function expected, got "+c.Kind(i).String())
	}
	return c.Arg(i)
}

func (l *Library) newCf(c *lua.Call) {
	f := function(c, 2, "Cf")
	p := l.operand(c, 1, "Cf")
	tree, err := lpeg.Fold(p.Tree, f)
	l.own(c, tree, err, append(keep(nil, c.Arg(1), p), f)...)
}

func (l *Library) newCmt(c *lua.Call) {
	f := function(c, 2, "Cmt")
	p := l.operand(c, 1, "Cmt")
	tree, err := lpeg.MatchTime(p.Tree, f)
	l.own(c, tree, err, append(keep(nil, c.Arg(1), p), f)...)
}

// The operators. C's errors call a metamethod "?".
const operator = "?"

// binary makes an operator of two patterns.
func (l *Library) binary(c *lua.Call, make func(a, b *lpeg.Pattern) (*lpeg.Pattern, error)) {
	a, b := l.operand(c, 1, operator), l.operand(c, 2, operator)
	tree, err := make(a.Tree, b.Tree)
	if err != nil {
		c.Raise(err.Error())
	}
	nodes, keeps := 1, keep(keep(nil, c.Arg(1), a), c.Arg(2), b)
	for i, p := range [2]*Pattern{a, b} {
		if c.Kind(i+1) != lua.KindUserdata {
			nodes += p.Nodes
		}
	}
	l.Push(c, &Pattern{Tree: tree, Keeps: keeps, Nodes: nodes})
}

func (l *Library) mul(c *lua.Call)    { l.binary(c, lpeg.Seq) }
func (l *Library) choice(c *lua.Call) { l.binary(c, lpeg.Choice) }
func (l *Library) sub(c *lua.Call)    { l.binary(c, lpeg.Except) }

func (l *Library) unm(c *lua.Call) {
	p := l.operand(c, 1, operator)
	l.own(c, lpeg.Not(p.Tree), nil, keep(nil, c.Arg(1), p)...)
}

func (l *Library) len(c *lua.Call) {
	p := l.operand(c, 1, operator)
	l.own(c, lpeg.And(p.Tree), nil, keep(nil, c.Arg(1), p)...)
}

func (l *Library) pow(c *lua.Call) {
	p := l.operand(c, 1, operator)
	n := clip(lua.CheckNumber(c, 2, operator))
	tree, err := lpeg.Repeat(p.Tree, n)
	if err != nil {
		c.Raise(err.Error())
	}
	l.Push(c, &Pattern{Tree: tree, Keeps: keep(nil, c.Arg(1), p), Nodes: 2 + 2*bits.Len(uint(max(n, 0)))})
}

// div is pattern / string, number, table or function.
func (l *Library) div(c *lua.Call) {
	p, v := l.operand(c, 1, operator), c.Arg(2)
	tree, err := Replace(c, p.Tree, v)
	l.own(c, tree, err, append(keep(nil, c.Arg(1), p), v)...)
}

// Replace is the capture tree / v. It raises the error that v is of no use.
func Replace(c *lua.Call, tree *lpeg.Pattern, v lua.Value) (*lpeg.Pattern, error) {
	switch v.Kind() {
	case lua.KindString:
		return lpeg.Format(tree, v.Text())
	case lua.KindTable:
		return lpeg.Query(tree, v)
	case lua.KindFunction:
		return lpeg.Call(tree, v)
	case lua.KindNumber:
		n := lua.Truncate(v.Float())
		if n < 0 || n > 65535 {
			lua.BadArgument(c, 1, operator, "invalid number")
		}
		return lpeg.Select(tree, n)
	}
	lua.BadArgument(c, 2, operator, "invalid replacement value")
	return nil, nil
}

// grammar makes a pattern of a table of rules.
func (l *Library) grammar(c *lua.Call, t *lua.Table, i int, function string) *Pattern {
	firstName := t.Index(1)
	if firstName.IsNil() {
		c.Raise("grammar has no initial rule")
	}
	firstKey, body := lua.Number(1), firstName
	if _, ok := firstName.AsText(); ok {
		firstKey, body = firstName, t.Lookup(firstName)
	}
	if body.IsNil() {
		c.Raise("grammar has no initial rule")
	}
	first, ok := body.AsObject().(*Pattern)
	if !ok {
		c.Raise("initial rule '" + name(firstKey).Text + "' is not a pattern")
	}
	keeps := []lua.Value{firstKey, body}
	rules := []lpeg.Definition{{Name: name(firstKey), Body: first.Tree}}
	var wrong string
	t.Each(func(k, v lua.Value) bool {
		n := name(k)
		if f, ok := k.AsNumber(); ok && f == 1 || n.Key == rules[0].Name.Key {
			return true
		}
		p, ok := v.AsObject().(*Pattern)
		if !ok {
			wrong = "rule '" + n.Text + "' is not a pattern"
			return false
		}
		rules, keeps = append(rules, lpeg.Definition{Name: n, Body: p.Tree}), append(keeps, k, v)
		return len(rules) <= lpeg.MaxRules
	})
	if wrong != "" {
		c.Raise(wrong)
	}
	if len(rules) > lpeg.MaxRules {
		lua.BadArgument(c, i, function, "grammar has too many rules")
	}
	tree, err := Grammar(c, rules)
	if err != nil {
		c.Raise(err.Error())
	}
	return &Pattern{Tree: tree, Keeps: keeps, Nodes: 1 + len(rules)}
}

// Grammar is the grammar of rules. Its check looks at all of their nodes, which is charged.
func Grammar(c *lua.Call, rules []lpeg.Definition) (*lpeg.Pattern, error) {
	size := 0
	for _, r := range rules {
		if size += r.Body.Size() + len(r.Name.Text)/16; size < 0 {
			return nil, lpeg.ErrTooBig
		}
	}
	Charge(c, size)
	return lpeg.Grammar(rules)
}

// Charge asks for what it takes to look at that many nodes.
func Charge(c *lua.Call, nodes int) {
	if nodes > 1<<24 {
		c.Raise(lpeg.ErrTooBig.Error())
	}
	c.Need(nodes * compileBytes)
	c.Spend(4 * nodes)
}

// Classes are the sets of lpeg.locale, as C's "C" locale has them.
var Classes = func() map[string]lpeg.Set {
	ranges := map[string]string{
		"digit": "09", "lower": "az", "upper": "AZ", "alpha": "azAZ", "alnum": "azAZ09", "xdigit": "09afAF", "cntrl": "\x00\x1f\x7f\x7f",
		"space": "\t\r  ", "print": " ~", "graph": "!~", "punct": "!/:@[`{~",
	}
	sets := make(map[string]lpeg.Set, len(ranges))
	for name, bounds := range ranges {
		var set lpeg.Set
		for i := 0; i < len(bounds); i += 2 {
			set.AddRange(bounds[i], bounds[i+1])
		}
		sets[name] = set
	}
	return sets
}()

// locale is lpeg.locale: it gives a table the sets of characters.
func (l *Library) locale(c *lua.Call) {
	in := c.Interp()
	t := c.Table(1)
	if t == nil {
		if c.Arg(1).IsNil() {
			t = in.NewTable(0, len(Classes))
		} else {
			t = lua.CheckTable(c, 1, "locale")
		}
	}
	c.Spend(len(Classes) * patternCost)
	for name, set := range Classes {
		t.Set(name, in.NewObject(&l.class, &Pattern{Tree: lpeg.Bytes(set), Nodes: 1}))
	}
	c.Push(t.Value())
}
