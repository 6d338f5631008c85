// Package sandbox runs Lua plugins: SandboxDecoder, SandboxFilter and SandboxEncoder with the
// script API of hekad 0.10. Scripts see nothing but the message, their configuration and the
// modules; each runs in an interpreter of its own, under limits, and one that fails is started anew.
package sandbox

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox/gopher"
	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/stdlib"
)

// maxError is the longest last error in bytes.
const maxError = 255

// host is what a plugin kind does with what its script injects. Their errors lack the function's name.
type host interface {
	injectMessage(d *message.Draft) error
	injectPayload(payload []byte, typ, name string) error
}

// settings are what a script is made of.
type settings struct {
	kind             plugin.Kind
	path             string // of the script, as error texts show it
	moduleDirectory  string // `;`-separated
	config           map[string]any
	instructionLimit int // for each call, 0: none
	outputLimit      int // bytes, 0: none
	clock            func() time.Time
	metrics          *plugin.Metrics
	tags             []plugin.Tag // of the site, for scripts that ask for them
}

// script is a running Lua script. One goroutine uses it.
type script struct {
	settings
	host    host
	interp  lua.Interp
	modules map[string]lua.Module
	loading map[string]bool // modules whose file has begun to run

	// The current message: a message, or a draft where it may be changed.
	msg     *message.Message
	draft   *message.Draft
	copied  message.Draft // the copy that an encoder's write_message works on
	cursor  int           // of read_next_field
	cursors []int

	payload []byte        // of add_to_payload
	made    message.Draft // by inject_message
	makeErr string
	size    int // about the bytes of made
	values  []message.Value

	results    [2]lua.Value
	status     int // of the last process_message
	lastError  string
	terminated bool
	called     bool   // process_message or timer_event, since the start
	trace      string // where the error that ended the script happened
	maxUsed    int    // most instructions of a call that succeeded
	usage      *plugin.Number
}

// newScript reads the script, runs its top level, and leaves it ready for messages.
func newScript(set settings, h host) (*script, error) {
	source, err := os.ReadFile(set.path)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s: %w", set.path, bareError(err))
	}
	if set.clock == nil {
		set.clock = time.Now
	}
	if set.metrics == nil {
		set.metrics = &plugin.Metrics{}
	}
	s := &script{settings: set, host: h, interp: gopher.New(), loading: map[string]bool{}}
	s.usage = set.metrics.Gauge("lua_max_instructions", "", "most Lua instructions of one call")
	s.openLibraries()
	s.openAPI()
	if err := s.runTop(source); err != nil {
		s.interp.Close()
		return nil, err
	}
	s.interp.SetGlobal("output", lua.Nil)
	s.interp.SetGlobal("add_to_payload", s.interp.NewFunction("add_to_payload", s.addToPayload))
	return s, nil
}

// bareError is what went wrong with a file without its name, which the caller gives.
func bareError(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func (s *script) runTop(source []byte) error {
	s.interp.SetBudget(s.instructionLimit)
	chunk, err := s.interp.Load(s.path, source)
	if err != nil {
		return err
	}
	return s.interp.Call(chunk, nil)
}

func (s *script) openLibraries() {
	stdlib.OpenBase(s.interp)
	s.modules = map[string]lua.Module{}
	for _, m := range append(stdlib.Modules(s.clock), s.nativeModules()...) {
		s.modules[m.Name] = m
	}
	s.seal(s.interp.Global("package"))
	s.interp.SetGlobal("require", s.interp.NewFunction("require", s.require))
}

// openAPI registers the host's functions of the script's kind.
func (s *script) openAPI() {
	api := map[string]lua.Function{
		"read_config": s.readConfig, "decode_message": decodeMessage, "read_message": s.readMessage,
		"read_next_field": s.readNextField, "inject_message": s.injectMessage, "inject_payload": s.injectPayload,
		"output": s.addToPayload,
	}
	if s.kind == plugin.KindDecoder || s.kind == plugin.KindEncoder {
		api["write_message"] = s.writeMessage
	}
	for name, f := range api {
		s.interp.SetGlobal(name, s.interp.NewFunction(name, f))
	}
}

// process calls process_message; status is what it returned, 1 with a last error when the script is dead.
func (s *script) process() (status int) {
	if s.terminated {
		return 1
	}
	s.cursor = -1
	if !s.callEntry("process_message", s.results[:]) {
		return 1
	}
	if s.results[0].Kind() != lua.KindNumber {
		return s.terminate("process_message() must return a numeric status code")
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
	return s.status
}

// tick calls timer_event with the time in ns; it tells whether the script lives.
func (s *script) tick(now time.Time) bool {
	if s.terminated {
		return false
	}
	s.msg, s.draft = nil, nil
	return s.callEntry("timer_event", nil, lua.Number(float64(now.UnixNano())))
}

func (s *script) callEntry(name string, results []lua.Value, args ...lua.Value) bool {
	fn := s.interp.Global(name)
	if fn.Kind() != lua.KindFunction {
		s.terminate(name + "() function was not found")
		return false
	}
	s.called = true
	s.interp.SetBudget(s.instructionLimit)
	if err := s.interp.Call(fn, results, args...); err != nil {
		s.keepTrace(err)
		s.terminate(name + "() " + err.Error())
		return false
	}
	if used := s.interp.Used(); used > s.maxUsed {
		s.maxUsed = used
		s.usage.Set(int64(used))
	}
	return true
}

func (s *script) keepTrace(err error) {
	var e *lua.Error
	if errors.As(err, &e) {
		s.trace = e.Trace
	}
}

// terminate ends the script: its interpreter is closed, the reason is kept.
func (s *script) terminate(reason string) int {
	s.lastError, s.status = cut(reason), 1
	s.close()
	return 1
}

func (s *script) close() {
	if !s.terminated {
		s.terminated = true
		s.interp.Close()
	}
}

func cut(text string) string {
	if len(text) > maxError {
		text = text[:maxError]
	}
	return strings.Clone(text)
}
