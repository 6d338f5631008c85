package nagios

import (
	"fmt"
	"time"
)

// started is when this process began.
var started = time.Now()

// heartbeat is the service whose results tell that the collector runs: with Nagios's freshness check
// a collector that died, or that no longer gets through, is noticed.
type heartbeat struct {
	host, service string
	interval      time.Duration
	last          time.Time
}

// due is the result to submit now, without its text; nil when there is none.
func (h *heartbeat) due(now time.Time) *result {
	if h.service == "" || !h.last.IsZero() && now.Sub(h.last) < h.interval-slack(h.interval) {
		return nil
	}
	return &result{host: h.host, service: h.service, state: stateOK}
}

// slack makes a tick that comes a moment early count.
func slack(interval time.Duration) time.Duration { return min(interval/10, time.Second) }

// text is what the result says.
func (h *heartbeat) text(now time.Time, services int, refused []string) string {
	s := fmt.Sprintf("lma_collector has been running for %s and reports %d services", now.Sub(started).Round(time.Second), services)
	if len(refused) > 0 {
		s += fmt.Sprintf("; Nagios takes no results for %d of them, such as %s", len(refused), refused[0])
	}
	return s
}
