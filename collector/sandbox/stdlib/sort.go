package stdlib

import (
	"fmt"

	"lma_collector/collector/sandbox/lua"
)

// sorter sorts the values of a table. It goes the way of C Lua's quicksort, pivot by pivot, because
// that decides which elements an inconsistent order function sees, where it is found out, and how
// equal elements end up.
type sorter struct {
	c       *lua.Call
	values  []lua.Value // from t[0], with the one behind the last: a bad order function reaches them
	order   lua.Value   // the function, nil for <
	result  [1]lua.Value
	spent   int
	numbers bool // all values are numbers
}

func tableSort(c *lua.Call) {
	t := lua.CheckTable(c, 1, "sort")
	n := t.Len()
	s := sorter{c: c, order: lua.Nil, numbers: true}
	if c.Kind(2) > lua.KindNil {
		s.order = checkFunction(c, 2, "sort")
	}
	if n < 2 {
		return
	}
	c.Need(n * 16)
	c.Spend(n / 8)
	s.values = make([]lua.Value, n+2)
	for i := range s.values {
		s.values[i] = t.Index(i)
		s.numbers = s.numbers && (s.values[i].Kind() == lua.KindNumber || i == 0 || i == n+1)
	}
	held := !s.order.IsNil() || !s.numbers
	if held { // what compares them may take the values out of the table
		c.Hold(c.Interp().NewObject(&sorting, &s))
	}
	outside := [2]lua.Value{s.values[0], s.values[n+1]}
	s.sort(1, n)
	c.Spend(s.spent / 4)
	for i := 1; i <= n; i++ {
		t.SetIndex(i, s.values[i])
	}
	if outside != [2]lua.Value{s.values[0], s.values[n+1]} {
		t.SetIndex(0, s.values[0])
		t.SetIndex(n+1, s.values[n+1])
	}
	if held {
		c.Drop(1)
	}
}

var sorting = lua.Class{Name: "sort"}

// Size is the memory of the values' list in bytes.
func (s *sorter) Size() int { return 16 * len(s.values) }

// Refer gives the values.
func (s *sorter) Refer(yield func(lua.Value)) {
	for _, v := range s.values {
		yield(v)
	}
}

func (s *sorter) swap(i, j int) { s.values[i], s.values[j] = s.values[j], s.values[i] }

// sort sorts the values from low to high. It nests for the smaller part only.
func (s *sorter) sort(low, high int) {
	for low < high {
		if s.less(s.values[high], s.values[low]) {
			s.swap(low, high)
		}
		if high-low == 1 {
			return
		}
		middle := (low + high) / 2
		if s.less(s.values[middle], s.values[low]) {
			s.swap(middle, low)
		} else if s.less(s.values[high], s.values[middle]) {
			s.swap(middle, high)
		}
		if high-low == 2 {
			return
		}
		at := s.split(low, high, middle)
		if at-low < high-at {
			s.sort(low, at-1)
			low = at + 1
		} else {
			s.sort(at+1, high)
			high = at - 1
		}
	}
}

// split moves what is less than the middle before it and gives its new place. The first and the
// last value are in order with it already.
func (s *sorter) split(low, high, middle int) int {
	pivot := s.values[middle]
	s.swap(middle, high-1)
	i, j := low, high-1
	for {
		for i++; s.less(s.values[i], pivot); i++ {
			if i > high {
				s.c.Raise("invalid order function for sorting")
			}
		}
		for j--; s.less(pivot, s.values[j]); j-- {
			if j < low {
				s.c.Raise("invalid order function for sorting")
			}
		}
		if j < i {
			break
		}
		s.swap(i, j)
	}
	s.swap(high-1, i)
	return i
}

func (s *sorter) less(a, b lua.Value) bool {
	if !s.order.IsNil() {
		s.c.Invoke(s.order, s.result[:], a, b)
		return s.result[0].Truth()
	}
	if s.spent++; s.spent == meterSlice {
		s.spent = 0
		s.c.Spend(meterSlice / 2)
	}
	if s.numbers {
		return a.Float() < b.Float()
	}
	return less(s.c, a, b)
}

// less is a < b with metamethods.
func less(c *lua.Call, a, b lua.Value) bool {
	if a.Kind() == b.Kind() {
		switch a.Kind() {
		case lua.KindNumber:
			return a.Float() < b.Float()
		case lua.KindString:
			spendBytes(c, min(len(a.Text()), len(b.Text())))
			return a.Text() < b.Text()
		}
		first, ok := a.Ref().(lua.Metatabled)
		second, both := b.Ref().(lua.Metatabled)
		if ok && both {
			handler := first.Metafield("__lt")
			if !handler.IsNil() && handler == second.Metafield("__lt") {
				var result [1]lua.Value
				c.Invoke(handler, result[:], a, b)
				return result[0].Truth()
			}
		}
		c.RaiseBare(fmt.Sprintf("attempt to compare two %s values", typeName(a)))
	}
	c.RaiseBare(fmt.Sprintf("attempt to compare %s with %s", typeName(a), typeName(b)))
	return false
}
