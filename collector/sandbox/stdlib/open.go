// Package stdlib is Lua 5.1's string, table, math, os and io libraries with C Lua's results, and says
// what of each a script gets.
package stdlib

import (
	"io"
	"time"

	"lma_collector/collector/sandbox/lua"
)

// Clock tells the time that os.time and its like give.
type Clock func() time.Time

// Reach is how much of the machine the libraries show to a script.
type Reach uint8

const (
	// ReachClock is for decoders, filters and encoders: nothing but the time, no io.
	ReachClock Reach = iota
	// ReachFiles is for inputs and outputs: files, processes and the environment, too.
	ReachFiles
	// ReachAll is for a plain interpreter: all of Lua 5.1's libraries, with C's os.date.
	ReachAll
)

// Options say what the libraries are made of. The zero value is for a decoder, filter or encoder.
type Options struct {
	Reach Reach
	Clock Clock          // nil: time.Now
	Zone  *time.Location // of os.date and os.time, nil: UTC
	// Stdin, Stdout and Stderr are what io.stdin and its like use, nil: the process's. A writer with
	// the method Flush() error is flushed by file:flush().
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Exit ends the process for os.exit; it may not return. nil: os.Exit.
	Exit func(code int)
}

// Libraries are the standard libraries of one interpreter.
type Libraries struct {
	options Options
	files   *files
}

// New makes libraries for one interpreter.
func New(o Options) *Libraries {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	l := &Libraries{options: o}
	if o.Reach >= ReachFiles {
		l.files = newFiles(o)
	}
	return l
}

// Modules are the libraries that the script may require.
func (l *Libraries) Modules() []lua.Module {
	modules := []lua.Module{
		{Name: "string", Open: openString},
		{Name: "table", Open: openTable},
		{Name: "math", Open: openMath},
		{Name: "os", Open: l.openOS},
	}
	if l.files != nil {
		modules = append(modules, lua.Module{Name: "io", Open: l.files.open})
	}
	return modules
}

// Close closes the files that the script left open, and ends the processes that it started.
func (l *Libraries) Close() error {
	if l.files == nil {
		return nil
	}
	return l.files.close()
}

// Flush writes what the script has written to files and pipes so far. The error is of the first write since
// the last Flush that failed.
func (l *Libraries) Flush() error {
	if l.files == nil {
		return nil
	}
	return l.files.flush()
}

// Interrupt ends whatever the script waits for: files, pipes, processes. What it has written may still be
// flushed for a moment. Any goroutine may call it.
func (l *Libraries) Interrupt() {
	if l.files != nil {
		l.files.waits.interrupt()
	}
}

// Modules are the standard libraries that `require` gives to a decoder, filter or encoder.
func Modules(clock Clock) []lua.Module { return New(Options{Clock: clock}).Modules() }

// library makes a table of functions.
func library(in *lua.Interp, functions map[string]lua.Function) *lua.Table {
	lib := in.NewTable(0, len(functions)+2) // and a constant or a second name
	in.SetFunctions(lib, functions)
	return lib
}
