package sandbox

import (
	"errors"
	"fmt"
	"time"

	"lma_collector/collector/plugin"
)

// reopener holds the script of a plugin that has no one to start it again, and does that itself: a
// decoder or an encoder whose script died fails its messages until a back-off has passed.
type reopener struct {
	options *Options
	env     *plugin.Env
	kind    plugin.Kind
	host    host

	script *script
	keeper *keeper
	reason error         // why the script is dead
	delay  time.Duration // until it is started again
	due    time.Time
}

func (r *reopener) open() error {
	s, err := r.options.open(interruptOf(r.env), r.env, r.kind, r.host)
	if err != nil {
		return err
	}
	r.script = s
	r.keeper = newKeeper(r.options.PreserveData, r.options.dataFile(r.env, r.kind), r.env)
	return nil
}

// ready starts a dead script again when it is time to.
func (r *reopener) ready() error {
	if r.reason == nil {
		return nil
	}
	if !r.env.Once && time.Now().Before(r.due) { // who reads what is there and ends cannot wait
		return r.reason
	}
	if err := r.open(); err != nil {
		return r.wait(err)
	}
	r.reason = nil
	r.clear()
	return nil
}

func (r *reopener) clear() {
	if r.env.Health != nil {
		r.env.Health.Clear(about(r.env, "script"))
	}
}

// failed ends the script, keeping its data if it has them still, and notes when to start it again. It
// returns the reason.
func (r *reopener) failed(reason error) error {
	if r.script.interrupted.Load() { // it was to end
		r.reason, r.due = errors.Join(errStopped, r.end()), time.Now()
		return r.reason
	}
	tell(r.env, r.script)
	err := r.end()
	return r.wait(errors.Join(reason, err))
}

// wait sets the time of the next start.
func (r *reopener) wait(reason error) error {
	retries := plugin.DefaultRetries()
	now := time.Now()
	if r.delay == 0 || now.Sub(r.due) > retries.MaxDelay { // it had lived for a while
		r.delay = retries.Delay
	} else {
		r.delay = min(2*r.delay, retries.MaxDelay)
	}
	r.reason, r.due = reason, now.Add(r.delay)
	if r.env.Health != nil {
		r.env.Health.Set(about(r.env, "script"), fmt.Sprintf("the script of %s died and is started again after a pause: %v", r.env.Name, reason))
	}
	return reason
}

// Close keeps the script's data. What was wrong with the script is over, as is the source or output that
// it worked for.
func (r *reopener) Close() error {
	r.clear()
	return r.end()
}

// end keeps the script's data.
func (r *reopener) end() error {
	err := r.keeper.close(r.script)
	r.script.close()
	return err
}
