package lua

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

func sortedNames(m map[string]*native) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// parseBase reads an integer as C's strtoul does.
func parseBase(text string, base int) (float64, bool) {
	s := strings.Trim(text, " \t\n\v\f\r")
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if base == 16 && len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		s = s[2:]
	}
	if s == "" {
		return 0, false
	}
	n, over := uint64(0), false
	for i := 0; i < len(s); i++ {
		d := digitOf(s[i])
		if d >= base {
			return 0, false
		}
		if n > (1<<64-1-uint64(d))/uint64(base) {
			over = true
		}
		n = n*uint64(base) + uint64(d)
	}
	if over {
		n = 1<<64 - 1
	} else if negative {
		n = -n
	}
	return float64(n), true
}

func digitOf(b byte) int {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0')
	case b|0x20 >= 'a' && b|0x20 <= 'z':
		return int(b|0x20-'a') + 10
	}
	return 99
}

// environment finds the function that getfenv and setfenv are about: an argument that is a function or
// a level of the stack.
func (c *Call) environment(function string, optional bool) (f Value, level int) {
	v := c.Arg(1)
	if v.Kind() == KindFunction {
		return v, 1
	}
	level = 1
	if !optional || !v.IsNil() {
		level = CheckInt(c, 1, function)
	}
	if level < 0 {
		BadArgument(c, 1, function, "level must be non-negative")
	}
	ci, lost, ok := c.th.level(level)
	switch {
	case !ok:
		BadArgument(c, 1, function, "invalid level")
	case lost:
		c.Raise(fmt.Sprintf("no function environment for tail call at level %d", level))
	case ci.cl != nil:
		return closureValue(ci.cl), level
	}
	return nativeValue(ci.fn), level
}

func baseGetfenv(c *Call) {
	f, level := c.environment("getfenv", true)
	if level > 0 && f.n == wordClosure {
		c.Push(f.closure().env.Value())
		return
	}
	c.Push(c.th.env.Value())
}

func baseSetfenv(c *Call) {
	env := c.Table(2)
	if env == nil {
		BadType(c, 2, "setfenv", "table")
	}
	if f, ok := c.Number(1); ok && Truncate(f) == 0 {
		c.th.env = env
		return
	}
	f, _ := c.environment("setfenv", false)
	if f.n != wordClosure {
		c.Raise("'setfenv' cannot change environment of given object")
	}
	f.closure().env = env
	c.Push(f)
}

// baseModule is module(): it makes the table of a module and lets the caller's globals lie there.
func baseModule(c *Call) {
	name := CheckText(c, 1, "module")
	v := c.in.loaded.Get(name)
	if v.n != wordTable {
		t := c.moduleTable(name)
		if t == nil {
			c.Raise("name conflict for module '" + name + "'")
		}
		v = t.Value()
		c.in.loaded.Set(name, v)
	}
	t := v.table()
	if t.Get("_NAME").isNil() {
		t.Set("_M", v)
		t.Set("_NAME", c.in.viewText(name))
		t.Set("_PACKAGE", c.in.viewText(name[:strings.LastIndexByte(name, '.')+1]))
	}
	caller, _, ok := c.th.level(1)
	if !ok || caller == nil || caller.cl == nil {
		c.Raise("'module' not called from a Lua function")
	}
	caller.cl.env = t
	for i := 2; i <= c.n; i++ {
		c.Invoke(c.Arg(i), nil, v)
	}
}

// moduleTable finds or makes a table of the globals by its path, nil where something else is there.
func (c *Call) moduleTable(name string) *Table {
	t := c.th.env
	for part := range strings.SplitSeq(name, ".") {
		v := t.Get(part)
		switch {
		case v.isNil():
			next := c.in.NewTable(0, 1)
			t.Set(strings.Clone(part), next.Value())
			t = next
		case v.n == wordTable:
			t = v.table()
		default:
			return nil
		}
	}
	return t
}

// loaded pushes what a load function returns.
func (c *Call) pushLoaded(p *proto, err error) {
	if err != nil {
		c.PushNil()
		c.PushView(err.Error())
		return
	}
	c.in.charge(sizeClosure)
	c.Push(closureValue(&closure{proto: p, env: c.th.env}))
}

