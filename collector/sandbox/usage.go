package sandbox

import (
	"time"

	"lma_collector/collector/plugin"
)

// usage is what a script has used, added to the numbers of its section. Decoders and encoders have the
// section's name as label, since they share the numbers of the input or output that they work for.
type usage struct {
	calls, time, average, instructions, maxInstructions *plugin.Number
	memory, maxMemory, maxOutput                        *plugin.Number
	injected, failures, deaths                          *plugin.Number

	held       int           // bytes of memory that this script has in the sum
	unmeasured int64         // calls since the last one that was timed
	measured   int64         // calls that were timed
	spent      time.Duration // in them
	looked     time.Time     // at the memory
}

func newUsage(m *plugin.Metrics, label string, set *settings) usage {
	if m == nil {
		m = &plugin.Metrics{}
	}
	m.Gauge("lua_instruction_limit", label, "most Lua instructions that one call may take, 0 for any").Set(int64(set.instructionLimit))
	m.Gauge("lua_memory_limit_bytes", label, "most bytes that the script may hold, 0 for any").Set(int64(set.memoryLimit))
	return usage{
		calls:           m.Counter("lua_calls", label, "calls of process_message and timer_event"),
		time:            m.Counter("lua_time_ns", label, "nanoseconds in the script, by a sample of the calls"),
		average:         m.Gauge("lua_average_ns", label, "nanoseconds of one call on average, by a sample"),
		instructions:    m.Counter("lua_instructions", label, "Lua instructions"),
		maxInstructions: m.Gauge("lua_max_instructions", label, "most Lua instructions of one call that ended well"),
		memory:          m.Gauge("lua_memory_bytes", label, "bytes that the script holds, as C Lua counts them"),
		maxMemory:       m.Gauge("lua_max_memory_bytes", label, "most bytes that the script was seen to hold"),
		maxOutput:       m.Gauge("lua_max_output_bytes", label, "largest payload or message that the script made"),
		injected:        m.Counter("lua_injected", label, "messages that the script injected"),
		failures:        m.Counter("lua_failures", label, "calls that returned a negative status"),
		deaths:          m.Counter("lua_deaths", label, "times that the script was ended by an error or a limit"),
	}
}

// sampleEvery is how many calls go by for each that is timed: reading the clock costs more than a small
// call. It is a prime, so as not to fall in step with what comes in.
const sampleEvery = 13

// begin counts a call; start is the zero time for one that is not timed.
func (u *usage) begin(always bool) (start time.Time) {
	u.calls.Add(1)
	u.unmeasured++
	if always || u.measured == 0 || u.unmeasured >= sampleEvery {
		return time.Now()
	}
	return time.Time{}
}

// end takes the time of a call that began at start.
func (u *usage) end(start time.Time) {
	if start.IsZero() {
		return
	}
	took := time.Since(start)
	u.time.Add(int64(took) * u.unmeasured) // it stands for those before it
	u.measured++
	u.unmeasured = 0
	u.spent += took
	u.average.Set(int64(u.spent) / u.measured)
}

// count notes the instructions of a call that succeeded.
func (u *usage) count(instructions int) {
	u.instructions.Add(int64(instructions))
	raise(u.maxInstructions, instructions)
}

// lookInterval is how often the memory of a script is looked at that has no timer.
const lookInterval = 10 * time.Second

// late tells that a call which was timed should be followed by a look at the memory.
func (u *usage) late(start time.Time) bool {
	return !start.IsZero() && start.Sub(u.looked) >= lookInterval
}

// hold notes how much memory the script holds.
func (u *usage) hold(memory int) {
	u.looked = time.Now()
	u.memory.Add(int64(memory - u.held))
	u.held = memory
	raise(u.maxMemory, memory)
}

func (u *usage) output(bytes int) { raise(u.maxOutput, bytes) }

func raise(n *plugin.Number, v int) {
	if int64(v) > n.Value() {
		n.Set(int64(v))
	}
}
