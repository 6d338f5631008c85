package sandbox

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/stdlib"
)

// Plain runs ordinary Lua programs, without limits, with every module that a script of a plugin may
// require: unit tests of Lua modules, above all. One goroutine uses it.
type Plain struct {
	interp    *lua.Interp
	libraries *stdlib.Libraries
	loading   map[string]bool // modules whose loader has begun to run
}

// PlainOptions say what a plain interpreter is made of.
type PlainOptions struct {
	ModuleDirectory string // where require looks after the current directory; directories separated by `;`
	Stdin           io.Reader
	Stdout, Stderr  io.Writer      // one with Flush() error is flushed as the program asks for it
	Exit            func(code int) // for os.exit
}

// NewPlain makes an interpreter with the standard libraries loaded.
func NewPlain(o PlainOptions) *Plain {
	p := &Plain{interp: lua.New(lua.Options{Base: lua.BaseAll, Stdout: o.Stdout}), loading: map[string]bool{}}
	p.libraries = stdlib.New(stdlib.Options{
		Reach: stdlib.ReachAll, Zone: time.Local, Stdin: o.Stdin, Stdout: o.Stdout, Stderr: o.Stderr, Exit: o.Exit,
	})
	p.openPackage(o.ModuleDirectory)
	for _, m := range p.libraries.Modules() {
		p.open(m)
	}
	return p
}

// Run runs a program. name is what errors call it; args are what it finds in `...` and `arg`. The
// error is a *lua.Error.
func (p *Plain) Run(name string, source []byte, args ...string) error {
	chunk, err := p.interp.Load(name, source)
	if err != nil {
		return err
	}
	arg := p.interp.NewTable(len(args), 1)
	arg.SetIndex(0, lua.String(name))
	values := make([]lua.Value, len(args))
	for i, a := range args {
		values[i] = lua.String(a)
		arg.SetIndex(i+1, values[i])
	}
	p.interp.SetGlobal("arg", arg.Value())
	p.interp.SetBudget(0)
	return p.interp.Call(chunk, nil, values...)
}

// Close runs the finalizers, closes what the program left open and gives the interpreter's memory back.
func (p *Plain) Close() error {
	defer p.interp.Close()
	p.interp.Finalize()
	return p.libraries.Close()
}

// open makes a module, also as a global, as scripts of plugins find it.
func (p *Plain) open(m lua.Module) lua.Value {
	v := m.Open(p.interp).Value()
	p.interp.Loaded().Set(m.Name, v)
	p.interp.SetGlobal(m.Name, v)
	return v
}

// openPackage makes `require` and what it goes by. The modules written in Go are preloaded.
func (p *Plain) openPackage(directories string) {
	path := "./?.lua"
	for _, dir := range strings.Split(directories, ";") {
		if dir != "" {
			path += ";" + strings.TrimSuffix(dir, "/") + "/?.lua"
		}
	}
	preload := p.interp.NewTable(0, 0)
	for _, m := range (&script{}).nativeModules() {
		preload.Set(m.Name, p.interp.NewFunction(m.Name, func(c *lua.Call) { c.Push(p.open(m)) }))
	}
	pkg := p.interp.NewTable(0, 6)
	pkg.Set("path", lua.String(path))
	pkg.Set("cpath", lua.String(""))
	pkg.Set("config", lua.String("/\n;\n?\n!\n-"))
	pkg.Set("loaded", p.interp.Loaded().Value())
	pkg.Set("preload", preload.Value())
	pkg.Set("seeall", p.interp.NewFunction("seeall", p.seeAll))
	p.interp.SetGlobal("package", pkg.Value())
	p.interp.Loaded().Set("package", pkg.Value())
	p.interp.SetGlobal("require", p.interp.NewFunction("require", func(c *lua.Call) { p.require(c, pkg) }))
}

// seeAll lets a module read the globals.
func (p *Plain) seeAll(c *lua.Call) {
	meta := p.interp.NewTable(0, 1)
	meta.Set("__index", p.interp.Globals().Value())
	lua.CheckTable(c, 1, "seeall").SetMetatable(meta)
}

// require is C Lua's: package.loaded, then package.preload, then the files of package.path.
func (p *Plain) require(c *lua.Call, pkg *lua.Table) {
	name := strings.Clone(lua.CheckText(c, 1, "require"))
	loaded := p.interp.Loaded()
	if v := loaded.Get(name); v.Truth() {
		c.Push(v)
		return
	}
	if p.loading[name] {
		c.Raise(fmt.Sprintf("loop or previous error loading module '%s'", name))
	}
	loader := p.loader(c, pkg, name)
	p.loading[name] = true // stays if the loader raises an error
	result := make([]lua.Value, 1)
	c.Invoke(loader, result, lua.String(name))
	delete(p.loading, name)
	v := result[0]
	if v.IsNil() {
		if v = loaded.Get(name); v.IsNil() { // module() may have stored it
			v = lua.Bool(true)
		}
	}
	loaded.Set(name, v)
	c.Push(v)
}

// loader finds what makes a module, or raises C's error.
func (p *Plain) loader(c *lua.Call, pkg *lua.Table, name string) lua.Value {
	if preload, ok := pkg.Get("preload").AsTable(); ok {
		if f := preload.Get(name); !f.IsNil() {
			return f
		}
	}
	path, ok := pkg.Get("path").AsText()
	if !ok {
		c.Raise("'package.path' must be a string")
	}
	tried := fmt.Sprintf("\n\tno field package.preload['%s']", name)
	for _, template := range strings.Split(path, ";") {
		if template == "" {
			continue
		}
		file := strings.ReplaceAll(template, "?", strings.ReplaceAll(name, ".", "/"))
		source, err := os.ReadFile(file)
		if err != nil {
			tried += "\n\tno file '" + file + "'"
			continue
		}
		chunk, err := p.interp.Load(file, source)
		if err != nil {
			c.Raise(fmt.Sprintf("error loading module '%s' from file '%s':\n\t%s", name, file, err))
		}
		return chunk
	}
	c.Raise(fmt.Sprintf("module '%s' not found:%s", name, tried))
	return lua.Nil
}
