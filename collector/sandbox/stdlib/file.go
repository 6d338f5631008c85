package stdlib

import (
	"fmt"
	"io"

	"lma_collector/collector/sandbox/lua"
)

// fileClass is the userdata of open and closed files.
var fileClass = lua.Class{
	Name: "FILE*",
	Methods: map[string]lua.Function{
		"close":   func(c *lua.Call) { checkFile(c, "close").close(c) },
		"flush":   func(c *lua.Call) { pushDone(c, "", checkFile(c, "flush").stream.sync()) },
		"lines":   func(c *lua.Call) { pushLines(c, checkFile(c, "lines"), false) },
		"read":    func(c *lua.Call) { read(c, checkFile(c, "read").stream, 2, "read") },
		"seek":    fileSeek,
		"setvbuf": fileSetvbuf,
		"write":   func(c *lua.Call) { write(c, checkFile(c, "write").stream, 2, "write") },
	},
	Meta: map[string]lua.Function{"__tostring": fileToString},
}

// anyFile is the first argument, which is a file; checkFile wants an open one.
func anyFile(c *lua.Call, function string) *file {
	f, ok := c.Object(1).(*file)
	if !ok {
		lua.BadArgument(c, 1, function, "FILE* expected, got "+c.Kind(1).String())
	}
	return f
}

func checkFile(c *lua.Call, function string) *file {
	f := anyFile(c, function)
	if f.stream.closed {
		c.Raise("attempt to use a closed file")
	}
	return f
}

func (f *file) close(c *lua.Call) {
	if f.stream.own {
		c.PushNil()
		c.PushText("cannot close standard file")
		return
	}
	delete(f.files.opened, f.stream)
	pushDone(c, "", f.stream.close())
}

func fileToString(c *lua.Call) {
	f := anyFile(c, "tostring")
	if f.stream.closed {
		c.PushText("file (closed)")
		return
	}
	c.PushText(fmt.Sprintf("file (%p)", f.stream))
}

func fileSeek(c *lua.Call) {
	s := checkFile(c, "seek").stream
	whence := checkOption(c, 2, "seek", "cur", "set", "cur", "end")
	offset := optInteger(c, 3, "seek", 0)
	at, err := s.seek(int64(offset), [...]int{io.SeekStart, io.SeekCurrent, io.SeekEnd}[whence])
	if err != nil {
		pushFailure(c, "", err)
		return
	}
	c.PushNumber(float64(at))
}

func fileSetvbuf(c *lua.Call) {
	s := checkFile(c, "setvbuf").stream
	mode := checkOption(c, 2, "setvbuf", "", "no", "full", "line")
	optInteger(c, 3, "setvbuf", 0) // the size is ours
	s.mode = [...]buffering{bufferNone, bufferFull, bufferLine}[mode]
	pushDone(c, "", s.flush())
}

// write writes the arguments from first on.
func write(c *lua.Call, s *stream, first int, function string) {
	for i := first; i <= c.Len(); i++ {
		text := lua.CheckText(c, i, function)
		spendBytes(c, len(text))
		if err := s.write(text); err != nil {
			pushFailure(c, "", err)
			return
		}
	}
	c.PushBool(true)
}
