package afdwindow

import "lma_collector/collector/sandbox/lua"

// Set is the windows of all series that a rule watches; rules may share one. held are the script's values of
// the windows, whose memory they are.
type Set struct {
	windows []*Window
	held    []lua.Value
}

// heldWindow is what a window takes in a list, in bytes.
const heldWindow = 24

// Size is the memory of the lists in bytes, Refer gives the windows.
func (s *Set) Size() int                   { return 64 + heldWindow*len(s.windows) }
func (s *Set) Refer(yield func(lua.Value)) { each(s.held, yield) }

func each(values []lua.Value, yield func(lua.Value)) {
	for _, v := range values {
		yield(v)
	}
}

// work is what looking at all windows takes, in rows.
func (s *Set) work() (rows int) {
	for _, w := range s.windows {
		rows += w.work()
	}
	return rows
}

// work is what a test takes, in rows: the rate of change looks at them several times.
func (w *Window) work() int {
	if w.function == roc {
		return 16 + 4*len(w.rows)
	}
	return 16 + len(w.rows)
}

// Check is what a rule asks of each window of a set. held is the script's value of the set.
type Check struct {
	set       *Set
	operator  string
	threshold float64
	held      lua.Value
}

// Size is the check's memory in bytes, Refer gives the set.
func (c *Check) Size() int                   { return 64 + len(c.operator) }
func (c *Check) Refer(yield func(lua.Value)) { yield(c.held) }

// result is what a window's test finds, and the value, -1 where there is none.
func (w *Window) result(ns int64, operator string, threshold float64) (code int, value float64) {
	if !w.fed {
		return never, -1
	}
	value, anomaly, ok := w.Read(ns, threshold)
	switch {
	case !ok || value != value:
		return missing, -1
	case w.function == roc && anomaly, w.function != roc && compare(value, operator, threshold):
		return match, value
	}
	return noMatch, value
}

// quiet tells whether there are windows and none of them matches or lacks data.
func (c *Check) quiet(ns int64) bool {
	some := false
	for _, w := range c.set.windows {
		switch code, _ := w.result(ns, c.operator, c.threshold); code {
		case noMatch:
			some = true
		case match, missing:
			return false
		}
	}
	return some
}

// compare never matches by an operator that it does not know.
func compare(v float64, operator string, threshold float64) bool {
	switch operator {
	case "==", "eq":
		return v == threshold
	case "!=", "ne":
		return v != threshold
	case ">=", "gte":
		return v >= threshold
	case ">", "gt":
		return v > threshold
	case "<=", "lte":
		return v <= threshold
	case "<", "lt":
		return v < threshold
	}
	return false
}
