package cli

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// settled is how long after the start what that needed (the parsed configuration, compiled scripts,
	// the instances that were built to be checked) is given back: two thirds of the heap.
	settled = 5 * time.Second
	// idlePeriod is how often memory is given back while there is little to do.
	idlePeriod = 15 * time.Second
	// idleBytes is how much an idle collector allocates at most in that time, or as much as is alive: it
	// looks at files and reads the machine's metrics and its own. A busy one would only take it again.
	idleBytes = 8 << 20
	// How much the heap may grow between two collections, in percent: what is alive is little against
	// what scripts allocate under load, and to collect half as often takes a seventh off their cost.
	idleGrowth, busyGrowth = 100, 200
	// startGrowth is for the start: what is made to stay then lies closer together.
	startGrowth = 50
)

// keepSmall gives unused memory back to the system, once after the start and then while there is
// little to do, until the returned function is called. It takes about 5 ms each time.
func keepSmall() (stop func()) {
	grow(idleGrowth)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		timer := time.NewTimer(settled)
		defer timer.Stop()
		last := uint64(0)
		for first := true; ; first = false {
			select {
			case <-done:
				return
			case <-timer.C:
			}
			if now := allocated(); first || now-last < max(idleBytes, read("/gc/heap/live:bytes")) {
				growth := idleGrowth
				if first {
					growth = busyGrowth // it has yet to show what it does
				}
				grow(growth)
				giveBack()
				last = allocated()
			} else {
				grow(busyGrowth)
				last = now
			}
			timer.Reset(idlePeriod)
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// grow sets how much the heap may grow, unless the environment says it.
func grow(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// giveBack returns unused memory; pools let go of theirs at the second collection.
func giveBack() {
	runtime.GC()
	debug.FreeOSMemory()
}

// allocated is how many bytes have ever been allocated.
func allocated() uint64 { return read("/gc/heap/allocs:bytes") }

// read is a number of the runtime's.
func read(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
