package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// deadLetters keeps what an output's server refused.
type deadLetters interface {
	Add(output string, m *message.Message, reason error) error
	Close() error
}

// output runs one output section: it gathers parcels, encodes them, and delivers until each message
// is delivered, refused (then it is dead-lettered) or superseded. Its goroutine owns the plugin.
type output struct {
	*consumer
	build   func() (plugin.Output, error)
	encoder plugin.Encoder
	raw     plugin.RawEncoder // the encoder, if it is one
	framing bool
	ticker  time.Duration
	dead    deadLetters
	hurry   <-chan struct{} // closed when the pipeline stops: deliver what is there at once
	drained <-chan struct{} // closed when nothing more will come
	policy  plugin.BatchPolicy
	refusal throttle // of what is told of refused messages

	parcels []*parcel // of the delivery in the making
	items   []plugin.Item
	data    []byte
	spans   []int // end of each item's data
	bytes   int
	started time.Time
	urgent  bool          // somebody waits for the delivery
	pending []plugin.Item // of items, what is not delivered or refused yet; nil when nothing is being delivered
	// attempts counts the runs that ended by an error or a panic while this batch was delivered.
	attempts int
	late     context.Context  // ends when encoders are interrupted
	torn     bool             // one was: the batch lacks messages, and is not to be delivered any more
	suspect  *message.Message // the first of them that a sequential output was left with
}

// defaultBatch is what is delivered at once unless the output says otherwise.
var defaultBatch = plugin.BatchPolicy{Count: 512, Bytes: 1 << 20}

// run builds the output and delivers until ctx ends or everything is drained. What could not be
// delivered stays unacknowledged.
func (o *output) run(ctx context.Context) error {
	p, err := o.build()
	if err != nil {
		return err
	}
	defer o.closePlugin(p)
	o.policy = defaultBatch
	if b, ok := p.(plugin.Batcher); ok {
		o.policy = b.BatchPolicy()
	}
	if o.framing && o.encoder == nil {
		return fmt.Errorf("use_framing needs an encoder")
	}
	o.raw, _ = o.encoder.(plugin.RawEncoder)
	_, sequential := p.(plugin.Sequential)
	o.redo(sequential)
	return o.loop(ctx, p)
}

// serve is run, and leaves nothing behind when the pipeline ends.
func (o *output) serve(ctx context.Context) error {
	defer func() {
		if ctx.Err() == nil {
			o.stuck.Store(true)
			o.forgo()
		}
	}()
	err := o.run(ctx)
	if err == nil || ctx.Err() != nil {
		o.abandon()
		o.closeEncoder()
	}
	return err
}

// closeEncoder ends the encoder, which lives as long as the section.
func (o *output) closeEncoder() {
	if c, ok := o.encoder.(plugin.Closer); ok {
		if err := c.Close(); err != nil {
			o.log.Warn("encoder did not close cleanly", "error", err)
		}
	}
}

// maxAttempts is how often a batch may bring its output down before its messages are dead-lettered.
const maxAttempts = 3

// redo prepares what was being delivered when the output failed for another attempt. What made a
// sequential output fail is the first message, else it may be any.
func (o *output) redo(sequential bool) {
	left := o.pending
	if o.pending = nil; len(left) == 0 {
		return
	}
	if first := left[0].Message; sequential && first != o.suspect {
		o.suspect, o.attempts = first, 0
	}
	if o.attempts++; o.attempts >= maxAttempts {
		guilty := len(left)
		if sequential {
			guilty = 1
		}
		_, _, _, last := o.state.get()
		last, _, _ = strings.Cut(last, "\n") // a panic's traceback is in the log
		for i := range left[:guilty] {
			o.stats.refused.Add(1)
			o.bury(left[i].Message, fmt.Errorf("its delivery made the output fail %d times; at last: %s", o.attempts, last))
		}
		if left, o.attempts = left[guilty:], 0; len(left) == 0 {
			o.finish()
			return
		}
	}
	var data []byte // anew, since the items lie in the old one
	o.spans, o.bytes = o.spans[:0], 0
	for i := range left {
		left[i].Unmark()
		data = append(data, left[i].Data...)
		o.spans = append(o.spans, len(data))
		o.bytes += max(len(left[i].Data), len(left[i].Message.Bytes()))
	}
	o.items, o.data = left, data
}

func (o *output) closePlugin(p plugin.Output) {
	if c, ok := p.(plugin.Closer); ok {
		if err := c.Close(); err != nil {
			o.log.Warn("output did not close cleanly", "error", err)
		}
	}
}

// abandon frees what was being delivered when the run ended, unacknowledged.
func (o *output) abandon() {
	for _, p := range o.parcels {
		p.ack = nil
		p.free()
	}
	o.reset()
}

