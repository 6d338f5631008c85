// Package cjson is the cjson module of scripts: JSON to Lua and back, as lua-cjson 2.1 with the
// defaults that hekad's sandbox has (null is dropped, encode is bounded by output_limit).
package cjson

import (
	"fmt"
	"math"
	"slices"

	"lma_collector/collector/sandbox/lua"
)

// maxDepth is the default limit of nesting.
const maxDepth = 1000

// Nesting is bounded by C Lua's stack, too, whatever the limit is: it has so many slots for a call, and an
// array and an object take so many of them.
const (
	stackSlots  = 7999
	arraySlots  = 1
	objectSlots = 2
)

// codec holds one script's settings.
type codec struct {
	outputLimit int // bytes of a text that encode makes, 0: none

	encodeDepth, decodeDepth int
	precision                int
	encodeInvalid            string // "off", "on" or "null": NaN and infinities are errors, words or null
	decodeInvalid            bool
	decodeNull               bool
	sparseConvert            bool
	sparseRatio, sparseSafe  int
	null                     lua.Value

	encoder encoder
	scratch []byte             // memory that decode uses again
	names   *[nameSlots]string // short strings that were decoded lately, by their hash
}

// null is the payload of cjson.null.
type null struct{}

// Module gives the module for a script with that output_limit.
func Module(outputLimit int) lua.Module {
	return lua.Module{Name: "cjson", Open: func(in *lua.Interp) *lua.Table {
		k := &codec{
			outputLimit: outputLimit, encodeDepth: maxDepth, decodeDepth: maxDepth, precision: 14,
			encodeInvalid: "off", decodeInvalid: true, sparseRatio: 2, sparseSafe: 10,
		}
		return k.open(in)
	}}
}

func (k *codec) open(in *lua.Interp) *lua.Table {
	e := &k.encoder
	e.codec, e.eachIndex, e.eachMember = k, e.index, e.member
	t := in.NewTable(0, 16)
	k.null = in.NewObject(&lua.Class{Name: "null"}, null{})
	t.Set("null", k.null)
	t.Set("_NAME", lua.String("cjson"))
	t.Set("_VERSION", lua.String("2.1.0"))
	in.SetFunctions(t, map[string]lua.Function{
		"encode": k.encode, "decode": k.decode,
		"encode_max_depth":        intSetting("encode_max_depth", &k.encodeDepth, math.MaxInt32),
		"decode_max_depth":        intSetting("decode_max_depth", &k.decodeDepth, math.MaxInt32),
		"encode_number_precision": intSetting("encode_number_precision", &k.precision, 17),
		"decode_invalid_numbers":  boolSetting("decode_invalid_numbers", &k.decodeInvalid),
		"decode_null":             boolSetting("decode_null", &k.decodeNull),
		"encode_invalid_numbers":  k.setEncodeInvalid,
		"encode_sparse_array":     k.setSparse,
	})
	return t
}

// intSetting is a function that sets a number from 1 and returns it.
func intSetting(name string, setting *int, most int) lua.Function {
	return func(c *lua.Call) {
		atMost(c, name, 1)
		setInt(c, name, 1, setting, 1, most)
		c.PushNumber(float64(*setting))
	}
}

func setInt(c *lua.Call, name string, i int, setting *int, least, most int) {
	if c.Arg(i).IsNil() {
		return
	}
	n := lua.CheckInt(c, i, name)
	if n < least || n > most {
		lua.BadArgument(c, 1, name, fmt.Sprintf("expected integer between %d and %d", least, most)) // always #1, as in C
	}
	*setting = n
}

// boolSetting is a function that switches something on or off and returns how it is.
func boolSetting(name string, setting *bool) lua.Function {
	return func(c *lua.Call) {
		atMost(c, name, 1)
		setBool(c, name, setting)
		c.PushBool(*setting)
	}
}

func setBool(c *lua.Call, name string, setting *bool) {
	switch c.Kind(1) {
	case lua.KindNone, lua.KindNil:
	case lua.KindBool:
		*setting = c.Truth(1)
	default:
		*setting = option(c, name, "off", "on") == "on"
	}
}

// option is the first argument, which must be one of several words.
func option(c *lua.Call, name string, words ...string) string {
	text := lua.CheckText(c, 1, name)
	if !slices.Contains(words, text) {
		lua.BadArgument(c, 1, name, "invalid option '"+text+"'")
	}
	return text
}

func atMost(c *lua.Call, name string, n int) {
	if c.Len() > n {
		lua.BadArgument(c, n+1, name, "found too many arguments")
	}
}

func (k *codec) setEncodeInvalid(c *lua.Call) {
	const name = "encode_invalid_numbers"
	atMost(c, name, 1)
	switch kind := c.Kind(1); {
	case kind <= lua.KindNil:
	case kind == lua.KindBool && c.Truth(1):
		k.encodeInvalid = "on"
	case kind == lua.KindBool:
		k.encodeInvalid = "off"
	default:
		k.encodeInvalid = option(c, name, "off", "on", "null")
	}
	if k.encodeInvalid == "null" {
		c.PushText("null")
		return
	}
	c.PushBool(k.encodeInvalid == "on")
}

func (k *codec) setSparse(c *lua.Call) {
	const name = "encode_sparse_array"
	atMost(c, name, 3)
	setBool(c, name, &k.sparseConvert)
	setInt(c, name, 2, &k.sparseRatio, 0, math.MaxInt32)
	setInt(c, name, 3, &k.sparseSafe, 0, math.MaxInt32)
	c.PushBool(k.sparseConvert)
	c.PushNumber(float64(k.sparseRatio))
	c.PushNumber(float64(k.sparseSafe))
}
