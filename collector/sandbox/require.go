package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/afdwindow"
	"lma_collector/collector/sandbox/modules/bloomfilter"
	"lma_collector/collector/sandbox/modules/circularbuffer"
	"lma_collector/collector/sandbox/modules/cjson"
	"lma_collector/collector/sandbox/modules/cuckoofilter"
	"lma_collector/collector/sandbox/modules/hyperloglog"
	"lma_collector/collector/sandbox/modules/lpeg"
	"lma_collector/collector/sandbox/modules/re"
	"lma_collector/collector/sandbox/modules/sax"
	"lma_collector/collector/sandbox/modules/structs"
)

// nativeModules are the modules written in Go. What they need is made when they are opened: most scripts
// open few.
func (s *script) nativeModules() []lua.Module {
	var patterns *lpeg.Library // lpeg's, which re shares
	library := func() *lpeg.Library {
		if patterns == nil {
			patterns = lpeg.New()
		}
		return patterns
	}
	return []lua.Module{
		later("cjson", func() lua.Module { return cjson.Module(s.outputLimit) }),
		later("afd_window", func() lua.Module {
			return afdwindow.Module(func() *message.Message { return s.msg }, s.clock)
		}),
		later("lpeg", func() lua.Module { return library().Module() }),
		later("re", func() lua.Module { return re.Module(library()) }),
		later("struct", structs.Module), keptLater("sax", sax.Module),
		keptLater("circular_buffer", circularbuffer.Module), keptLater("bloom_filter", bloomfilter.Module),
		keptLater("cuckoo_filter", cuckoofilter.Module), keptLater("hyperloglog", hyperloglog.Module),
	}
}

// later is a module that is made when it is opened.
func later(name string, module func() lua.Module) lua.Module {
	return lua.Module{Name: name, Open: func(in *lua.Interp) *lua.Table { return module().Open(in) }}
}

// keptLater is later for a module whose objects are preserved: they are restored by the module that is opened.
func keptLater(name string, module func() lua.Module) lua.Module {
	made := lua.Module{}
	get := func() *lua.Module {
		if made.Open == nil {
			made = module()
		}
		return &made
	}
	return lua.Module{
		Name:    name,
		Open:    func(in *lua.Interp) *lua.Table { return get().Open(in) },
		Restore: func(in *lua.Interp, args []lua.Value) (lua.Value, error) { return get().Restore(in, args) },
	}
}

// require gives a module: one that is loaded, a built-in one, or a file of the module directories.
func (s *script) require(c *lua.Call) {
	name := lua.CheckText(c, 1, "require")
	m, native := s.modules[name]
	if name == "io" && !native {
		c.RaiseBare("module 'io' disabled")
	}
	loaded := s.interp.Loaded()
	if v := loaded.Get(name); !v.IsNil() {
		c.Push(v)
		return
	}
	if s.loading[name] {
		c.Raise(fmt.Sprintf("loop or previous error loading module '%s'", name))
	}
	path, source := s.findModule(c, name)
	if path == "" {
		c.Push(s.openModule(m))
		return
	}
	chunk, err := s.interp.Load(path, source)
	if err != nil {
		c.Raise(fmt.Sprintf("error loading module '%s' from file '%s':\n\t%s", name, path, err))
	}
	s.loading[name] = true
	result := make([]lua.Value, 1)
	c.Invoke(chunk, result, lua.String(name))
	delete(s.loading, name)
	v := result[0]
	if v.IsNil() {
		if v = loaded.Get(name); v.IsNil() { // module() may have stored it
			v = lua.Bool(true)
		}
	}
	s.seal(v)
	loaded.Set(name, v)
	c.Push(v)
}

// openModule makes a built-in module, also as a global.
func (s *script) openModule(m lua.Module) lua.Value {
	v := m.Open(s.interp).Value()
	s.seal(v)
	s.interp.Loaded().Set(m.Name, v)
	s.interp.SetGlobal(m.Name, v)
	return v
}

