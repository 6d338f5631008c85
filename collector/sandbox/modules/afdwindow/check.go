package afdwindow

// Set is the windows of all series that a rule watches; rules may share one.
type Set struct{ windows []*Window }

// Check is what a rule asks of each window of a set.
type Check struct {
	set       *Set
	operator  string
	threshold float64
}

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