func (c *Call) compile(source string, text []byte) (*proto, error) {
	c.Spend(len(text))
	return c.in.compile(source, displayName(source, 60), text)
}

func baseLoadstring(c *Call) {
	text := CheckText(c, 1, "loadstring")
	name := text
	if !c.Arg(2).IsNil() {
		name = CheckText(c, 2, "loadstring")
	}
	c.pushLoaded(c.compile(name, []byte(text)))
}

func baseLoad(c *Call) {
	f := c.Arg(1)
	if f.Kind() != KindFunction {
		BadType(c, 1, "load", "function")
	}
	name := "=(load)"
	if !c.Arg(2).IsNil() {
		name = CheckText(c, 2, "load")
	}
	text, ok := c.readPieces(f)
	if !ok {
		c.PushNil()
		c.Push(c.in.thrown)
		c.in.thrown = Value{}
		return
	}
	c.pushLoaded(c.compile(name, text))
}

// readPieces joins what a reader function gives; its errors are results of load.
func (c *Call) readPieces(f Value) (text []byte, ok bool) {
	th := c.th
	s := th.save()
	defer th.restore(&s, th.top, false, &ok)
	th.in.catch, th.handler = catchScript, Value{}
	for result := make([]Value, 1); ; {
		c.Invoke(f, result)
		piece, isText := result[0].AsText()
		if !isText && !result[0].IsNil() {
			c.Raise("reader function must return a string")
		}
		if piece == "" {
			return text, true
		}
		c.Need(2 * (len(text) + len(piece)))
		text = append(text, piece...)
	}
}

// readChunk reads a file, "" for the standard input, without a first line for the shell.
func (c *Call) readChunk(path string) (source string, text []byte, err error) {
	source = "=stdin"
	if path == "" {
		text, err = io.ReadAll(os.Stdin)
	} else {
		source = "@" + path
		text, err = os.ReadFile(path)
	}
	if err != nil {
		if bad := (*fs.PathError)(nil); errors.As(err, &bad) {
			err = bad.Err
		}
		return source, nil, fmt.Errorf("cannot open %s: %w", source[1:], err)
	}
	c.Need(len(text))
	if len(text) > 0 && text[0] == '#' {
		text = append([]byte("--"), text...)
	}
	return source, text, nil
}

func (c *Call) loadFile(function string) (*proto, error) {
	path := ""
	if !c.Arg(1).IsNil() {
		path = CheckText(c, 1, function)
	}
	source, text, err := c.readChunk(path)
	if err != nil {
		return nil, err
	}
	return c.compile(source, text)
}

func baseLoadfile(c *Call) { c.pushLoaded(c.loadFile("loadfile")) }

func baseDofile(c *Call) {
	p, err := c.loadFile("dofile")
	if err != nil {
		c.RaiseBare(err.Error())
	}
	for _, v := range c.InvokeAll(nil, closureValue(&closure{proto: p, env: c.th.env})) {
		c.Push(v)
	}
}

func basePrint(c *Call) {
	var out []byte
	for i := 1; i <= c.n; i++ {
		text := c.tostring(c.Arg(i))
		if !isText(text) {
			c.Raise("'tostring' must return a string to 'print'")
		}
		if i > 1 {
			out = append(out, '\t')
		}
		s, _ := text.AsText()
		out = append(out, s...)
	}
	if c.in.stdout != nil {
		_, _ = c.in.stdout.Write(append(out, '\n')) // as C does: print has no result to say that it failed
	}
}

// displayName is what error texts call a chunk that a script loads: `=name` and `@file` are taken as
// they are, a text is shown by its beginning. size is about that of the name, in bytes.
func displayName(source string, size int) string {
	if source == "" {
		return `[string ""]`
	}
	switch source[0] {
	case '=':
		return source[1:min(len(source), size)]
	case '@':
		if len(source)-1 > size-8 {
			return "..." + source[len(source)-(size-8):]
		}
		return source[1:]
	}
	line, _, more := strings.Cut(source, "\n")
	line, _, cut := strings.Cut(line, "\r")
	most := size - len(` [string "..."] `) - 1
	if len(line) > most {
		line, more = line[:most], true
	}
	if more || cut {
		line += "..."
	}
	return `[string "` + line + `"]`
}
