// Package cjson is the cjson module of scripts: JSON to Lua and back, as lua-cjson 2.1 with the
// defaults that hekad's sandbox has (null is dropped, encode is bounded by output_limit).
package cjson

import (
	"fmt"

	"lma_collector/collector/sandbox/lua"
)

// maxDepth is the default limit of nesting.
const maxDepth = 1000

// codec holds one script's settings.
type codec struct {
	outputLimit int // bytes of a text that encode makes, 0: none

	encodeDepth, decodeDepth int
	precision                int
	encodeInvalid            string // "error", "literal" or "null": what NaN and infinities become
	decodeInvalid            bool
	decodeNull               bool
	sparseConvert            bool
	sparseRatio, sparseSafe  int
	null                     lua.Value

	out     []byte
	in      lua.Interp
	text    string
	at      int
	depth   int
	scratch []byte
}

// null is the payload of cjson.null.
type null struct{}

// Module gives the module for a script with that output_limit.
func Module(outputLimit int) lua.Module {
	return lua.Module{Name: "cjson", Open: func(in lua.Interp) lua.Table {
		k := &codec{
			in: in, outputLimit: outputLimit, encodeDepth: maxDepth, decodeDepth: maxDepth, precision: 14,
			encodeInvalid: "error", decodeInvalid: true, sparseRatio: 2, sparseSafe: 10,
		}
		return k.open()
	}}
}

func (k *codec) open() lua.Table {
	t := k.in.NewTable(0, 16)
	k.null = k.in.NewObject(&lua.Class{Name: "null"}, null{})
	t.Set("null", k.null)
	t.Set("_NAME", lua.String("cjson"))
	t.Set("_VERSION", lua.String("2.1.0"))
	for name, f := range map[string]lua.Function{
		"encode": k.encode, "decode": k.decode,
		"encode_max_depth":        func(c lua.Call) { intSetting(c, &k.encodeDepth, 1, 1<<31-1) },
		"decode_max_depth":        func(c lua.Call) { intSetting(c, &k.decodeDepth, 1, 1<<31-1) },
		"encode_number_precision": func(c lua.Call) { intSetting(c, &k.precision, 1, 17) },
		"decode_invalid_numbers":  func(c lua.Call) { boolSetting(c, &k.decodeInvalid) },
		"decode_null":             func(c lua.Call) { boolSetting(c, &k.decodeNull) },
		"encode_invalid_numbers":  k.setEncodeInvalid,
		"encode_sparse_array":     k.setSparse,
	} {
		t.Set(name, k.in.NewFunction(name, f))
	}
	return t
}

func intSetting(c lua.Call, setting *int, least, most int) {
	atMost(c, 1)
	if !c.Arg(1).IsNil() {
		setInt(c, 1, setting, least, most)
	}
	c.PushNumber(float64(*setting))
}

func setInt(c lua.Call, i int, setting *int, least, most int) {
	n, ok := c.Number(i)
	if !ok || n < float64(least) || n > float64(most) {
		lua.BadArgument(c, i, "?", fmt.Sprintf("expected integer between %d and %d", least, most))
	}
	*setting = int(n)
}

func boolSetting(c lua.Call, setting *bool) {
	atMost(c, 1)
	if !c.Arg(1).IsNil() {
		*setting = c.Truth(1)
	}
	c.PushBool(*setting)
}

func atMost(c lua.Call, n int) {
	if c.Len() > n {
		lua.BadArgument(c, n+1, "?", "found too many arguments")
	}
}

func (k *codec) setEncodeInvalid(c lua.Call) {
	atMost(c, 1)
	switch v := c.Arg(1); {
	case v.Text() == "null":
		k.encodeInvalid = "null"
	case v.Kind() == lua.KindBool && v.Truth():
		k.encodeInvalid = "literal"
	case v.Kind() == lua.KindBool:
		k.encodeInvalid = "error"
	case !v.IsNil():
		lua.BadArgument(c, 1, "?", "invalid option '"+v.Text()+"'")
	}
	if k.encodeInvalid == "null" {
		c.PushText("null")
		return
	}
	c.PushBool(k.encodeInvalid == "literal")
}

func (k *codec) setSparse(c lua.Call) {
	atMost(c, 3)
	if !c.Arg(2).IsNil() {
		setInt(c, 2, &k.sparseRatio, 0, 1<<31-1)
	}
	if !c.Arg(3).IsNil() {
		setInt(c, 3, &k.sparseSafe, 0, 1<<31-1)
	}
	if !c.Arg(1).IsNil() {
		k.sparseConvert = c.Truth(1)
	}
	c.PushBool(k.sparseConvert)
	c.PushNumber(float64(k.sparseRatio))
	c.PushNumber(float64(k.sparseSafe))
}
