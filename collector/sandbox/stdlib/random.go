package stdlib

import (
	"math"

	"lma_collector/collector/sandbox/lua"
)

// random is math.random's generator: the additive feedback x[n] = x[n-3] + x[n-31] of the GNU C
// library, so that a script gets C Lua's numbers. Without a seed they are those of the seed 1, as in C: what a
// script does can be done again.
type random struct {
	state []uint32 // the last 31 values, a ring
	at    int
}

const (
	randomMax  = math.MaxInt32
	feedback   = 31
	tap        = 3
	randomSkip = 310 // values that are thrown away after seeding
)

func (r *random) seed(seed uint32) {
	if seed == 0 {
		seed = 1
	}
	r.state, r.at = make([]uint32, feedback), tap
	word := int64(int32(seed))
	for i := range r.state {
		r.state[i] = uint32(word)
		if word = word * 16807 % randomMax; word < 0 {
			word += randomMax
		}
	}
	for range randomSkip {
		r.next()
	}
}

// next is a number from 0 to randomMax.
func (r *random) next() uint32 {
	from := r.at - tap
	if from < 0 {
		from += feedback
	}
	r.state[r.at] += r.state[from]
	value := r.state[r.at] >> 1
	r.at = (r.at + 1) % feedback
	return value
}

func (r *random) randomSeed(c *lua.Call) {
	r.seed(uint32(checkInt(c, 1, "randomseed")))
	c.Spend(randomSkip / 32)
}

func (r *random) random(c *lua.Call) {
	if r.state == nil {
		r.seed(1)
	}
	f := float64(r.next()%randomMax) / randomMax
	low, high := 1, 0
	switch c.Len() {
	case 0:
		c.PushNumber(f)
		return
	case 1:
		if high = checkInt(c, 1, "random"); high < 1 {
			lua.BadArgument(c, 1, "random", "interval is empty")
		}
	case 2:
		if low, high = checkInt(c, 1, "random"), checkInt(c, 2, "random"); low > high {
			lua.BadArgument(c, 2, "random", "interval is empty")
		}
	default:
		c.Raise("wrong number of arguments")
	}
	c.PushNumber(math.Floor(f*float64(high-low+1)) + float64(low))
}