func (o *output) reset() {
	clear(o.parcels)
	clear(o.items)
	o.parcels, o.items, o.data, o.spans = o.parcels[:0], o.items[:0], o.data[:0], o.spans[:0]
	o.bytes, o.attempts, o.suspect, o.urgent, o.pending = 0, 0, nil, false, nil
	if cap(o.data) > 8<<20 {
		o.data = nil
	}
}

func (o *output) loop(ctx context.Context, p plugin.Output) error {
	var tick <-chan time.Time
	if o.ticker > 0 {
		t := time.NewTicker(o.ticker)
		defer t.Stop()
		tick = t.C
	}
	for ctx.Err() == nil {
		// A tick comes before the next delivery: a heartbeat must not wait for messages that are
		// tried again and again.
		select {
		case now := <-tick:
			if err := o.tick(ctx, p, now); err != nil {
				return err
			}
		default:
		}
		if o.gather(); o.torn {
			return nil
		}
		if len(o.parcels) > 0 && (o.due(time.Now()) || o.ending()) {
			if err := o.deliver(ctx, p); err != nil {
				return err
			}
			continue
		}
		if done, err := o.wait(ctx, p, tick); done || err != nil {
			return err
		}
	}
	return nil
}

// gather takes parcels until the batch is full or the queue empty. A batch that must be full and
// late goes on growing until it is both.
func (o *output) gather() {
	for !o.full() || o.policy.And && o.bytes < maxGathered {
		p := o.next()
		if p == nil {
			return
		}
		if len(o.parcels) == 0 {
			o.started = time.Now()
		}
		o.parcels = append(o.parcels, p)
		o.urgent = o.urgent || p.ack != nil && p.ack.urgent
		if o.encode(p); o.torn {
			return
		}
	}
}

func (o *output) next() *parcel {
	if o.latest != nil {
		return o.latest.take(max(o.policy.Count-len(o.items), 1))
	}
	return o.queue.take(false)
}

// full tells whether the batch has reached a limit of its size.
func (o *output) full() bool {
	byCount := o.policy.Count > 0 && len(o.items) >= o.policy.Count
	byBytes := o.policy.Bytes > 0 && o.bytes >= o.policy.Bytes
	return byCount || byBytes
}

func (o *output) due(now time.Time) bool {
	late := o.urgent || now.Sub(o.started) >= o.policy.Interval
	if o.policy.And && !o.urgent {
		return late && o.full() || o.bytes >= maxGathered
	}
	return late || o.full()
}

// maxGathered bounds a batch that waits for its interval, in bytes.
const maxGathered = 16 << 20

func (o *output) ending() bool {
	select {
	case <-o.hurry:
		return true
	default:
		return false
	}
}

func (o *output) wait(ctx context.Context, p plugin.Output, tick <-chan time.Time) (done bool, err error) {
	var flush <-chan time.Time
	var hurry <-chan struct{}
	if len(o.parcels) > 0 {
		hurry = o.hurry
		t := time.NewTimer(max(o.policy.Interval-time.Since(o.started), time.Millisecond))
		defer t.Stop()
		flush = t.C
	}
	ready := o.queue.ready
	if o.latest != nil {
		ready = o.latest.ready
	}
	if o.full() && !o.policy.And || o.bytes >= maxGathered {
		ready = nil // only the interval is waited for
	}
	select {
	case <-ready:
	case <-flush:
	case <-hurry:
	case now := <-tick:
		return false, o.tick(ctx, p, now)
	case <-ctx.Done():
		return true, nil
	case <-o.drained:
		if n, _ := o.length(); n == 0 && len(o.parcels) == 0 {
			return true, nil
		}
	}
	return false, nil
}

func (o *output) tick(ctx context.Context, p plugin.Output, now time.Time) error {
	t, ok := p.(plugin.Ticker)
	if !ok {
		return nil
	}
	err := t.Tick(ctx, now)
	if err == nil {
		o.health.Clear("tick")
		return nil
	}
	if plugin.IsFatal(err) {
		return err
	}
	o.health.Set("tick", fmt.Sprintf("%s: %v", o.name, err))
	return nil
}

// encode appends the parcel's messages as items.
func (o *output) encode(p *parcel) {
	for _, m := range p.msgs {
		start := len(o.data)
		if err := o.encodeOne(m); err != nil {
			o.data = o.data[:start]
			if o.late.Err() != nil { // the message is not bad
				o.torn = true
				return
			}
			o.stats.encodeFailures.Add(1)
			o.bury(m, fmt.Errorf("cannot be encoded: %w", err))
			continue
		}
		n := len(o.data) - start
		if o.encoder != nil && n == 0 {
			o.stats.left.Add(1)
			continue
		}
		if limit := o.options.MaxMessageSize; limit > 0 && n > limit {
			o.data = o.data[:start]
			o.stats.refused.Add(1)
			o.bury(m, fmt.Errorf("%d bytes are more than max_message_size = %d", n, limit))
			continue
		}
		o.items = append(o.items, plugin.Item{Message: m})
		o.spans = append(o.spans, len(o.data))
		o.bytes += max(n, len(m.Bytes()))
	}
}

