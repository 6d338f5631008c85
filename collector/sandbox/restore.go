package sandbox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"lma_collector/collector/sandbox/lua"
)

// restore sets the script's global variables from its data file, if there is one. The file is Lua of
// a narrow form (preserve writes it, hekad wrote it): it is read, not run.
func (s *script) restore(path string) error {
	data, err := readText(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot read the script's data: %w", err)
	}
	s.interp.SetMemoryLimit(0) // as in hekad: what was kept comes back
	defer s.interp.SetMemoryLimit(s.memoryLimit)
	err = s.restoreData(data)
	if n := s.interp.CollectMemory(); err == nil && s.memoryLimit > 0 && n > s.memoryLimit {
		err = fmt.Errorf("the script holds %d bytes with them, more than memory_limit = %d: it could do nothing", n, s.memoryLimit)
	}
	if err != nil {
		return fmt.Errorf("cannot restore the script's data from %s: %w", path, err)
	}
	return nil
}

// readText reads a file once, not into bytes that are copied then: it may be large.
func readText(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var text strings.Builder
	if info, err := f.Stat(); err == nil {
		text.Grow(int(min(info.Size(), 1<<30)))
	}
	_, err = io.Copy(&text, f)
	return text.String(), err
}

func (s *script) restoreData(data string) error {
	r := restorer{scanner: scanner{text: data, line: 1}, script: s, replaced: map[*lua.Table]*lua.Table{}}
	if !r.sameVersion() {
		return nil
	}
	for r.err == nil {
		switch t := r.next(); t.kind {
		case tokenEnd:
			return nil
		case tokenName:
			if t.text == "if" {
				r.create()
			} else {
				r.assignOrCall(t)
			}
		default:
			r.fail(t, "a statement")
		}
	}
	return r.err
}

// restorer carries out the statements of a data file.
type restorer struct {
	scanner
	script   *script
	replaced map[*lua.Table]*lua.Table // the script's own tables, by those that took their places
}

// place is a variable: a table of variables and a key in it.
type place struct {
	table *lua.Table
	key   lua.Value
}

func (p place) get() lua.Value {
	if p.table == nil {
		return lua.Nil
	}
	return p.table.Lookup(p.key)
}

func (r *restorer) expect(text string) {
	if t := r.next(); r.err == nil && (t.text != text || t.kind == tokenString) {
		r.fail(t, "'"+text+"'")
	}
}

// sameVersion reads the first statement, which ends the file for a script of another version.
func (r *restorer) sameVersion() bool {
	mark := r.scanner
	if t := r.next(); t.text != "if" {
		r.scanner = mark
		return true
	}
	if t := r.next(); t.text != "_PRESERVATION_VERSION" {
		r.scanner = mark // the creation of an object
		return true
	}
	r.expect("and")
	r.expect("_PRESERVATION_VERSION")
	r.expect("~=")
	version := r.literal(r.next())
	r.expect("then")
	r.expect("return")
	r.expect("end")
	current := r.script.interp.Global("_PRESERVATION_VERSION")
	return r.err != nil || !current.Truth() || current.Kind() == lua.KindNumber && current.Float() == version.Float()
}

// variable reads the rest of a variable whose first name is first: _G["a"][1].
func (r *restorer) variable(first token) place {
	globals := r.script.interp.Globals()
	p := place{table: globals, key: lua.String(first.text)}
	root := first.text == "_G"
	for r.err == nil && r.peek() == '[' {
		r.next()
		key := r.literal(r.next())
		r.expect("]")
		if key.IsNil() || key.Kind() == lua.KindNumber && key.Float() != key.Float() {
			r.fail(token{text: "nil"}, "a key")
			break
		}
		if root {
			p.key, root = key, false
			continue
		}
		t, ok := p.get().AsTable()
		if !ok {
			r.fail(token{text: first.text}, "an element of a table")
			break
		}
		p = place{table: t, key: key}
	}
	return p
}

// create reads: if X == nil then X = module.new(…) end.
func (r *restorer) create() {
	p := r.variable(r.next())
	r.expect("==")
	r.expect("nil")
	r.expect("then")
	r.variable(r.next())
	r.expect("=")
	module := r.next()
	args := r.constructor()
	r.expect("end")
	if r.err != nil || !p.get().IsNil() {
		return
	}
	if v := r.construct(module, args); r.err == nil {
		p.table.Put(p.key, v)
	}
}