// seal gives a module's table a metatable, by which preservation knows code from data.
func (s *script) seal(v lua.Value) {
	if t, ok := v.AsTable(); ok && !t.HasMetatable() {
		t.SetMetatable(s.interp.NewTable(0, 0))
	}
}

// findModule looks where hekad did: the standard libraries, the files of the module directories, what hekad
// had as libraries in C; and last among what ships here, for configurations that still name the directories
// of an installation that is gone. The path is "" for a module written in Go.
func (s *script) findModule(c *lua.Call, name string) (path string, source []byte) {
	if !moduleName(name) {
		c.RaiseBare(fmt.Sprintf("invalid module name '%s'", name))
	}
	_, native := s.modules[name]
	if native && standard[name] {
		return "", nil
	}
	file := strings.ReplaceAll(name, ".", "/")
	directories := strings.Split(s.moduleDirectory, ";")
	for _, dir := range directories {
		if path, source = s.readModule(c, name, inDirectory(dir, file+".lua")); path != "" {
			return path, source
		}
	}
	switch {
	case native:
		return "", nil
	case name == "extra_fields" && len(s.tags) > 0:
		return "[collector.tags]", extraFields(s.tags)
	case s.shipped != "":
		if path, source = s.readModule(c, name, inDirectory(s.shipped, file+".lua")); path != "" {
			return path, source
		}
	}
	c.Raise(fmt.Sprintf("module '%s' not found:%s", name, tried(directories, name, file)))
	return "", nil
}

// standard are the libraries of Lua, which no file stands in for.
var standard = map[string]bool{"string": true, "table": true, "math": true, "os": true, "io": true}

// fileCost is what it takes to look for a file, in instructions.
const fileCost = 200

// readModule reads a file; the path comes back "" when there is none.
func (s *script) readModule(c *lua.Call, name, path string) (string, []byte) {
	c.Spend(fileCost)
	source, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ENAMETOOLONG) {
		return "", nil
	}
	if err != nil {
		c.Raise(fmt.Sprintf("error loading module '%s' from file '%s':\n\tcannot open %s: %s", name, path, path, fileError(err)))
	}
	return path, source
}

func inDirectory(dir, file string) string {
	if dir == "" {
		return file
	}
	return strings.TrimSuffix(dir, "/") + "/" + file
}

// tried lists the files that a module was looked for in, as C Lua does.
func tried(directories []string, name, file string) (list string) {
	files := []string{file + ".lua", file + ".so"}
	if root, _, dotted := strings.Cut(name, "."); dotted {
		files = append(files, root+".so")
	}
	for _, f := range files {
		for _, dir := range directories {
			list += "\n\tno file '" + inDirectory(dir, f) + "'"
		}
	}
	return list
}

// extraFields is the module in which scripts look for the site's tags, as a file of that name would hold
// them in a rendered configuration.
func extraFields(tags []plugin.Tag) []byte {
	source := []byte("return { tags = {\n")
	for _, t := range tags {
		source = append(source, "  ["...)
		source = append(appendQuoted(source, t.Name), "] = "...)
		source = append(appendQuoted(source, t.Value), ",\n"...)
	}
	return append(source, "} }\n"...)
}

// appendQuoted appends a text as a literal of Lua.
func appendQuoted(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for i := range len(text) {
		if b := text[i]; b < ' ' || b == '"' || b == '\\' || b >= 0x7f {
			dst = fmt.Appendf(dst, "\\%03d", b)
		} else {
			dst = append(dst, b)
		}
	}
	return append(dst, '"')
}

func moduleName(name string) bool {
	for i := 0; i < len(name); i++ {
		b := name[i]
		if !(b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z' || b == '_' || b == '.') {
			return false
		}
	}
	// One that begins with a dot would be looked for from the root where an entry of module_directory is empty.
	return name != "" && name[0] != '.' && !strings.Contains(name, "..")
}
