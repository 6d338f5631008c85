package sax

import (
	"errors"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/method"
)

const (
	windowClass = "mozsvc.sax.window"
	wordClass   = "mozsvc.sax.word"
	mostValues  = 4096
	mostFrames  = 2048
)

// Module is the sax module. Words and windows are of one class, as Lua compares a word with a window
// only if both have the very same __eq.
func Module() lua.Module {
	class := &lua.Class{Name: "sax"}
	class.Methods = map[string]lua.Function{
		"add": add, "clear": clearWindow, "get_word": of(class, getWord), "copy": of(class, copyWord),
	}
	class.Meta = map[string]lua.Function{"__eq": equal, "__tostring": text}
	return lua.Module{
		Name: "sax",
		Open: func(in *lua.Interp) *lua.Table {
			t := in.NewTable(0, 4)
			for name, f := range map[string]lua.Function{"window": of(class, createWindow), "word": of(class, createWord)} {
				sub := in.NewTable(0, 1)
				sub.Set("new", in.NewFunction("new", f))
				t.Set(name, sub.Value())
			}
			t.Set("mindist", in.NewFunction("mindist", mindist))
			t.Set("version", in.NewFunction("version", func(c *lua.Call) { c.PushText("0.4.0") }))
			return t
		},
		Restore: func(in *lua.Interp, args []lua.Value) (lua.Value, error) { return restore(in, class, args) },
	}
}

func of(class *lua.Class, f func(*lua.Call, *lua.Class)) lua.Function {
	return func(c *lua.Call) { f(c, class) }
}

// check tells what is wrong with the size of a window, "" for nothing.
func check(values, frames, bands int) string {
	switch {
	case values <= 1 || values > mostValues:
		return "n is out of range"
	case frames <= 1 || frames > mostFrames:
		return "w is out of range"
	case values%frames != 0:
		return "n must be evenly divisible by w"
	case bands < 2 || bands > mostBands:
		return "cardinality is out of range"
	}
	return ""
}

const wrongNumber = "incorrect number of args"

// arguments checks the number of a function's arguments.
func arguments(c *lua.Call, n int, function string) {
	if c.Len() != n {
		lua.BadArgument(c, 0, function, wrongNumber)
	}
}

func createWindow(c *lua.Call, class *lua.Class) {
	arguments(c, 3, "new")
	n, w, bands := lua.CheckInt(c, 1, "new"), lua.CheckInt(c, 2, "new"), lua.CheckInt(c, 3, "new")
	if reason := check(n, w, bands); reason != "" {
		lua.BadArgument(c, 1, "new", reason)
	}
	c.Need(16*n + w)
	c.Push(c.Interp().NewObject(class, newWindow(n, w, bands)))
}

// createWord makes a word of its letters or of a series.
func createWord(c *lua.Call, class *lua.Class) {
	switch c.Len() {
	case 2:
		letters, bands := lua.CheckText(c, 1, "new"), lua.CheckInt(c, 2, "new")
		c.Need(len(letters))
		c.Spend(len(letters) / 16)
		w, ok := parse(letters, bands)
		if !ok {
			lua.BadArgument(c, 1, "new", "illegal symbols for given cardinality or bad cardinality itself")
		}
		c.Push(c.Interp().NewObject(class, w))
	case 3:
		frames, bands := lua.CheckInt(c, 2, "new"), lua.CheckInt(c, 3, "new")
		t := c.Table(1)
		if t == nil {
			lua.BadArgument(c, 1, "new", "array-like table expected")
		}
		n := t.Len()
		if reason := check(n, frames, bands); reason != "" {
			lua.BadArgument(c, 2, "new", reason)
		}
		values, ok := numbers(c, t)
		if !ok {
			lua.BadArgument(c, 1, "new", notNumbers)
		}
		w := &word{values: n, bands: bands, frames: make([]byte, frames)}
		encode(w.frames, values, bands)
		c.Push(c.Interp().NewObject(class, w))
	default:
		lua.BadArgument(c, 0, "new", "incorrect number of arguments")
	}
}

const notNumbers = "expected array of numbers as input"

