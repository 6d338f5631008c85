package lua

import (
	"errors"
	"fmt"
)

var errClosed = errors.New("the interpreter is closed")

// Class is a type of userdata: its name in error texts and its methods, which get the object as
// their first argument. Meta are metamethods, as "__add". Methods, where there are some, are found by name: they become
// "__index".
type Class struct {
	Name    string
	Methods map[string]Function
	Meta    map[string]Function
}

// Sized is an object that holds memory of its own: bytes, as the script's memory_limit counts them.
type Sized interface {
	Size() int
}

// Referrer is an object that keeps values of the script.
type Referrer interface {
	Refer(yield func(Value))
}

// Outputter is an object that can stand in add_to_payload, inject_payload and message fields.
type Outputter interface {
	AppendOutput(dst []byte) []byte
}

// Preserver is an object that survives a restart: AppendPreserved appends the Lua that makes it
// again under a variable, `_G["x"]` for example.
type Preserver interface {
	AppendPreserved(dst []byte, variable string) []byte
}

// Repeater is a Preserver whose text names the variable more than a few times: so often.
type Repeater interface {
	Repeats() int
}

// Restorer is an object whose methods the reader of preserved data may call.
type Restorer interface {
	// RestoreCall calls a method by name, as fromstring.
	RestoreCall(method string, args []Value) error
}

// Module is what `require` gives for a name that is built in.
type Module struct {
	Name string
	// Open makes the module's table.
	Open func(in *Interp) *Table
	// Restore makes an object for the reader of preserved data, from the arguments of the module's
	// `new`; nil where there are none.
	Restore func(in *Interp, args []Value) (Value, error)
}

// BadArgument raises the standard error of a wrong argument. As in C Lua the function is called what
// its caller calls it, and a method's object does not count as an argument; a function without a name
// is called '?'.
func BadArgument(c *Call, i int, function, reason string) {
	how, name := c.th.ci.callName()
	switch {
	case how == "method":
		if i--; i == 0 {
			c.Raise(fmt.Sprintf("calling '%s' on bad self (%s)", name, reason))
		}
	case how == "":
		if name = "?"; c.th.ci.prev == &c.th.first { // the host called it
			name = function
		}
	}
	c.Raise(fmt.Sprintf("bad argument #%d to '%s' (%s)", i, name, reason))
}

// BadType is BadArgument for an argument of the wrong kind.
func BadType(c *Call, i int, function, expected string) {
	BadArgument(c, i, function, expected+" expected, got "+c.Kind(i).String())
}

// CheckText, CheckNumber, CheckInt and CheckTable give an argument or raise the standard error.
func CheckText(c *Call, i int, function string) string {
	s, ok := c.Text(i)
	if !ok {
		BadType(c, i, function, "string")
	}
	return s
}

// CheckNumber gives an argument that is a number or a numeric string.
func CheckNumber(c *Call, i int, function string) float64 {
	f, ok := c.Number(i)
	if !ok {
		BadType(c, i, function, "number")
	}
	return f
}

// CheckInt truncates toward zero and clips to the range of int64, as NaN to 0.
func CheckInt(c *Call, i int, function string) int {
	return Truncate(CheckNumber(c, i, function))
}

// CheckTable gives an argument that is a table.
func CheckTable(c *Call, i int, function string) *Table {
	t := c.Table(i)
	if t == nil {
		BadType(c, i, function, "table")
	}
	return t
}
