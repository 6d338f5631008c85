package re

import (
	"strconv"

	core "lma_collector/collector/lpeg"
	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/lpeg"
)

// builder makes a pattern of nodes.
type builder struct {
	c     *lua.Call
	lib   *lpeg.Library
	defs  lua.Value
	equal lua.Value // the function of `=name`
	keeps []lua.Value
	nodes int
}

// good raises the error that a constructor of patterns gave. C names no position for it.
func (b *builder) good(p *core.Pattern, err error) *core.Pattern {
	if err != nil {
		b.c.RaiseBare(err.Error())
	}
	b.nodes++
	return p
}

// name is a name as patterns have it.
func name(s string) core.Name { return core.Name{Key: s, Value: lua.String(s), Text: s} }

// pattern makes a pattern of a value of the definitions.
func (b *builder) pattern(v lua.Value) *core.Pattern {
	p := b.lib.Coerce(b.c, v, 1, "P")
	b.keep(v)
	return p.Tree
}

func (b *builder) keep(v lua.Value) {
	if v.Kind() >= lua.KindTable {
		b.keeps = append(b.keeps, v)
	}
}

// lookup is a definition by name, nil or false where there is none.
func (b *builder) lookup(name string) lua.Value {
	if b.defs.IsNil() {
		return lua.Nil
	}
	return b.c.Index(b.defs, lua.String(name))
}

// value is what `->`, `=>` and `~>` name.
func (b *builder) value(name string) lua.Value {
	v := b.lookup(name)
	if !v.Truth() {
		b.c.Raise("undefined name: " + name)
	}
	b.keep(v)
	return v
}

// function is a value that must be a function.
func (b *builder) function(name string) lua.Value {
	v := b.value(name)
	if v.Kind() != lua.KindFunction {
		lua.BadArgument(b.c, 2, "?", "function expected, got "+v.Kind().String())
	}
	return v
}

func (b *builder) defined(name string) *core.Pattern {
	if v := b.lookup(name); v.Truth() {
		return b.pattern(v)
	}
	set, ok := predefined[name]
	if !ok {
		b.c.Raise("name '" + name + "' undefined")
	}
	return core.Bytes(set)
}

// fold joins parts from left to right.
func (b *builder) fold(first *core.Pattern, parts []*node, join func(a, b *core.Pattern) (*core.Pattern, error)) *core.Pattern {
	for _, part := range parts {
		next := b.build(part)
		first = b.good(join(first, next))
	}
	return first
}

func (b *builder) build(n *node) *core.Pattern {
	switch n.op {
	case literal, byteItem:
		return b.good(core.Text(n.text), nil)
	case span:
		var set core.Set
		set.AddRange(n.text[0], n.text[1])
		return b.good(core.Bytes(set), nil)
	case class:
		p := b.fold(b.build(n.parts[0]), n.parts[1:], core.Choice)
		if n.n == 1 {
			p = b.good(core.Except(core.Any(1), p))
		}
		return p
	case defined:
		return b.defined(n.text)
	case any1:
		return b.good(core.Any(1), nil)
	case sequence:
		return b.fold(core.True(), n.parts, core.Seq)
	case choice:
		return b.fold(b.build(n.parts[0]), n.parts[1:], core.Choice)
	case backMatch:
		return b.good(core.MatchTime(core.Back(name(n.text)), b.equal))
	case place:
		return b.good(core.Position(), nil)
	case rule:
		if n.n == 0 {
			b.c.Raise("rule '" + n.text + "' used outside a grammar")
		}
		return b.good(core.Rule(name(n.text)), nil)
	case grammar:
		return b.grammar(n)
	}
	return b.around(n, b.build(n.parts[0]))
}

// around builds a node of one part.
func (b *builder) around(n *node, p *core.Pattern) *core.Pattern {
	switch n.op {
	case and:
		return b.good(core.And(p), nil)
	case not:
		return b.good(core.Not(p), nil)
	case power:
		f, _ := strconv.ParseFloat(n.text, 64)
		return b.good(core.Repeat(p, max(min(lua.Truncate(f), 1<<31-1), -1<<31)))
	case times:
		f, _ := strconv.ParseFloat(n.text, 64)
		return b.good(core.Power(p, max(min(lua.Truncate(f), 1<<31-1), 0)))
	case format:
		return b.good(core.Format(p, n.text))
	case pick:
		f, _ := strconv.ParseFloat(n.text, 64)
		return b.good(lpeg.Replace(b.c, p, lua.Number(f)))
	case collect, table:
		return b.good(core.Table(p))
	case apply:
		return b.good(lpeg.Replace(b.c, p, b.value(n.text)))
	case matchTime:
		return b.good(core.MatchTime(p, b.function(n.text)))
	case fold:
		return b.good(core.Fold(p, b.function(n.text)))
	case group:
		if n.n == 0 {
			return b.good(core.Group(p, nil))
		}
		as := name(n.text)
		return b.good(core.Group(p, &as))
	case substitute:
		return b.good(core.Substitute(p))
	}
	return b.good(core.Capture(p))
}

func (b *builder) grammar(n *node) *core.Pattern {
	rules := make([]core.Definition, 0, len(n.parts))
	known := map[string]bool{}
	for _, part := range n.parts {
		body := b.build(part.parts[0])
		if known[part.text] {
			b.c.Raise("'" + part.text + "' already defined as a rule")
		}
		known[part.text] = true
		rules = append(rules, core.Definition{Name: name(part.text), Body: body})
	}
	if len(rules) > core.MaxRules {
		b.c.RaiseBare("bad argument #1 to '?' (grammar has too many rules)")
	}
	p, err := lpeg.Grammar(b.c, rules)
	return b.good(p, err)
}
