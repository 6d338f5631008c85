package gopher

import (
	"strings"
	"testing"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

func TestCompactKeepsWhatFunctionsAre(t *testing.T) {
	chunk, err := parse.Parse(strings.NewReader("local a = 1; function f(x) local function g() return a + x end; return g() .. 's' end; return f(2)"), "chunk")
	if err != nil {
		t.Fatal(err)
	}
	proto, err := glua.Compile(chunk, "chunk")
	if err != nil {
		t.Fatal(err)
	}
	text := proto.String()
	compact(proto)
	if got := proto.String(); got != text {
		t.Errorf("compacted\n%s\nwas\n%s", got, text)
	}
	var reserved func(p *glua.FunctionProto) int
	reserved = func(p *glua.FunctionProto) (n int) {
		n = cap(p.Code) - len(p.Code) + cap(p.DbgSourcePositions) - len(p.DbgSourcePositions) + cap(p.DbgCalls) - len(p.DbgCalls)
		for _, inner := range p.FunctionPrototypes {
			n += reserved(inner)
		}
		return n
	}
	if n := reserved(proto); n > 0 {
		t.Errorf("%d elements are still reserved", n)
	}
	L := glua.NewState()
	defer L.Close()
	L.Push(L.NewFunctionFromProto(proto))
	L.Call(0, 1)
	if got := L.Get(-1).String(); got != "3s" {
		t.Errorf("gives %q", got)
	}
}
