package pipeline

import (
	"context"
	"sync/atomic"

	"lma_collector/collector/matcher"
	"lma_collector/collector/plugin"
)

// consumer is what filters and outputs have in common: a matcher, a queue and its policy.
type consumer struct {
	section
	options plugin.ConsumerOptions
	matcher *matcher.Matcher
	output  bool
	queue   *memoryQueue
	latest  *latest // instead of the queue, for an output with that policy
	stats   consumerStats
	// stuck says that nothing gets done at the moment: deliveries fail, or the plugin waits to be
	// started again. Filters that feed it do not wait for it then.
	stuck atomic.Bool
	gone  atomic.Bool // it was taken out of the pipeline
	// feeds are the consumers that took what this filter injected; its goroutine owns it.
	feeds map[*consumer]struct{}
}

// Sizes of a queue unless the section says otherwise.
const (
	defaultQueueMessages = 20_000
	// Who blocks only waits, so that a longer queue would hold memory and gain nothing; others bridge
	// bursts with it.
	defaultBlockingBytes = 4 << 20
	defaultQueueBytes    = 8 << 20
	injectMark           = 2_000
)

func newConsumer(s section, o plugin.ConsumerOptions, m *matcher.Matcher, output bool) *consumer {
	c := &consumer{section: s, options: o, matcher: m, output: output, feeds: map[*consumer]struct{}{}}
	limits := queueLimits{messages: o.QueueMessages, bytes: o.QueueBytes, full: plugin.Full(o.WhenFull), mark: injectMark}
	if limits.messages == 0 {
		limits.messages = defaultQueueMessages
	}
	if limits.full == "" {
		limits.full = plugin.FullBlock
	}
	if limits.bytes == 0 {
		limits.bytes = defaultQueueBytes
		if limits.full == plugin.FullBlock {
			limits.bytes = defaultBlockingBytes
		}
	}
	c.queue = newQueue(limits, &c.stats)
	return c
}

// keepLatest makes the queue one of status.
func (c *consumer) keepLatest(k plugin.Keyer) {
	c.latest = newLatest(k, c.queue.limits.messages, &c.stats)
}

func (c *consumer) blocks() bool { return c.latest == nil && c.queue.limits.full == plugin.FullBlock }

// forgoes tells whether an output holds no acknowledgements at the moment: it may drop what it has no
// room for, and its deliveries fail. Sources must not wait for what may be dropped in the end.
func (c *consumer) forgoes() bool { return c.stuck.Load() && !c.blocks() }

func (c *consumer) accept(ctx context.Context, p *parcel) error {
	if c.latest != nil {
		c.latest.put(p)
		return nil
	}
	return c.queue.put(ctx, p)
}

func (c *consumer) acceptInjected(p *parcel) {
	if c.latest != nil {
		c.latest.put(p)
		return
	}
	c.queue.putInjected(p)
}

// downstreamClogged tells whether a consumer of this filter's messages has more of them than it can
// take. One that is stuck does not count: waiting for a dead server would blind the alarms.
func (c *consumer) downstreamClogged() bool {
	for d := range c.feeds {
		if d.gone.Load() {
			delete(c.feeds, d)
			continue
		}
		if d.latest == nil && !d.stuck.Load() && d.queue.clogged() {
			return true
		}
	}
	return false
}

func (c *consumer) length() (messages, bytes int) {
	if c.latest != nil {
		return c.latest.length()
	}
	return c.queue.length()
}
