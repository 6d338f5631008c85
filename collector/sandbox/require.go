package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/afdwindow"
	"lma_collector/collector/sandbox/modules/bloomfilter"
	"lma_collector/collector/sandbox/modules/circularbuffer"
	"lma_collector/collector/sandbox/modules/cjson"
	"lma_collector/collector/sandbox/modules/cuckoofilter"
	"lma_collector/collector/sandbox/modules/hyperloglog"
	"lma_collector/collector/sandbox/modules/sax"
	"lma_collector/collector/sandbox/modules/structs"
)

// nativeModules are the modules written in Go.
func (s *script) nativeModules() []lua.Module {
	current := func() *message.Message { return s.msg }
	return []lua.Module{
		cjson.Module(s.outputLimit), circularbuffer.Module(), afdwindow.Module(current),
		bloomfilter.Module(), cuckoofilter.Module(), hyperloglog.Module(), sax.Module(), structs.Module(),
	}
}

// require gives a module: one that is loaded, a built-in one, or a file of the module directories.
func (s *script) require(c lua.Call) {
	name := lua.CheckText(c, 1, "require")
	if name == "io" {
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
	if m, ok := s.modules[name]; ok {
		c.Push(s.openModule(m))
		return
	}
	path, source := s.findModule(c, name)
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

func (s *script) findModule(c lua.Call, name string) (path string, source []byte) {
	if !moduleName(name) {
		c.RaiseBare(fmt.Sprintf("invalid module name '%s'", name))
	}
	file := strings.ReplaceAll(name, ".", "/")
	root, _, _ := strings.Cut(name, ".")
	lines, shared := "", ""
	for _, dir := range strings.Split(s.moduleDirectory, ";") {
		if dir != "" {
			dir = strings.TrimSuffix(dir, "/") + "/"
		}
		source, err := os.ReadFile(dir + file + ".lua")
		if err == nil {
			return dir + file + ".lua", source
		}
		if !errors.Is(err, fs.ErrNotExist) {
			c.Raise(fmt.Sprintf("error loading module '%s' from file '%s':\n\t%s", name, dir+file+".lua", bareError(err)))
		}
		lines += "\n\tno file '" + dir + file + ".lua'"
		shared += "\n\tno file '" + dir + file + ".so'"
		if root != name {
			shared += "\n\tno file '" + dir + root + ".so'"
		}
	}
	if name == "extra_fields" && len(s.tags) > 0 {
		return "[collector.tags]", extraFields(s.tags)
	}
	c.Raise(fmt.Sprintf("module '%s' not found:%s%s", name, lines, shared))
	return "", nil
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
	return name != "" && !strings.Contains(name, "..")
}
