// Package sandbox runs Lua plugins: SandboxInput, SandboxDecoder, SandboxFilter, SandboxEncoder and
// SandboxOutput with the script API of hekad 0.10. Scripts see nothing but the message, their
// configuration and the modules (those of inputs and outputs also files and processes); each runs in an
// interpreter of its own, under limits, and one that fails is started anew.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/stdlib"
)

// maxError is the longest last error in bytes.
const maxError = 255

// errStopped is what a script is interrupted with when its plugin stops.
var errStopped = errors.New("shutting down")

// host is what a plugin kind does with what its script injects. Their errors lack the function's name.
type host interface {
	// injectMessage takes what the script made in s.made; it may swap it for another draft.
	injectMessage(s *script) error
	injectPayload(s *script, payload []byte, typ, name string) error
}

// settings are what a script is made of.
type settings struct {
	kind             plugin.Kind
	path             string // of the script, as error texts show it
	moduleDirectory  string // `;`-separated
	shipped          string // directory of the modules that ship, where require looks last
	config           map[string]any
	instructionLimit int // for each call, 0: none
	memoryLimit      int // bytes, 0: none
	outputLimit      int // bytes, 0: none
	clock            func() time.Time
	metrics          *plugin.Metrics
	label            string       // of the metrics
	tags             []plugin.Tag // of the site, for scripts that ask for them
}

// script is a running Lua script. One goroutine uses it; only interrupt may come from any.
type script struct {
	settings
	host      host
	interp    *lua.Interp
	modules   map[string]lua.Module
	libraries *stdlib.Libraries
	loading   map[string]bool // modules whose file has begun to run
	unwatch   func() bool     // ends the watch of the context

	// The current message: a message, or a draft where it may be changed.
	msg     *message.Message
	draft   *message.Draft
	copied  message.Draft // the copy that an encoder's write_message works on
	cursor  int           // of read_next_field
	cursors []int

	payload []byte // of add_to_payload
	made    message.Draft
	given   headers // that the script gave made, even if empty
	encoded string  // what made was read from, "" for one made of a table
	makeErr string
	size    int // bytes of made in hekad's encoding
	values  []message.Value

	results     [2]lua.Value
	status      int // of the last process_message
	lastError   string
	hint        string // advice on the error that ended the script
	field       string // that is being made, for the advice
	terminated  bool
	interrupted atomic.Bool
	called      bool   // process_message or timer_event, since the start
	trace       string // where the error that ended the script happened
	unwritten   error  // of its files, when it was closed
	usage       usage
	unrestored  *unrestored // the data that it does not have; nil for none
}

// newScript reads the script, runs its top level, and leaves it ready for messages. When ctx ends the
// script is interrupted, in its top level or later.
func newScript(ctx context.Context, set settings, h host) (*script, error) {
	source, err := os.ReadFile(set.path)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s: %s", set.path, fileError(err))
	}
	if set.clock == nil {
		set.clock = time.Now
	}
	s := &script{settings: set, host: h, interp: newInterp(set.kind), loading: map[string]bool{}, usage: newUsage(set.metrics, set.label, &set)}
	s.openLibraries()
	s.unwatch = context.AfterFunc(ctx, s.interrupt)
	s.openAPI()
	s.interp.SetMemoryLimit(s.memoryLimit)
	if err := s.runTop(source); err != nil {
		s.advise(err.Error(), err)
		s.close()
		return nil, fmt.Errorf("%w%s", err, s.hint)
	}
	s.interp.SetGlobal("output", lua.Nil)
	if s.kind != plugin.KindInput && s.kind != plugin.KindOutput {
		s.interp.SetGlobal("add_to_payload", s.interp.NewFunction("add_to_payload", s.addToPayload))
	}
	s.usage.hold(s.interp.CollectMemory())
	return s, nil
}

// newInterp makes an interpreter with the base library of a kind.
func newInterp(kind plugin.Kind) *lua.Interp {
	return lua.New(lua.Options{Base: baseOf(kind)})
}

// baseOf is what of the base library a kind of plugin gets.
func baseOf(kind plugin.Kind) lua.Base {
	if kind == plugin.KindInput || kind == plugin.KindOutput {
		return lua.BaseInput
	}
	return lua.BaseFilter
}

func (s *script) runTop(source []byte) error {
	s.interp.SetBudget(s.instructionLimit)
	chunk, err := s.interp.Load(s.path, source)
	if err != nil {
		return err
	}
	err = s.interp.Call(chunk, nil)
	s.usage.count(s.interp.Used())
	return err
}

func (s *script) openLibraries() {
	s.interp.SetGlobal("package", s.interp.NewTable(0, 0).Value())
	s.modules = map[string]lua.Module{}
	for _, m := range s.nativeModules() {
		s.modules[m.Name] = m
	}
	reach := stdlib.ReachClock
	if s.kind == plugin.KindInput || s.kind == plugin.KindOutput {
		reach = stdlib.ReachFiles
	}
	s.libraries = stdlib.New(stdlib.Options{Reach: reach, Clock: s.clock})
	for _, m := range s.libraries.Modules() {
		s.modules[m.Name] = m
	}
	s.seal(s.interp.Global("package"))
	s.seal(s.interp.Global("coroutine"))
	s.interp.SetGlobal("require", s.interp.NewFunction("require", s.require))
}

