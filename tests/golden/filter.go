package golden

import (
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Filter runs a case of a filter. Messages that it injects get what the daemon sets: the host name,
// and the case's clock where there is no timestamp.
func Filter(build Build[plugin.Filter]) Runner {
	return func(v *Verdict) {
		r := &filterRun{v: v, clock: v.Case.ClockNS}
		env := v.Case.Env()
		env.Inject = r.inject
		filter, err := build(v.Case, env)
		if judgeInit(v, err) {
			return
		}
		r.judge(filter)
	}
}

type filterRun struct {
	v        *Verdict
	clock    int64
	injected []Message
}

func (r *filterRun) inject(d *message.Draft) error {
	if d.Hostname == "" {
		d.Hostname = Hostname
	}
	r.injected = append(r.injected, Record(Seal(d)))
	return nil
}

func (r *filterRun) judge(filter plugin.Filter) {
	c := r.v.Case
	for i := range c.Events {
		r.injected = nil
		err := r.event(filter, &c.Events[i])
		o := c.Outcome(i)
		switch {
		case o.Status > 0:
			r.v.Compared()
			r.v.Problem(i, "died", "the original died here; the replacement gives error %v, messages %s", err, summary(r.injected))
		case o.Status < 0 && err == nil:
			r.v.Compared()
			r.v.Problem(i, "taken", "no error, but the original had one: %s", o.Error)
		case o.Status == 0 && err != nil:
			r.v.Compared()
			r.v.Problem(i, "refused", "%v", err)
		default:
			r.v.messages(i, o.Injected, r.injected, c.Events[i].Message, r.clock)
		}
		if i == c.died() {
			return
		}
	}
}

func (r *filterRun) event(filter plugin.Filter, e *Event) error {
	if e.NowNS != 0 {
		r.clock = e.NowNS
	}
	if e.TimerNS != nil {
		r.clock = *e.TimerNS
		return filter.Tick(time.Unix(0, r.clock))
	}
	var d message.Draft
	e.Message.Fill(&d)
	return filter.Process(Seal(&d))
}
