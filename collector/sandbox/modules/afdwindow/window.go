// Package afdwindow is the afd_window module of scripts: the datapoints of a time series over an
// alarm rule's window, and what the rule's function makes of them. Points gather in rows of 5 s, of
// which every point counts.
package afdwindow

import "math"

// Row is the width of a row in ns.
const Row = int64(5e9)

// maxTime bounds times, so that differences of them are numbers: 73 years around 1970.
const maxTime = int64(1) << 61

func possible(ns int64) bool { return -maxTime < ns && ns < maxTime }

// maxRows bounds a window's memory: a day.
const maxRows = 24 * 3600 / 5

// row is what is kept of the points of 5 s: their number, and by function their sum, minimum, maximum
// or last value; for the variance the sums of differences and squared differences from the first value.
type row struct{ n, a, b float64 }

// Window is a window over one series. Times are in ns since 1970.
type Window struct {
	function function
	span     int64 // ns
	recent   int   // rows of one of roc's windows
	rows     []row
	current  int64 // start of the newest row
	newest   int64 // time of the newest point
	fed      bool
	base     float64 // first value, for the variance
}

type function uint8

const (
	avg function = iota
	diff
	last
	most
	least
	roc
	sd
	sum
	variance
)

var functions = map[string]function{
	"avg": avg, "diff": diff, "last": last, "max": most, "min": least, "roc": roc, "sd": sd, "sum": sum, "variance": variance,
}

// functionOf gives a function by its name, a long one of which is not looked at.
func functionOf(name string) (f function, ok bool) {
	if len(name) > len("variance") {
		return 0, false
	}
	f, ok = functions[name]
	return f, ok
}

// Seconds is how far back a rule looks, for a window in s and a number of periods.
func Seconds(window, periods float64) float64 { return math.Ceil(window * periods) }

// New makes an empty window; ok is false for an unknown function or a window that is not positive or
// longer than a day.
func New(name string, window, periods float64) (w *Window, ok bool) {
	f, ok := functionOf(name)
	if !ok || !(window > 0) || !(periods > 0) {
		return nil, false
	}
	rows := math.Ceil(window * periods / 5)
	w = &Window{function: f, span: int64(Seconds(window, periods)) * 1e9}
	if f == roc {
		w.recent = int(math.Ceil(window / 5))
		rows = math.Ceil(window/5) * (math.Max(periods, 2) + 2)
	}
	if rows > maxRows {
		return nil, false
	}
	w.rows = make([]row, int(math.Max(rows, 2)))
	return w, true
}

func floor(ns int64) int64 {
	r := ns % Row
	if r < 0 {
		r += Row
	}
	return ns - r
}

func (w *Window) oldest() int64 { return w.current - int64(len(w.rows)-1)*Row }

// at is the row that starts at t, which must lie in the window.
func (w *Window) at(t int64) *row {
	i := t / Row % int64(len(w.rows))
	if i < 0 {
		i += int64(len(w.rows))
	}
	return &w.rows[i]
}

// advance makes t the newest row if it is newer. It tells whether t is in the window.
func (w *Window) advance(t int64) bool {
	if !w.fed && w.current == 0 {
		w.current = t
		return true
	}
	if t <= w.current {
		return t >= w.oldest()
	}
	if (t-w.current)/Row >= int64(len(w.rows)) {
		clear(w.rows)
		w.current = t
		return true
	}
	for w.current < t {
		w.current += Row
		*w.at(w.current) = row{}
	}
	return true
}

// passed is how many rows a point at a time would empty.
func (w *Window) passed(ns int64) int {
	if t := floor(ns); possible(ns) && w.fed && t > w.current {
		return int(min((t-w.current)/Row, int64(len(w.rows))))
	}
	return 0
}

// Size is the window's memory in bytes.
func (w *Window) Size() int { return 120 + 24*len(w.rows) }

// Put takes a point in; one that is older than the window is ignored.
func (w *Window) Put(ns int64, v float64) {
	t := floor(ns)
	if !possible(ns) || !w.advance(t) {
		return
	}
	if !w.fed {
		w.fed, w.newest, w.base = true, ns, v
	}
	w.newest = max(w.newest, ns)
	w.add(w.at(t), v)
}

func (w *Window) add(r *row, v float64) {
	switch w.function {
	case avg, sum:
		r.a += v
	case least:
		if r.n == 0 || v < r.a {
			r.a = v
		}
	case most:
		if r.n == 0 || v > r.a {
			r.a = v
		}
	case sd, variance:
		d := v - w.base
		r.a += d
		r.b += d * d
	case diff, last, roc:
		r.a = v
	}
	r.n++
}
