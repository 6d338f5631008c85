package nagios

import (
	"time"

	"github.com/zeebo/xxh3"
)

// memory knows what was submitted last for each service.
type memory struct {
	interval time.Duration // between submissions of an unchanged state, 0: each one
	services map[string]*submitted
}

// submitted is the last result of a service that Nagios took or refused.
type submitted struct {
	timestamp int64 // of the message, ns
	digest    uint64
	at        time.Time
	slot      int64
	refused   bool
}

// maxServices bounds the memory; a Nagios has far fewer services of one collector.
const maxServices = 20_000

func newMemory(interval time.Duration) *memory {
	return &memory{interval: interval, services: map[string]*submitted{}}
}

// need is what is to be done with a result.
type need int

const (
	submitNow need = iota
	unchanged      // Nagios knows it, and it is not time for a refresh
	outdated       // Nagios knows a newer one
)

// clockSlack is how far a clock may be ahead before its timestamps stop to be an order.
const clockSlack = time.Minute

// judge tells what to do with a result, and notes in it whether it is a change.
func (m *memory) judge(r *result, now time.Time) need {
	last := m.services[r.key()]
	r.changed = last == nil || last.digest != r.digest
	switch {
	case last == nil:
		return submitNow
	case r.timestamp < last.timestamp && last.timestamp <= now.Add(clockSlack).UnixNano():
		return outdated
	case r.changed || m.slot(r, now) != last.slot:
		return submitNow
	}
	return unchanged
}

// slot is the number of the interval in which a time lies. Each service's intervals begin at a time of
// its own, so that refreshes are spread evenly.
func (m *memory) slot(r *result, now time.Time) int64 {
	if m.interval == 0 {
		return now.UnixNano()
	}
	offset := int64(xxh3.HashString(r.key()) % uint64(m.interval))
	return (now.UnixNano() + offset) / int64(m.interval)
}

// note keeps what was submitted; refused says that Nagios did not take it. It tells whether that is
// something new.
func (m *memory) note(r *result, now time.Time, refused bool) (news bool) {
	key := r.key()
	last := m.services[key]
	news = last == nil || last.refused != refused
	if last == nil {
		if len(m.services) >= maxServices {
			m.forget(now)
		}
		last = &submitted{}
		m.services[key] = last
	}
	*last = submitted{timestamp: r.timestamp, digest: r.digest, at: now, slot: m.slot(r, now), refused: refused}
	return news
}

// forget makes room: services that have not been heard of for an hour, or all.
func (m *memory) forget(now time.Time) {
	for key, s := range m.services {
		if now.Sub(s.at) > time.Hour {
			delete(m.services, key)
		}
	}
	if len(m.services) >= maxServices {
		clear(m.services)
	}
}
