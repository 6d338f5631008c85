package gopher

import (
	"hash/maphash"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

const (
	internSlots   = 512 // a power of two
	internLongest = 64  // bytes
)

// intern keeps the values of strings that were used lately: names and headers repeat from message
// to message, and making a Lua string costs two allocations.
type intern struct {
	slots []glua.LValue
}

var seed = maphash.MakeSeed()

// text makes a Lua string; with clone its memory may be used again by others.
func (in *intern) text(s string, clone bool) glua.LValue {
	if in == nil || len(s) > internLongest {
		if clone {
			s = strings.Clone(s)
		}
		return glua.LString(s)
	}
	if in.slots == nil {
		in.slots = make([]glua.LValue, internSlots)
	}
	slot := &in.slots[maphash.String(seed, s)&(internSlots-1)]
	if known, ok := (*slot).(glua.LString); ok && string(known) == s {
		return *slot
	}
	if clone {
		s = strings.Clone(s)
	}
	*slot = glua.LString(s)
	return *slot
}
