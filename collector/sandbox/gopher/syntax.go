package gopher

import (
	"bytes"
	"errors"
	"fmt"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"

	"lma_collector/collector/sandbox/lua"
)

// syntaxError gives the compiler's error the form of Lua's: file:line: what is wrong.
func syntaxError(err error, name string, source []byte) *lua.Error {
	text := err.Error()
	var p *parse.Error
	var c *glua.CompileError
	switch {
	case errors.As(err, &p) && p.Pos.Line == parse.EOF:
		text = fmt.Sprintf("%s:%d: %s near '<eof>'", name, bytes.Count(source, []byte("\n"))+1, p.Message)
	case errors.As(err, &p):
		text = fmt.Sprintf("%s:%d: %s near '%s'", name, p.Pos.Line, p.Message, p.Token)
	case errors.As(err, &c):
		text = fmt.Sprintf("%s:%d: %s", name, max(c.Line, 1), c.Message)
	}
	return &lua.Error{Text: text, Value: lua.String(text)}
}