// constructor reads what follows the name of a module: .new(…) or .type.new(…).
func (r *restorer) constructor() []lua.Value {
	r.expect(".")
	t := r.next()
	if t.text != "new" && r.peek() == '.' {
		r.next()
		t = r.next()
	}
	if t.text != "new" {
		r.fail(t, "'new'")
	}
	return r.arguments()
}

// construct makes an object of a module.
func (r *restorer) construct(module token, args []lua.Value) lua.Value {
	m, ok := r.script.modules[module.text]
	if r.err == nil && (!ok || m.Restore == nil) {
		r.fail(module, "a module whose objects are kept")
	}
	if r.err != nil {
		return lua.Nil
	}
	v, err := m.Restore(r.script.interp, args)
	if err != nil {
		r.err = fmt.Errorf("line %d: %w", r.line, err)
	}
	return v
}

// assignOrCall reads: X = value, X = Y, X = {}, X = module.new(…), X:method(…).
func (r *restorer) assignOrCall(first token) {
	p := r.variable(first)
	switch t := r.next(); {
	case r.err != nil:
	case t.text == ":":
		method := r.next()
		r.call(p, method.text, r.arguments())
	case t.text == "=":
		fresh := r.peek() == '{'
		if v := r.value(); r.err == nil {
			if made, ok := v.AsTable(); ok && fresh {
				r.carryCode(p, made)
			}
			p.table.Put(p.key, v)
		}
	default:
		r.fail(t, "'=' or ':'")
	}
}

// carryCode takes over what is never kept, such as functions, of the table that the script itself has made at
// the place: code is the script's, data are the file's.
func (r *restorer) carryCode(p place, fresh *lua.Table) {
	var was lua.Value
	switch own := r.replaced[p.table]; {
	case p.table == r.script.interp.Globals():
		was = p.get()
	case own != nil:
		was = own.Lookup(p.key)
	}
	own, ok := was.AsTable()
	if !ok || own.HasMetatable() {
		return
	}
	r.replaced[fresh] = own
	code := preserver{globals: r.script.interp.Globals()}
	own.Each(func(k, v lua.Value) bool {
		if !code.wanted(v) {
			fresh.Put(k, v)
		}
		return true
	})
}

func (r *restorer) call(p place, method string, args []lua.Value) {
	if r.err != nil {
		return
	}
	o, ok := p.get().AsObject().(lua.Restorer)
	if !ok {
		r.fail(token{text: method}, "an object that can be restored")
		return
	}
	if err := o.RestoreCall(method, args); err != nil {
		r.err = fmt.Errorf("line %d: %w", r.line, err)
	}
}

func (r *restorer) value() lua.Value {
	switch t := r.next(); {
	case t.text == "{" && t.kind == tokenSign:
		r.expect("}")
		return r.script.interp.NewTable(0, 0).Value()
	case t.kind == tokenName && t.text != "_G" && r.peek() == '.':
		return r.construct(t, r.constructor())
	case t.kind == tokenName && t.text != "true" && t.text != "false":
		return r.variable(t).get()
	default:
		return r.literal(t)
	}
}

// literal reads a string, a boolean or a number; a division gives NaN and the infinities.
func (r *restorer) literal(t token) lua.Value {
	switch {
	case t.kind == tokenString:
		return lua.String(t.text)
	case t.text == "true", t.text == "false":
		return lua.Bool(t.text == "true")
	case t.kind == tokenNumber:
		f := t.number
		if r.peek() == '/' {
			r.next()
			f /= r.next().number
		}
		return lua.Number(f)
	}
	r.fail(t, "a value")
	return lua.Nil
}

func (r *restorer) arguments() (args []lua.Value) {
	r.expect("(")
	if r.peek() == ')' {
		r.next()
		return nil
	}
	for r.err == nil {
		t := r.next()
		if t.text == "{" && t.kind == tokenSign {
			args = append(args, r.list())
		} else {
			args = append(args, r.literal(t))
		}
		switch t := r.next(); t.text {
		case ",":
		case ")":
			return args
		default:
			r.fail(t, "',' or ')'")
		}
	}
	return args
}

// list reads what follows the brace of {1,2,3}.
func (r *restorer) list() lua.Value {
	t := r.script.interp.NewTable(0, 0)
	for n := 1; r.err == nil; n++ {
		if r.peek() == '}' {
			r.next()
			break
		}
		t.SetIndex(n, r.literal(r.next()))
		if r.peek() == ',' {
			r.next()
		}
	}
	return t.Value()
}
