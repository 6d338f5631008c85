// Package timeparse reads the timestamps of logs: ISO 8601 with and without a zone, the year-less
// stamps of syslog, and the forms of MySQL, Erlang and asctime. All results are nanoseconds since
// 1970. Nothing here allocates.
package timeparse

import (
	"fmt"
	"time"
)

// Zone turns wall-clock readings into instants. It remembers the reading before, so each ordered
// stream of lines has a Zone of its own; it is not safe for use by several goroutines.
type Zone struct {
	loc *time.Location

	// The hour read last by DateTime, as it was written, and its start as if it were UTC, in seconds.
	written [13]byte
	civil   int64

	// Offset of the zone in an hour (hours since 1970 of the wall clock) in which it does not change.
	hour   int64
	offset int64
	steady bool

	last int64 // the instant before, in seconds; 0 for none
}

// NewZone finds an IANA zone; "" is the machine's zone. The error names what is unknown.
func NewZone(name string) (*Zone, error) {
	if name == "" {
		return InZone(time.Local), nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("unknown time zone %s; use an IANA name such as %q or %q", name, "Europe/Paris", "UTC")
	}
	return InZone(loc), nil
}

// InZone is a Zone of a location.
func InZone(loc *time.Location) *Zone {
	return &Zone{loc: loc, written: [13]byte([]byte("1970-01-01 00"))}
}

// slack is how far back a line may lie behind the one before without being taken for a line after
// the clock was set back: processes that share a log do not write in strict order.
const slack = 60

// instant turns a reading, given in seconds as if it were UTC, into seconds since 1970. A reading
// that occurs twice (the clock was set back) is the one that follows the line before; one that
// never occurs (set forward) is taken as if the clock had not been changed.
func (z *Zone) instant(civil int64) int64 {
	hour := floorDiv(civil, 3600)
	if hour != z.hour || !z.steady {
		z.learn(hour)
	}
	sec := civil - z.offset
	if !z.steady {
		sec = z.resolve(civil)
	}
	z.last = sec
	return sec
}

// learn finds out whether one offset is valid for a whole hour of the wall clock.
func (z *Zone) learn(hour int64) {
	first, _, ok := z.offsets(hour * 3600)
	last, _, ok2 := z.offsets(hour*3600 + 3599)
	z.hour, z.offset, z.steady = hour, first, ok && ok2 && first == last
}

// offsets gives the two offsets that a reading may have, the earlier instant's first; sure tells
// that the first is the only one.
func (z *Zone) offsets(civil int64) (before, after int64, sure bool) {
	const day = 86400
	before, after = z.offsetAt(civil-day), z.offsetAt(civil+day)
	if before == after {
		return before, after, true
	}
	validBefore := z.offsetAt(civil-before) == before
	validAfter := z.offsetAt(civil-after) == after
	switch {
	case validBefore && validAfter:
		return before, after, false
	case validAfter:
		return after, after, true
	case validBefore:
		return before, before, true
	}
	return before, before, false // never occurs
}

func (z *Zone) resolve(civil int64) int64 {
	before, after, _ := z.offsets(civil)
	first, second := civil-before, civil-after
	if z.last == 0 || first >= z.last-slack || second < z.last-slack {
		return first
	}
	return second
}

func (z *Zone) offsetAt(sec int64) int64 {
	_, off := time.Unix(sec, 0).In(z.loc).Zone()
	return int64(off)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
