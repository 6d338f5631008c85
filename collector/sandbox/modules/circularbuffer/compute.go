package circularbuffer

import (
	"cmp"
	"iter"
	"math"
	"slices"
)

// compute applies a function to a column's rows from one time to another, both included; active is
// the number of rows that hold a value. ok is false where a time lies outside the buffer.
func (b *Buffer) compute(function string, col int, from, to int64) (result float64, active int, ok bool) {
	if from < b.oldest() || from > b.current || to < b.oldest() || to > b.current {
		return 0, 0, false
	}
	s := statistics{min: math.NaN(), max: math.NaN()}
	for _, v := range b.column(col, from, to) {
		s.add(v)
	}
	switch function {
	case "sum":
		result = s.sum
	case "min":
		result = s.min
	case "max":
		result = s.max
	case "avg":
		result = s.sum / float64(s.n)
	default:
		if result = b.variance(col, from, to, s); function == "sd" {
			result = math.Sqrt(result)
		}
	}
	return result, s.n, true
}

type statistics struct {
	n             int
	sum, min, max float64
}

func (s *statistics) add(v float64) {
	if v != v {
		return
	}
	s.n++
	s.sum += v
	if !(v >= s.min) {
		s.min = v
	}
	if !(v <= s.max) {
		s.max = v
	}
}

// variance is that of the population: the squared differences divided by n.
func (b *Buffer) variance(col int, from, to int64, s statistics) float64 {
	mean, squares := s.sum/float64(s.n), 0.0
	for _, v := range b.column(col, from, to) {
		if v == v {
			squares += (v - mean) * (v - mean)
		}
	}
	return squares / float64(s.n)
}

// column goes through a column's rows from one time in the buffer to another, both included.
func (b *Buffer) column(col int, from, to int64) iter.Seq2[int, float64] {
	return func(yield func(int, float64) bool) {
		at := b.row(from)*b.columns + col
		for i := range int((to-from)/b.step) + 1 {
			if !yield(i, b.cells[at]) {
				return
			}
			if at += b.columns; at >= len(b.cells) {
				at -= len(b.cells)
			}
		}
	}
}

// ranked is a value of one of two samples.
type ranked struct {
	v     float64
	first bool
}

// sample appends a column's rows as values of the first sample or the second.
func (b *Buffer) sample(dst []ranked, first bool, col int, from, to int64) []ranked {
	for _, v := range b.column(col, from, to) {
		dst = append(dst, ranked{v, first})
	}
	return dst
}

// mannWhitney is the rank sum test of two samples: U of the first and the one-sided probability.
// Empty cells rank lowest and tie with each other. ok is false when all values are the same.
func mannWhitney(all []ranked, continuity bool) (u, p float64, ok bool) {
	count := 0
	for _, r := range all {
		if r.first {
			count++
		}
	}
	n, n1 := float64(len(all)), float64(count)
	n2 := n - n1
	ranks, ties := rankSum(all)
	tie := 1 - ties/(n*n*n-n)
	if tie == 0 {
		return 0, 0, false
	}
	u = ranks - n1*(n1+1)/2
	largest := math.Max(u, n1*n2-u)
	sd := math.Sqrt(tie * n1 * n2 * (n + 1) / 12)
	correction := 0.0
	if continuity {
		correction = 0.5
	}
	z := math.Abs((largest - correction - n1*n2/2) / sd)
	return u, 0.5 * math.Erfc(z/math.Sqrt2), true
}

// rankSum sorts all values. It gives the sum of the first sample's ranks, and the sum of k³-k over
// groups of k equal ones.
func rankSum(all []ranked) (ranks, ties float64) {
	slices.SortFunc(all, func(a, b ranked) int { return cmp.Compare(a.v, b.v) }) // NaN is the least
	same := func(a, b float64) bool { return a == b || a != a && b != b }
	for i := 0; i < len(all); {
		end := i + 1
		for end < len(all) && same(all[i].v, all[end].v) {
			end++
		}
		k := float64(end - i)
		ties += k*k*k - k
		for _, r := range all[i:end] {
			if r.first {
				ranks += float64(i+1+end) / 2
			}
		}
		i = end
	}
	return ranks, ties
}
