// Package sax is the sax module of scripts: symbolic aggregate approximation, by which a series of
// numbers becomes a short word of letters that can be compared with others.
package sax

import (
	"math"
	"strconv"
)

// mostBands is the largest cardinality.
const mostBands = 16

// flat is the standard deviation below which a series is constant, and by how much a value may lie
// below a breakpoint.
const flat = 0.01

// breaks are the breakpoints of each cardinality: what cuts a normal distribution into bands that
// are equally likely, with three decimals as in the tables of the literature. exact has all decimals.
var breaks, exact = func() (cut, all [mostBands + 1][]float64) {
	for bands := 2; bands <= mostBands; bands++ {
		for i := 1; i < bands; i++ {
			z := math.Sqrt2 * math.Erfinv(2*float64(i)/float64(bands)-1)
			all[bands] = append(all[bands], z)
			cut[bands] = append(cut[bands], math.Trunc(z*1000)/1000)
		}
	}
	return cut, all
}()

// word is a series of bands, from 0 for the lowest; one of as many as the cardinality stands for a
// frame without any number.
type word struct {
	values int // of the series, 0 if that is not known
	bands  int // the cardinality
	frames []byte
}

// band is that of the mean of a frame in standard deviations.
func band(mean float64, bands int) byte {
	if mean != mean {
		return byte(bands)
	}
	n := byte(0)
	for _, b := range breaks[bands] {
		if mean > b-flat {
			n++
		}
	}
	return n
}

// encode makes the frames of a word from a series, whose length they divide.
func encode(frames []byte, series []float64, bands int) {
	mean, deviation := moments(series)
	n := len(series) / len(frames)
	for i := range frames {
		sum, numbers := 0.0, 0
		for _, v := range series[i*n : (i+1)*n] {
			if v == v {
				sum += v
				numbers++
			}
		}
		switch {
		case numbers == 0:
			sum = math.NaN()
		case math.IsInf(sum, 0):
		case deviation < flat:
			sum *= 0
		default:
			sum = (sum/float64(numbers) - mean) / deviation
		}
		frames[i] = band(sum, bands)
	}
}

// moments are the mean and the standard deviation of the finite numbers of a series.
func moments(series []float64) (mean, deviation float64) {
	n := 0.0
	for _, v := range series {
		if v-v == 0 {
			n++
			mean += (v - mean) / n
		}
	}
	if n == 0 {
		return 0, 0
	}
	squares := 0.0
	for _, v := range series {
		if v-v == 0 {
			squares += (v - mean) * (v - mean)
		}
	}
	return mean, math.Sqrt(squares / n)
}

// parse makes a word of its letters; false when they are not those of the cardinality.
func parse(text string, bands int) (*word, bool) {
	if bands < 2 || bands > mostBands || text == "" {
		return nil, false
	}
	w := &word{bands: bands, frames: []byte(text)}
	for i, letter := range w.frames {
		switch {
		case letter == '#':
			w.frames[i] = byte(bands)
		case letter >= 'A' && letter < 'A'+byte(bands):
			w.frames[i] = letter - 'A'
		default:
			return nil, false
		}
	}
	return w, true
}

func (w *word) appendText(dst []byte) []byte {
	for _, band := range w.frames {
		if int(band) == w.bands {
			dst = append(dst, '#')
		} else {
			dst = append(dst, 'A'+band)
		}
	}
	return dst
}

func (w *word) equal(other *word) bool {
	return w.bands == other.bands && string(w.frames) == string(other.frames)
}

// gap is the distance of two bands with three decimals, 0 if they are the same or neighbours. It is
// positive where a is the upper one. A frame without numbers is as far away as can be.
func gap(a, b, bands int) float64 {
	switch {
	case a == b:
		return 0
	case a == bands:
		return -gap(b, a, bands)
	case b == bands:
		if b = bands - 1; a >= bands-1-a {
			b = 0
		}
	}
	if a < b {
		return -gap(b, a, bands)
	}
	if a-b < 2 {
		return 0
	}
	return math.Round((exact[bands][a-1]-exact[bands][b])*1000) / 1000
}

// distance is the least distance of the series of two words: all, and what of it lies above and below
// the second. ok is false for words that cannot be compared.
func distance(a, b *word) (all, above, below float64, ok bool) {
	if a.bands != b.bands || len(a.frames) != len(b.frames) || a.values != b.values && a.values != 0 && b.values != 0 {
		return 0, 0, 0, false
	}
	for i := range a.frames {
		d := gap(int(a.frames[i]), int(b.frames[i]), a.bands)
		if d > 0 {
			above += d * d
		} else {
			below += d * d
		}
	}
	values := max(a.values, b.values)
	if values == 0 {
		values = len(a.frames)
	}
	scale := math.Sqrt(float64(values) / float64(len(a.frames)))
	return scale * math.Sqrt(above+below), scale * math.Sqrt(above), scale * math.Sqrt(below), true
}

// Size is the word's memory in bytes.
func (w *word) Size() int { return 48 + len(w.frames) }

// AppendOutput appends the word's letters.
func (w *word) AppendOutput(dst []byte) []byte { return w.appendText(dst) }

// AppendPreserved appends the Lua that makes the word again under a variable.
func (w *word) AppendPreserved(dst []byte, variable string) []byte {
	dst = append(append(dst, variable...), ` = sax.word.new("`...)
	dst = append(w.appendText(dst), `", `...)
	return append(strconv.AppendInt(dst, int64(w.bands), 10), ")\n"...)
}
