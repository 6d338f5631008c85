package lua

// Interp runs Lua code. One goroutine at a time uses it; only Interrupt may come from any.
// It starts with the base library alone and loads nothing by itself.
type Interp interface {
	// Load compiles a chunk. name is what error texts call it, usually the path of the file. The
	// error's text is Lua's.
	Load(name string, source []byte) (Value, error)
	// Call calls a function and stores its first results; missing ones are nil. The error is an
	// *Error. Calls may nest through native functions.
	Call(fn Value, results []Value, args ...Value) error

	Global(name string) Value
	SetGlobal(name string, v Value)
	// Globals is the table of globals.
	Globals() Table
	// Loaded is the table of loaded modules, by name.
	Loaded() Table

	// NewTable makes a table with room for n array elements and m other keys.
	NewTable(n, m int) Table
	// NewFunction makes a Lua function of a native one.
	NewFunction(name string, f Function) Value
	// NewObject makes userdata of a class.
	NewObject(class *Class, object any) Value
	// Library gives a library that the interpreter brings itself, as a new table; false when it has
	// none of that name.
	Library(name string) (Table, bool)
	// SetStringMethods makes t the methods of strings: ("x"):upper().
	SetStringMethods(t Table)

	// SetBudget allows the calls that follow n instructions, 0 for any number.
	SetBudget(n int)
	// Used is the number of instructions since SetBudget.
	Used() int
	// SetMemoryLimit ends a call that would hold more than that many bytes, as C Lua counts them; 0 for
	// no limit. Like the end by the budget no script can catch it.
	SetMemoryLimit(bytes int)
	// MemoryUsed is about what the script holds, in bytes as C Lua counts them: what lived when it was
	// looked at last, and what it took since. CollectMemory looks at it.
	MemoryUsed() int
	CollectMemory() int
	// Interrupt ends the running call, and every later one, with err's text; no script can catch it.
	// Any goroutine may call it.
	Interrupt(err error)
	// Close gives the interpreter's memory back. It must not run.
	Close()
}

// Function is a native function. It reads its arguments, then pushes its results.
type Function func(c Call)

// Call is one call of a native function. It is valid until the function returns. Arguments are
// numbered from 1 and must be read before the first result is pushed.
type Call interface {
	Interp() Interp

	// Len is the number of arguments.
	Len() int
	// Kind is the kind of an argument, KindNone beyond the last.
	Kind(i int) Kind
	// Arg is an argument, of KindNone beyond the last.
	Arg(i int) Value
	// Number and Text are an argument with Lua's coercions between numbers and strings.
	Number(i int) (float64, bool)
	Text(i int) (string, bool)
	// Truth is how an argument counts in a condition.
	Truth(i int) bool
	// Table is an argument that is a table, else nil.
	Table(i int) Table
	// Object is the payload of an argument that is userdata, else nil.
	Object(i int) any

	Push(v Value)
	PushNil()
	PushBool(b bool)
	PushNumber(f float64)
	// PushText pushes a string that nobody will change.
	PushText(s string)
	// PushView pushes a copy of a string whose memory may be used again.
	PushView(s string)

	// Invoke calls a Lua function. An error in it is this call's error, too: it does not return.
	Invoke(fn Value, results []Value, args ...Value)
	// InvokeAll is Invoke for all results, which it appends to dst.
	InvokeAll(dst []Value, fn Value, args ...Value) []Value
	// Spend charges the script with that many instructions for work that a native function does.
	// It does not return when they are used up.
	Spend(instructions int)
	// Need raises "not enough memory" unless that many bytes more are allowed. A function calls it
	// before it allocates what its arguments ask for; strings, tables and userdata that it makes
	// afterwards are counted by themselves.
	Need(bytes int)
	// Raise ends the call with an error that says where the script called it. It does not return.
	Raise(text string)
	// RaiseBare is Raise without the position.
	RaiseBare(text string)
}

// Table is a Lua table. Its methods know no metamethods.
type Table interface {
	Value() Value
	Get(key string) Value
	Index(i int) Value
	Lookup(key Value) Value
	Set(key string, v Value)
	SetIndex(i int, v Value)
	// Put sets any key that is neither nil nor NaN.
	Put(key, v Value)
	// Len is the border that # gives.
	Len() int
	// Each calls yield for each pair until it returns false. The table must not get new keys meanwhile.
	Each(yield func(key, v Value) bool)
	HasMetatable() bool
	SetMetatable(meta Table)
}

// Userdata is what the reference of a userdata value implements.
type Userdata interface {
	Object() any
}

// Error is a script's error.
type Error struct {
	// Text is the error value if it was a string or number, else "(null)" as C prints it.
	Text string
	// Value is the error value itself.
	Value Value
	// Exhausted says that the budget of instructions ended the call.
	Exhausted bool
	// Trace is where it happened, function by function.
	Trace string
}

func (e *Error) Error() string { return e.Text }

// Metatabled is what the reference of a table or userdata implements.
type Metatabled interface {
	// Metafield is a field of the metatable, nil where there is none.
	Metafield(name string) Value
}
