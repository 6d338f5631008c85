// Package re is the re module of scripts: patterns of module lpeg in a syntax like that of regular
// expressions.
package re

import (
	core "lma_collector/collector/lpeg"
	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/lpeg"
)

// maxKept bounds the patterns that match, find and gsub keep: bytes of text and nodes, for they do not count
// as the script's memory.
const maxKept = 4096

// library is re for one script.
type library struct {
	lib   *lpeg.Library
	equal lua.Value
	kept  map[kept]*lpeg.Pattern
	size  int // of what is kept
}

// kept names a compiled pattern: the pattern's text, and what gsub puts for it.
type kept struct {
	text, replacement string
	gsub              bool
}

// predefined are the names that every pattern knows.
var predefined = func() map[string]core.Set {
	sets := map[string]core.Set{"nl": core.SetOf("\n")}
	for name, set := range lpeg.Classes {
		sets[name] = set
	}
	for letter, name := range map[string]string{
		"a": "alpha", "c": "cntrl", "d": "digit", "g": "graph", "l": "lower", "p": "punct", "s": "space", "u": "upper",
		"w": "alnum", "x": "xdigit",
	} {
		sets[letter] = sets[name]
		sets[string(letter[0]-'a'+'A')] = sets[name].Complement()
	}
	return sets
}()

// Module is the re module with patterns of that library.
func Module(lib *lpeg.Library) lua.Module {
	return lua.Module{Name: "re", Open: func(in *lua.Interp) *lua.Table {
		lib.Open(in)
		l := &library{lib: lib, kept: map[kept]*lpeg.Pattern{}, equal: in.NewFunction("equalcap", equal)}
		t := in.NewTable(0, 5)
		in.SetFunctions(t, map[string]lua.Function{
			"compile": l.compile, "match": l.match, "find": l.find, "gsub": l.gsub, "updatelocale": func(*lua.Call) { l.forget() },
		})
		return t
	}}
}

// equal is the function of `=name`: the subject must go on with the group's text.
func equal(c *lua.Call) {
	v := c.Arg(3)
	at, _ := c.Number(2)
	subject, _ := c.Text(1)
	i := int(at) - 1
	if v.Kind() != lua.KindString || len(subject)-i < len(v.Text()) || subject[i:i+len(v.Text())] != v.Text() {
		c.PushNil()
		return
	}
	c.PushNumber(at + float64(len(v.Text())))
}

// text is an argument that must be a string. A missing one counts as nil, as where this module is Lua.
func text(c *lua.Call, i int) string {
	if c.Kind(i) == lua.KindNone {
		lua.BadArgument(c, i, "match", "string expected, got nil")
	}
	return lua.CheckText(c, i, "match")
}

func (l *library) compile(c *lua.Call) {
	if _, ok := c.Object(1).(*lpeg.Pattern); ok {
		c.Push(c.Arg(1))
		return
	}
	l.lib.Push(c, l.parse(c, text(c, 1), c.Arg(2)))
}

// parse makes a pattern of its text.
func (l *library) parse(c *lua.Call, source string, defs lua.Value) *lpeg.Pattern {
	c.Spend(len(source))
	c.Need(256 * len(source))
	p := &parser{
		text: source,
		failed: func(at int) {
			near := source[at:]
			if len(near) > 20 {
				near = near[:21] + "..."
			}
			c.RaiseBare("pattern error near '" + near + "'")
		},
		deep: func() { c.RaiseBare("pattern is nested too deep") },
	}
	n := p.expression()
	if p.at < len(source) {
		p.failed(p.at)
	}
	b := &builder{c: c, lib: l.lib, defs: defs, equal: l.equal, keeps: []lua.Value{l.equal}}
	tree := b.build(n)
	return &lpeg.Pattern{Tree: tree, Keeps: b.keeps, Nodes: b.nodes}
}

// pattern is an argument as a pattern, and its text if that is what it is.
func (l *library) pattern(c *lua.Call, i int) (p *lpeg.Pattern, source string) {
	if p, ok := c.Object(i).(*lpeg.Pattern); ok {
		return p, ""
	}
	source = text(c, i)
	key := kept{text: source}
	if p = l.kept[key]; p == nil {
		p = l.parse(c, source, lua.Nil)
		l.keep(key, p)
	}
	return p, source
}

// keep remembers a pattern, within bounds.
func (l *library) keep(key kept, p *lpeg.Pattern) {
	size := len(key.text) + len(key.replacement) + p.Tree.Size()
	if size < 0 || size > maxKept {
		return
	}
	if l.size += size; l.size > maxKept {
		l.forget()
		l.size = size
	}
	l.kept[key] = p
}

func (l *library) forget() {
	clear(l.kept)
	l.size = 0
}

func (l *library) match(c *lua.Call) {
	p, _ := l.pattern(c, 2)
	subject := text(c, 1)
	l.lib.Match(c, p, subject, start(c, len(subject)), 1<<30)
}

// start is the third argument as an offset; false is as good as none.
func start(c *lua.Call, length int) int {
	if !c.Truth(3) {
		return 0
	}
	return lpeg.Start(c, 3, "match", length)
}

func (l *library) find(c *lua.Call) {
	p, _ := l.pattern(c, 2)
	subject := text(c, 1)
	from, to, ok := l.lib.Find(c, p, subject, start(c, len(subject)))
	if !ok {
		c.PushNil()
		return
	}
	c.PushNumber(float64(from + 1))
	c.PushNumber(float64(to))
}

// gsub replaces every match.
func (l *library) gsub(c *lua.Call) {
	p, source := l.pattern(c, 2)
	replacement := c.Arg(3)
	key := kept{source, replacement.Text(), true}
	whole := l.kept[key]
	if whole == nil || source == "" || replacement.Kind() != lua.KindString {
		b := &builder{c: c, lib: l.lib}
		one := b.good(lpeg.Replace(c, p.Tree, replacement))
		all := b.good(core.Repeat(b.good(core.Choice(one, core.Any(1))), 0))
		whole = &lpeg.Pattern{Tree: b.good(core.Substitute(all)), Nodes: b.nodes, Keeps: []lua.Value{c.Arg(2), replacement}}
		if source != "" && replacement.Kind() == lua.KindString {
			l.keep(key, whole)
		}
	}
	l.lib.Match(c, whole, text(c, 1), 0, 1<<30)
}