// numbers copies the array of numbers of a table, of which it takes the last 4096; false when it has others.
func numbers(c *lua.Call, t *lua.Table) ([]float64, bool) {
	n := t.Len()
	if n > 64 {
		c.Spend(n)
	}
	values := make([]float64, 0, min(n, mostValues))
	for i := range n {
		f, ok := t.Index(i + 1).AsNumber()
		if !ok {
			return nil, false
		}
		if i >= n-mostValues {
			values = append(values, f)
		}
	}
	return values, true
}

// self is the object of a method that has so many arguments with it.
func self[T any](c *lua.Call, n int, class, name string) T {
	if c.Len() != n {
		method.BadArgument(c, 0, name, wrongNumber)
	}
	return method.Object[T](c, class, name)
}

// add adds a number or the numbers of an array.
func add(c *lua.Call) {
	w := self[*window](c, 2, windowClass, "add")
	if f, ok := c.Number(2); ok {
		w.add(f)
	} else if t := c.Table(2); t != nil {
		values, ok := numbers(c, t)
		if !ok {
			method.BadArgument(c, 2, "add", notNumbers)
		}
		for _, v := range values {
			w.add(v)
		}
	} else {
		method.BadArgument(c, 2, "add", "number or array-like table expected")
	}
	c.PushBool(true)
}

func clearWindow(c *lua.Call) {
	w := self[*window](c, 1, windowClass, "clear")
	c.Spend(len(w.ring) / 128)
	w.clear()
}

func getWord(c *lua.Call, class *lua.Class) {
	w := self[*window](c, 1, windowClass, "get_word")
	c.Push(c.Interp().NewObject(class, current(c, w).clone()))
}

func copyWord(c *lua.Call, class *lua.Class) {
	w := self[*word](c, 1, wordClass, "copy")
	c.Need(len(w.frames))
	c.Push(c.Interp().NewObject(class, w.clone()))
}

func (w *word) clone() *word {
	return &word{values: w.values, bands: w.bands, frames: append([]byte(nil), w.frames...)}
}

// current charges for making a window's word.
func current(c *lua.Call, w *window) *word {
	if w.stale {
		c.Spend(len(w.ring) / 8)
	}
	return w.current()
}

// wordArg is a word, or a window's.
func wordArg(c *lua.Call, i int, function string) *word {
	switch o := c.Object(i).(type) {
	case *word:
		return o
	case *window:
		return current(c, o)
	}
	lua.BadArgument(c, i, function, "sax.window or sax.word expected, got "+c.Kind(i).String())
	return nil
}

func equal(c *lua.Call) {
	a, b := wordArg(c, 1, "__eq"), wordArg(c, 2, "__eq")
	c.Spend(len(a.frames) / 128)
	c.PushBool(a.equal(b))
}

func text(c *lua.Call) {
	w := wordArg(c, 1, "tostring")
	c.Need(2 * len(w.frames))
	c.Spend(len(w.frames) / 16)
	c.PushText(string(w.appendText(make([]byte, 0, len(w.frames)))))
}

func mindist(c *lua.Call) {
	arguments(c, 2, "mindist")
	a, b := wordArg(c, 1, "mindist"), wordArg(c, 2, "mindist")
	if n := len(a.frames); n > 64 {
		c.Spend(n / 4)
	}
	all, above, below, ok := distance(a, b)
	if !ok {
		c.PushNil()
		return
	}
	c.PushNumber(all)
	c.PushNumber(above)
	c.PushNumber(below)
}

// restore makes a window of three numbers, a word of its letters and the cardinality.
func restore(in *lua.Interp, class *lua.Class, args []lua.Value) (lua.Value, error) {
	switch len(args) {
	case 2:
		if w, ok := parse(args[0].Text(), lua.Truncate(args[1].Float())); ok {
			return in.NewObject(class, w), nil
		}
		return lua.Nil, errors.New("sax.word.new: illegal symbols for given cardinality or bad cardinality itself")
	case 3:
		n, w, bands := lua.Truncate(args[0].Float()), lua.Truncate(args[1].Float()), lua.Truncate(args[2].Float())
		if reason := check(n, w, bands); reason != "" {
			return lua.Nil, errors.New("sax.window.new: " + reason)
		}
		return in.NewObject(class, newWindow(n, w, bands)), nil
	}
	return lua.Nil, errors.New("sax.window.new takes three arguments, sax.word.new two")
}
