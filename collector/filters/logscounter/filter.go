package logscounter

import (
	"fmt"
	"strconv"
	"time"

	"lma_collector/collector/message"
)

// Process counts one message.
func (f *Filter) Process(m *message.Message) error {
	l := f.last
	if name := m.Logger(); l == nil || l.name != name {
		var err error
		if l, err = f.loggers.find(name); err != nil {
			return err
		}
		f.last = l
	}
	if l.err != nil {
		return l.err
	}
	if m.Timestamp() < f.oldest {
		return nil
	}
	level := levelOf(m)
	if level < 0 {
		return unknownLevel(m, l.name)
	}
	if l.counter == nil {
		if l.counter = f.services.counter(l.service, f.hostname); l.counter == nil {
			f.surplus++
			f.uncounted.Add(1)
			return nil
		}
	}
	l.counter.counts[level]++
	return nil
}

func unknownLevel(m *message.Message, logger string) error {
	severity := "unset"
	if m.HasSeverity() {
		severity = strconv.Itoa(int(m.Severity()))
	}
	return fmt.Errorf("message of logger %q has neither a known severity_label (%.40q) nor a severity from 0 to 7 (%s): have its decoder set one",
		logger, m.Text("severity_label"), severity)
}

// Tick sends the rates since the last tick and begins anew.
func (f *Filter) Tick(now time.Time) error {
	ns := now.UnixNano()
	seconds := float64(ns-f.lastTick) / float64(time.Second)
	f.report()
	var err error
	if seconds > 0 {
		err = f.send(ns, seconds)
	} else if f.env.Log != nil {
		f.env.Log.Info("the clock was set back: there are no rates for this interval")
	}
	for _, c := range f.services.sorted {
		c.counts = [levels]int64{}
	}
	f.begin(ns)
	return err
}

// begin starts an interval. Times are compared in whole seconds: a message counts in the second in
// which the grace ends.
func (f *Filter) begin(ns int64) {
	const second = int64(time.Second)
	f.lastTick = ns
	oldest := ns - ns%second - int64(f.grace)
	f.oldest = (oldest + second - 1) / second * second
}

// report tells for as long as it lasts that there are too many services.
func (f *Filter) report() {
	const key = "services"
	if f.surplus == 0 {
		f.env.Health.Clear(key)
		return
	}
	f.surplus = 0
	f.env.Health.Set(key, fmt.Sprintf("log messages of further services are not counted: there are %d already; narrow message_matcher, or make logger_matcher give fewer services, and restart", maxServices))
}
