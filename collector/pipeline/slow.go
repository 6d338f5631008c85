package pipeline

import (
	"errors"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// slowness is what is known of a dynamic filter that must not hold others up. The filter's goroutine owns it.
type slowness struct {
	most     time.Duration // mean time for a message that is tolerated; 0: any
	since    time.Time     // what was spent up to then is counted
	looked   int           // messages since then
	spent    time.Duration // in process_message, since the filter was started
	messages int64         // in that time
	matching time.Duration // in the matcher, by a sample
	matched  int64         // messages of the sample
	waits    int64         // of sources for the filter's queue, when they were last looked at
}

// Before so many messages nothing is said of the mean; it is looked at after each lookEvery.
const (
	slowSamples = 100
	lookEvery   = 16
)

// matchShare is the part of most that the matcher may take.
const matchShare = 5

func (s *slowness) begin(f *filter) {
	*s = slowness{most: s.most, waits: f.stats.blocked.Load()}
}

// due counts a message, the one at a place in its parcel, and tells whether it is time to look at the means.
func (s *slowness) due(at, length int) bool {
	if s.most == 0 {
		return false
	}
	s.looked++
	return s.looked == lookEvery || at == length-1
}

// count takes the time of the messages since the last look; the matcher is timed with the last of them.
func (s *slowness) count(f *filter, m *message.Message) {
	start := time.Now()
	f.matcher.Match(m)
	end := time.Now()
	s.spent += start.Sub(s.since)
	s.messages += int64(s.looked)
	s.matching += end.Sub(start)
	s.matched++
	s.since, s.looked = end, 0
}

func (s *slowness) means() (process, match time.Duration) {
	return s.spent / time.Duration(max(s.messages, 1)), s.matching / time.Duration(max(s.matched, 1))
}

// errSlow is hekad's text.
var errSlow = errors.New("sandbox is running slowly and blocking the router")

// police ends a dynamic filter that is slow while sources wait for it, or did since the last look.
func (f *filter) police(m *message.Message) error {
	s := &f.slow
	s.count(f, m)
	waits := f.stats.blocked.Load()
	waited := waits != s.waits || f.queue.contended()
	s.waits = waits
	process, match := s.means()
	if !waited || s.messages < slowSamples || process <= s.most && match <= s.most/matchShare {
		return nil
	}
	f.tellSlow(process, match)
	return plugin.Fatal(errSlow)
}

// tellSlow injects the message that watchers of dynamic filters wait for.
func (f *filter) tellSlow(process, match time.Duration) {
	waiting, _ := f.queue.length()
	d := message.Draft{Type: "heka.sandbox-terminated", Logger: "hekad", Payload: errSlow.Error()}
	d.AddString("plugin", f.name)
	d.AddInt("ProcessMessageCount", "count", f.stats.processed.Load())
	d.AddInt("ProcessMessageFailures", "count", f.stats.failures.Load())
	d.AddInt("ProcessMessageSamples", "count", f.slow.messages)
	d.AddInt("ProcessMessageAvgDuration", "ns", int64(process))
	d.AddInt("MatchAvgDuration", "ns", int64(match))
	d.AddInt("FilterChanLength", "count", int64(waiting))
	f.loops = 0
	_ = f.inject(&d) // what matters is the error, which the supervisor reports
	f.flush()
}
