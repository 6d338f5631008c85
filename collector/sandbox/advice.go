package sandbox

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox/lua"
)

// The texts of errors are hekad's, which scripts and those who watch them know. What an operator needs beyond
// that, the place, the limit and what to do, stands behind them in parentheses where the host tells of an error.

// reason is why the script ended, with advice.
func (s *script) reason() string { return s.lastError + s.hint }

// advise sets the advice on an error; cause is what Lua raised, nil for an error of the host.
func (s *script) advise(text string, cause error) {
	var list []string
	var e *lua.Error
	if errors.As(cause, &e) && !placed.MatchString(text) {
		if at := scriptLine(e.Trace); at != "" {
			list = append(list, "at "+at)
		}
	}
	if a := s.adviceOn(text, e); a != "" {
		list = append(list, a)
	}
	s.hint = ""
	if len(list) > 0 {
		s.hint = " (" + strings.Join(list, "; ") + ")"
	}
}

var (
	placed   = regexp.MustCompile(`:\d+: `)
	noGlobal = regexp.MustCompile(`global '(\w+)' \(a nil value\)$`)
)

// scriptLine is where in a traceback the script itself was, "" for nowhere, or when the script called error: who
// leaves the place out there wants it so.
func scriptLine(trace string) string {
	for line := range strings.Lines(trace) {
		at, function, found := strings.Cut(strings.TrimSpace(line), ": in ")
		switch {
		case function == "function 'error'":
			return ""
		case found && at != "[C]":
			return at
		}
	}
	return ""
}

func (s *script) adviceOn(text string, e *lua.Error) string {
	ends := func(with string) bool { return strings.HasSuffix(text, with) }
	switch {
	case ends("instruction_limit exceeded"):
		return fmt.Sprintf("instruction_limit is %d", s.instructionLimit)
	case ends("not enough memory"):
		return fmt.Sprintf("memory_limit is %d", s.memoryLimit)
	case ends(tooLarge) && s.outputLimit == 0:
		return fmt.Sprintf("output_limit is 0, and then memory_limit is its bound: %d", s.memoryLimit)
	case ends(tooLarge):
		return fmt.Sprintf("output_limit is %d", s.outputLimit)
	case ends(errInjectCount.Error()) && !s.called:
		return "nothing can be injected while the script is loaded"
	case ends(errInjectCount.Error()):
		return "max_process_inject and max_timer_inject of [collector] say how many messages one call may inject"
	case ends(plugin.ErrLoops.Error()):
		return "filters take each other's messages in a ring; max_message_loops of [collector] is how often"
	case ends("must return a numeric status code"):
		return "it returned " + kindOf(s.results[0]) + "; 0 says that all went well"
	case ends("function was not found"):
		return "the script defines no such global function: " + s.path
	case ends("write_message() failed"):
		return "there is no such header, or it does not take such a value"
	case ends("(null)") && e != nil:
		return "error was given " + kindOf(e.Value) + ", not a text"
	case strings.Contains(text, notEncoded) && s.field != "":
		return fmt.Sprintf("field %q", cut(s.field))
	case strings.Contains(text, "module '") && strings.Contains(text, "' not found:") && !slices.Contains(strings.Split(s.moduleDirectory, ";"), s.shipped):
		return "nor is it in " + s.shipped
	}
	if found := noGlobal.FindStringSubmatch(text); found != nil {
		return s.lacks(found[1])
	}
	return ""
}

// lacks tells why a global variable is nil that other scripts have.
func (s *script) lacks(name string) string {
	if _, ok := s.modules[name]; ok {
		return fmt.Sprintf("the script lacks: local %s = require %q", name, name)
	}
	if name == "add_to_payload" && (s.kind == plugin.KindDecoder || s.kind == plugin.KindFilter || s.kind == plugin.KindEncoder) {
		return "it is not there while the script is loaded"
	}
	if slices.Contains(elsewhere, name) {
		return fmt.Sprintf("scripts of %ss have no %s", strings.ToLower(string(s.kind)), name)
	}
	return ""
}

// elsewhere are the functions and libraries that some kinds of scripts have, or plain Lua has.
var elsewhere = []string{
	"read_message", "read_next_field", "write_message", "inject_message", "inject_payload", "add_to_payload",
	"io", "coroutine", "debug", "print", "dofile", "load", "loadfile", "loadstring",
}

func kindOf(v lua.Value) string {
	if v.IsNil() || v.Kind() == lua.KindNone {
		return "nothing"
	}
	return "a " + v.Kind().String()
}
