// Package engine runs the Lua of AFDFilter and GSEFilter: a sandbox that is given definitions.
package engine

import (
	"time"

	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// Options are the options of a filter that say where its engine is.
type Options struct {
	// Default the one of the filter's type: the engine; a relative path lies under share_dir.
	Filename string `toml:"filename"`
	// Default <share_dir>/lua_modules: where the engine's modules are.
	ModuleDirectory string `toml:"module_directory"`

	// Clock tells the time that the engine sees; nil for the real one.
	Clock func() time.Time `toml:"-"`
}

// filter is an engine in its sandbox, and which messages it wants.
type filter struct {
	*sandbox.Filter
	matcher string
}

var (
	_ plugin.Matching = (*filter)(nil)
	_ plugin.Starter  = (*filter)(nil)
	_ plugin.Closer   = (*filter)(nil)
)

// New starts an engine with its configuration. It takes what matcher wants and may report statuses
// messages at each tick. Its instructions and memory are not limited: its work grows with the
// definitions, not with what it is sent.
func New(env *plugin.Env, o Options, config map[string]any, matcher string, statuses int) (plugin.Filter, error) {
	kind, ok := plugin.Lookup("SandboxFilter")
	if !ok {
		panic("BUG: SandboxFilter is not registered")
	}
	box := kind.NewConfig().(*sandbox.FilterConfig)
	box.Filename, box.ModuleDirectory, box.Clock = o.Filename, o.ModuleDirectory, o.Clock
	box.InstructionLimit, box.MemoryLimit = 0, 0
	box.Config = config
	inner := *env
	inner.MaxTimerInject = max(env.MaxTimerInject, statuses)
	sandboxed, err := box.NewFilter(&inner)
	if err != nil {
		return nil, err
	}
	return &filter{Filter: sandboxed.(*sandbox.Filter), matcher: matcher}, nil
}

// MessageMatcher is what the definitions need.
func (f *filter) MessageMatcher() string { return f.matcher }
