package plugin

import (
	"fmt"
	"sort"
)

// Kind is the kind of a plugin: the suffix of its type's name.
type Kind string

// The kinds of plugins, in the order in which they are built.
const (
	KindDecoder  Kind = "Decoder"
	KindEncoder  Kind = "Encoder"
	KindSplitter Kind = "Splitter"
	KindInput    Kind = "Input"
	KindFilter   Kind = "Filter"
	KindOutput   Kind = "Output"
)

// Kinds lists all kinds in build order.
var Kinds = []Kind{KindDecoder, KindEncoder, KindSplitter, KindInput, KindFilter, KindOutput}

// A configuration of each kind. It comes from the registered function with the defaults set, has a
// section's options decoded into it, and then makes plugins. It must not open anything. Option
// mistakes are OptionErrors, joined (errors.Join) where there are several.
type (
	InputConfig    interface{ NewInput(*Env) (Input, error) }
	SplitterConfig interface{ NewSplitter(*Env) (Splitter, error) }
	DecoderConfig  interface{ NewDecoder(*Env) (Decoder, error) }
	FilterConfig   interface{ NewFilter(*Env) (Filter, error) }
	EncoderConfig  interface{ NewEncoder(*Env) (Encoder, error) }
	OutputConfig   interface{ NewOutput(*Env) (Output, error) }
)

// Type is a registered plugin type.
type Type struct {
	Name      string
	Kind      Kind
	NewConfig func() any // of the kind's configuration interface, defaults set
}

var types = map[string]*Type{}

// RegisterInput and its likes add a plugin type. They are called from init and panic on a name taken twice.
func RegisterInput(name string, c func() InputConfig) {
	register(name, KindInput, func() any { return c() })
}

func RegisterSplitter(name string, c func() SplitterConfig) {
	register(name, KindSplitter, func() any { return c() })
}

func RegisterDecoder(name string, c func() DecoderConfig) {
	register(name, KindDecoder, func() any { return c() })
}

func RegisterFilter(name string, c func() FilterConfig) {
	register(name, KindFilter, func() any { return c() })
}

func RegisterEncoder(name string, c func() EncoderConfig) {
	register(name, KindEncoder, func() any { return c() })
}

func RegisterOutput(name string, c func() OutputConfig) {
	register(name, KindOutput, func() any { return c() })
}

func register(name string, kind Kind, newConfig func() any) {
	if _, taken := types[name]; taken {
		panic(fmt.Sprintf("BUG: plugin type %s registered twice", name))
	}
	types[name] = &Type{Name: name, Kind: kind, NewConfig: newConfig}
}

// Lookup finds a registered type.
func Lookup(name string) (*Type, bool) {
	t, ok := types[name]
	return t, ok
}

// TypeNames lists the registered types in alphabetical order.
func TypeNames() []string {
	names := make([]string, 0, len(types))
	for n := range types {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