// openAPI registers the host's functions of the script's kind. add_to_payload follows when the top level
// has run; until then it is called output, in every kind.
func (s *script) openAPI() {
	api := map[string]lua.Function{
		"read_config": s.readConfig, "decode_message": decodeMessage, "output": s.addToPayload,
	}
	if s.kind != plugin.KindInput {
		api["read_message"], api["read_next_field"] = s.readMessage, s.readNextField
	}
	if s.kind != plugin.KindOutput {
		api["inject_message"] = s.injectMessage
	}
	if s.kind != plugin.KindInput && s.kind != plugin.KindOutput {
		api["inject_payload"] = s.injectPayload
	}
	if s.kind == plugin.KindDecoder || s.kind == plugin.KindEncoder {
		api["write_message"] = s.writeMessage
	}
	s.interp.SetFunctions(s.interp.Globals(), api)
}

// process calls process_message; status is what it returned, 1 with a last error when the script is dead.
func (s *script) process() (status int) {
	if s.terminated {
		return 1
	}
	s.cursor = -1
	start := s.usage.begin(false)
	ok := s.callEntry("process_message", s.results[:])
	s.usage.end(start)
	if !ok {
		return 1
	}
	if s.usage.late(start) {
		s.usage.hold(s.interp.CollectMemory())
	}
	if s.results[0].Kind() != lua.KindNumber {
		const reason = "process_message() must return a numeric status code"
		s.advise(reason, nil)
		return s.terminate(reason)
	}
	switch s.results[1].Kind() {
	case lua.KindNil, lua.KindNone:
		s.lastError = ""
	case lua.KindString:
		s.lastError = cut(s.results[1].Text())
	default:
		return s.terminate("process_message() must return a nil or string error message")
	}
	s.status = lua.Truncate(s.results[0].Float())
	if s.status < 0 && !(s.status == leaveOut && s.kind == plugin.KindEncoder) {
		s.usage.failures.Add(1)
	}
	return s.status
}

// tick calls timer_event with the time in ns; it tells whether the script lives.
func (s *script) tick(now time.Time) bool {
	if s.terminated {
		return false
	}
	s.msg, s.draft = nil, nil
	start := s.usage.begin(true)
	ok := s.callEntry("timer_event", nil, lua.Number(float64(now.UnixNano())))
	s.usage.end(start)
	if ok {
		s.usage.hold(s.interp.CollectMemory())
	}
	return ok
}

func (s *script) callEntry(name string, results []lua.Value, args ...lua.Value) bool {
	fn := s.interp.Global(name)
	if fn.Kind() != lua.KindFunction {
		reason := name + "() function was not found"
		s.advise(reason, nil)
		s.terminate(reason)
		return false
	}
	s.called = true
	s.interp.SetBudget(s.instructionLimit)
	if err := s.interp.Call(fn, results, args...); err != nil {
		s.failed(name+"() "+err.Error(), err)
		return false
	}
	s.usage.count(s.interp.Used())
	return true
}

// failed ends the script after an error, unless it was interrupted: its data are good then.
func (s *script) failed(reason string, err error) {
	if s.interrupted.Load() {
		s.lastError, s.status = cut(reason), 1
		return
	}
	var e *lua.Error
	if errors.As(err, &e) {
		s.trace = e.Trace
	}
	s.advise(reason, err)
	s.terminate(reason)
}

// terminate ends the script: its interpreter is closed, the reason is kept.
func (s *script) terminate(reason string) int {
	s.lastError, s.status = cut(reason), 1
	s.usage.deaths.Add(1)
	s.close()
	return 1
}

// interruptOf is the context whose end interrupts a plugin's script.
func interruptOf(env *plugin.Env) context.Context {
	if env.Interrupt != nil {
		return env.Interrupt
	}
	return context.Background()
}

// interrupt ends what the script is doing, because its plugin stops.
func (s *script) interrupt() {
	s.interrupted.Store(true)
	s.interp.Interrupt(errStopped)
	s.libraries.Interrupt()
}

func (s *script) close() {
	if !s.terminated {
		s.terminated = true
		s.unwritten = s.libraries.Close() // what the script did not close itself
		s.unwatch()
		s.interp.Close()
		s.usage.hold(0)
	}
}

// flush writes what the script has written to its files so far.
func (s *script) flush() error {
	if s.terminated {
		return s.unwritten
	}
	return s.libraries.Flush()
}

// complaint is an error of a negative status, which need not come with a text.
func (s *script) complaint() error {
	if s.lastError != "" {
		return errors.New(s.lastError)
	}
	return fmt.Errorf("process_message() returned %d", s.status)
}

func cut(text string) string {
	if len(text) > maxError {
		text = text[:maxError]
	}
	return strings.Clone(text)
}