// encodeOne makes an error of a panic: one message that an encoder cannot stand must not cost others.
func (o *output) encodeOne(m *message.Message) (err error) {
	if o.encoder == nil {
		return nil
	}
	defer asError(&err)
	if !o.framing {
		o.data, err = o.encoder.Encode(o.data, m)
		return err
	}
	if o.raw != nil {
		o.data = message.AppendFrame(o.data, o.raw.Raw(m))
		return nil
	}
	start := len(o.data)
	body, err := o.encoder.Encode(nil, m)
	if err == nil && len(body) > 0 {
		o.data = message.AppendFrame(o.data[:start], body)
	}
	return err
}

// bury dead-letters a message; where even that fails, the message is lost, counted and said so. Reasons
// may differ from message to message: one a minute is told.
func (o *output) bury(m *message.Message, reason error) {
	if _, ok := o.refusal.allow(time.Now()); ok {
		o.health.Set("refused", fmt.Sprintf("messages are refused and kept as dead letters; one of the last: %v", reason))
	}
	if err := o.dead.Add(o.name, m, reason); err != nil {
		o.health.Set("dead letters", fmt.Sprintf("refused messages are lost, since they cannot be kept as dead letters: %v", err))
		return
	}
	o.health.Clear("dead letters")
}

// deliver sends the batch until nothing of it is left to retry.
func (o *output) deliver(ctx context.Context, p plugin.Output) error {
	if o.encoder != nil {
		plugin.Lay(o.items, o.data, o.spans)
	}
	o.pending = o.items
	wait := o.retries.Delay
	for len(o.pending) > 0 {
		began := time.Now()
		o.stats.deliveries.Add(1)
		err := p.Deliver(ctx, o.pending)
		o.stats.busy.Add(int64(time.Since(began)))
		left, reason := o.sortOut(o.pending, err)
		if o.pending = left; len(left) == 0 {
			break
		}
		if ctx.Err() != nil {
			return nil
		}
		o.troubled(reason)
		o.forgo()
		if plugin.IsFatal(reason) {
			return reason
		}
		if o.latest != nil {
			o.putBack(left)
			pause(ctx, wait+jitter(o.retries.MaxJitter))
			break
		}
		pause(ctx, wait+jitter(o.retries.MaxJitter))
		if ctx.Err() != nil {
			return nil
		}
		wait = min(2*wait, o.retries.MaxDelay)
		o.stats.retried.Add(int64(len(left)))
	}
	o.finish()
	return nil
}

// sortOut counts what became of each item and gives those to be sent again, with the reason.
func (o *output) sortOut(items []plugin.Item, err error) (left []plugin.Item, reason error) {
	n, processed := 0, 0
	for i := range items {
		it := &items[i]
		if why, ok := it.Refused(); ok {
			o.stats.refused.Add(1)
			o.bury(it.Message, why)
			continue
		}
		why, again := it.ToRetry()
		if !again && (err == nil || it.Accepted()) {
			processed++
			continue
		}
		if !again {
			why = err
		}
		reason = why
		it.Unmark()
		items[n] = *it
		n++
	}
	o.stats.processed.Add(int64(processed))
	o.stuck.Store(processed == 0 && n > 0)
	if n == 0 {
		o.settled()
		o.health.Clear("delivery")
	}
	return items[:n], reason
}

func (o *output) troubled(reason error) {
	o.stats.failures.Add(1)
	if reason == nil {
		reason = errors.New("not delivered")
	}
	o.health.Set("delivery", fmt.Sprintf("delivery fails and is tried again: %v", reason))
}

// forgo gives up the acknowledgements of an output that does not hold them while its deliveries fail.
func (o *output) forgo() {
	if !o.forgoes() {
		return
	}
	for _, p := range o.parcels {
		p.ack.release()
		p.ack = nil
	}
	o.queue.forgo()
}

func (o *output) putBack(left []plugin.Item) {
	ms := make([]*message.Message, len(left))
	for i := range left {
		ms[i] = left[i].Message
	}
	o.latest.putBack(ms)
}

// finish acknowledges the batch.
func (o *output) finish() {
	for _, p := range o.parcels {
		p.free()
	}
	o.reset()
}
