package plugin

import (
	"errors"
	"fmt"
)

// OptionError is a bad value of an option. `check` shows it with the option's file and line.
type OptionError struct {
	Option string // its key, dotted for one in a sub-table
	Reason string // what is wrong and what would be right
}

func (e *OptionError) Error() string { return fmt.Sprintf("%s: %s", e.Option, e.Reason) }

// BadOption makes an OptionError.
func BadOption(option, format string, args ...any) error {
	return &OptionError{Option: option, Reason: fmt.Sprintf(format, args...)}
}

// Why Env.Inject refuses a draft, in the words of hekad.
var (
	ErrLoops      = errors.New("exceeded MaxMsgLoops")
	ErrOwnMessage = errors.New("creates a circular reference (matches this plugin's message_matcher)")
)

type fatalError struct{ error }

func (e fatalError) Unwrap() error { return e.error }

// Fatal marks an error after which the plugin cannot go on and must be started anew.
func Fatal(err error) error { return fatalError{err} }

// IsFatal tells whether an error was marked by Fatal.
func IsFatal(err error) bool {
	var f fatalError
	return errors.As(err, &f)
}
