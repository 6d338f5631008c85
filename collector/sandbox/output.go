package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lma_collector/collector/plugin"
)

// OutputConfig is the configuration of a SandboxOutput.
type OutputConfig struct {
	Options
	// Default false: call timer_event once more when the output stops.
	TimerEventOnShutdown bool `toml:"timer_event_on_shutdown"`
}

// NewOutput compiles the script; it is run when there is something to deliver, since it may open files
// and more.
func (c *OutputConfig) NewOutput(env *plugin.Env) (plugin.Output, error) {
	if err := c.check(env); err != nil {
		return nil, err
	}
	if err := c.compiles(env); err != nil {
		return nil, err
	}
	o := &Output{config: c, env: env, clock: c.Clock}
	if o.clock == nil {
		o.clock = time.Now
	}
	return o, nil
}

// Output is a SandboxOutput: its script delivers each message itself. Status 0 says that it is delivered,
// a negative one that it never will be. After an error or a positive status the output is started again
// and gets the message again.
type Output struct {
	config *OutputConfig
	env    *plugin.Env
	clock  func() time.Time
	script *script // nil until it is needed
	keeper *keeper
	ended  bool // by a fatal status or error
}

var (
	_ plugin.Sequential = (*Output)(nil)
	_ plugin.Unencoded  = (*Output)(nil)
	_ plugin.Ticker     = (*Output)(nil)
	_ plugin.Closer     = (*Output)(nil)
)

// DeliversInOrder says that the script takes one message after the other.
func (o *Output) DeliversInOrder() {}

// TakesNoEncoder says that the script reads the messages itself.
func (o *Output) TakesNoEncoder() {}

// ready starts the script at first.
func (o *Output) ready(ctx context.Context) error {
	if o.script != nil {
		return nil
	}
	s, err := o.config.open(ctx, o.env, plugin.KindOutput, deaf{})
	if err != nil {
		return err
	}
	o.script = s
	o.keeper = newKeeper(o.config.PreserveData, o.config.dataFile(o.env, plugin.KindOutput), o.env)
	return nil
}

// Deliver calls process_message for each item. What the script has written must be out of its buffers before
// anything counts as delivered.
func (o *Output) Deliver(ctx context.Context, items []plugin.Item) error {
	if err := o.ready(ctx); err != nil {
		return err
	}
	s := o.script
	var fatal error
	done := items[:0]
	for i := range items {
		s.msg = items[i].Message
		status := s.process()
		s.msg = nil
		if status > 0 {
			fatal = o.fatal(ctx)
			break
		}
		if status < 0 {
			items[i].Refuse(s.complaint())
		}
		done = items[:i+1]
		o.keeper.keep(s)
	}
	if err := s.flush(); err != nil {
		return errors.Join(fatal, err)
	}
	for i := range done {
		if _, refused := done[i].Refused(); !refused {
			done[i].Accept()
		}
	}
	return fatal
}

// Tick calls timer_event.
func (o *Output) Tick(ctx context.Context, now time.Time) error {
	if err := o.ready(ctx); err != nil {
		return err
	}
	if !o.script.tick(now) {
		return o.fatal(ctx)
	}
	o.keeper.keep(o.script)
	return o.script.flush()
}

// fatal is the error after which the output is started again, unless it is only stopping.
func (o *Output) fatal(ctx context.Context) error {
	o.ended = true
	if ctx.Err() != nil {
		return ctx.Err()
	}
	tell(o.env, o.script)
	return plugin.Fatal(fmt.Errorf("FATAL: %s", o.script.reason()))
}

// Close calls timer_event where that is wanted and keeps the script's data.
func (o *Output) Close() error {
	s := o.script
	if s == nil {
		return nil
	}
	var err error
	if o.config.TimerEventOnShutdown && !o.ended {
		late := time.AfterFunc(lastCallTime, s.interrupt)
		if !s.tick(o.clock()) {
			err = fmt.Errorf("FATAL: %s", s.reason())
		}
		late.Stop()
	}
	err = errors.Join(err, o.keeper.close(s))
	s.close()
	return errors.Join(err, s.unwritten)
}
