package afdwindow

import "math"

// Read gives the function's value at a time; ok is false when no point of the window counts. For roc
// the value is -1 and anomaly tells whether the threshold is exceeded.
func (w *Window) Read(now int64, threshold float64) (value float64, anomaly, ok bool) {
	if !w.fed || !possible(now) || now-w.newest > w.span {
		return 0, false, false
	}
	switch w.function {
	case roc:
		return -1, w.changes(now, threshold), true
	case last, diff:
		value, ok = w.ends(now)
		return value, false, ok
	}
	value, ok = w.whole()
	return value, false, ok
}

// ends looks at the rows from now back over the span.
func (w *Window) ends(now int64) (float64, bool) {
	var newest, oldest float64
	found := false
	for t, end := floor(now), floor(now-w.span); t >= end; t -= Row {
		if t > w.current || t < w.oldest() {
			continue
		}
		r := w.at(t)
		if r.n == 0 {
			continue
		}
		if !found {
			newest, found = r.a, true
			if w.function == last {
				break
			}
		}
		oldest = r.a
	}
	if w.function == last {
		return newest, found
	}
	return newest - oldest, found
}

// whole combines all rows.
func (w *Window) whole() (float64, bool) {
	all := row{}
	for i := range w.rows {
		r := &w.rows[i]
		switch {
		case r.n == 0:
			continue
		case w.function == least && all.n > 0:
			all.a = math.Min(all.a, r.a)
		case w.function == most && all.n > 0:
			all.a = math.Max(all.a, r.a)
		default:
			all.a += r.a
		}
		all.b += r.b
		all.n += r.n
	}
	if all.n == 0 {
		return 0, false
	}
	switch w.function {
	case avg:
		return all.a / all.n, true
	case variance:
		return spread(all), true
	case sd:
		return math.Sqrt(spread(all)), true
	}
	return all.a, true
}

// spread is the population variance of what a row sums up.
func spread(r row) float64 {
	mean := r.a / r.n
	return math.Max(r.b/r.n-mean*mean, 0)
}

// changes is the rate-of-change test: the means of the last two windows differ by more than threshold
// standard deviations of what was before them. The row of now is not complete and left out.
func (w *Window) changes(now int64, threshold float64) bool {
	w.advance(floor(now))
	width := int64(w.recent) * Row
	current, _ := w.meanAndDeviation(w.current-width, w.current-Row)
	previous, _ := w.meanAndDeviation(w.current-2*width, w.current-width-Row)
	_, deviation := w.meanAndDeviation(w.oldest(), w.current-2*width-Row)
	return math.Abs(current-previous) > deviation*threshold // false where one of them is NaN
}

// meanAndDeviation are over the rows from one time to another, both included; NaN without any.
func (w *Window) meanAndDeviation(from, to int64) (mean, deviation float64) {
	n, sum := 0.0, 0.0
	for t := from; t <= to; t += Row {
		if r := w.at(t); r.n > 0 {
			n++
			sum += r.a
		}
	}
	mean = sum / n
	squares := 0.0
	for t := from; t <= to; t += Row {
		if r := w.at(t); r.n > 0 {
			squares += (r.a - mean) * (r.a - mean)
		}
	}
	return mean, math.Sqrt(squares / n)
}
