// Package structs is the struct module of scripts: values to binary records and back, by a format.
package structs

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
)

const (
	intSize   = 4
	mostInt   = 32 // bytes of an i or I
	mostAlign = 8  // of the machine: that of "!" without a number
)

// errOption says that a letter is none of the format's; it is an error of the format argument.
type errOption byte

func (e errOption) Error() string { return fmt.Sprintf("invalid format option '%c'", byte(e)) }

// reader goes through a format's options.
type reader struct {
	text  string // up to a NUL
	at    int
	big   bool
	align int
}

func newReader(format string) *reader {
	for i := range len(format) {
		if format[i] == 0 {
			format = format[:i]
			break
		}
	}
	return &reader{text: format, align: 1}
}

// next gives the next option that stands for data and its size in bytes, 0 for s and c0; letter is 0
// at the end.
func (r *reader) next() (letter byte, size int, err error) {
	for r.at < len(r.text) {
		letter = r.text[r.at]
		r.at++
		switch letter {
		case 'b', 'B', 'x':
			return letter, 1, nil
		case 'h', 'H':
			return letter, 2, nil
		case 'f':
			return letter, 4, nil
		case 'l', 'L', 'T', 'd':
			return letter, 8, nil
		case 's':
			return letter, 0, nil
		case 'c':
			size, err = r.number(1)
			return letter, size, err
		case 'i', 'I':
			if size, err = r.number(intSize); err == nil && size > mostInt {
				err = fmt.Errorf("integral size %d is larger than limit of %d", size, mostInt)
			}
			return letter, size, err
		}
		if err = r.control(letter); err != nil {
			return 0, 0, err
		}
	}
	return 0, 0, nil
}

// control carries out an option that changes what follows.
func (r *reader) control(letter byte) error {
	switch letter {
	case ' ':
	case '>', '<':
		r.big = letter == '>'
	case '!':
		n, err := r.number(mostAlign)
		if err != nil {
			return err
		}
		if bits.OnesCount(uint(n)) != 1 {
			return fmt.Errorf("alignment %d is not a power of 2", n)
		}
		r.align = n
	default:
		return errOption(letter)
	}
	return nil
}

func (r *reader) number(missing int) (n int, err error) {
	start := r.at
	for r.at < len(r.text) && r.text[r.at] >= '0' && r.text[r.at] <= '9' {
		if n = n*10 + int(r.text[r.at]-'0'); n > math.MaxInt32 {
			return 0, errors.New("integral size overflow")
		}
		r.at++
	}
	if r.at == start {
		return missing, nil
	}
	return n, nil
}

// padding is how many bytes an option of that size needs before it at an offset.
func (r *reader) padding(offset int, letter byte, size int) int {
	if size == 0 || letter == 'c' {
		return 0
	}
	size = min(size, r.align)
	return (size - offset&(size-1)) & (size - 1)
}
