package nagios

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"lma_collector/collector/plugin"
)

// Output is the plugin. One goroutine uses it, but for Key.
type Output struct {
	config    Config
	names     *Names
	keys      *Names // for Key
	send      sender
	health    *plugin.Health
	now       func() time.Time
	memory    *memory
	heartbeat heartbeat
	counts    counts
	refused   []string // services that Nagios does not take results of, sorted
	nameless  map[string]bool
}

var (
	_ plugin.Output  = (*Output)(nil)
	_ plugin.Batcher = (*Output)(nil)
	_ plugin.Keyer   = (*Output)(nil)
	_ plugin.Ticker  = (*Output)(nil)
	_ plugin.Closer  = (*Output)(nil)
)

// counts are the numbers of the output.
type counts struct{ submitted, changed, unchanged, outdated, refused *plugin.Number }

func newCounts(m *plugin.Metrics) counts {
	return counts{
		submitted: m.Counter("results_submitted_total", "", "check results that Nagios took"),
		changed:   m.Counter("results_changed_total", "", "of them, those that differed from the one before"),
		unchanged: m.Counter("results_unchanged_total", "", "statuses not submitted, since Nagios knew them"),
		outdated:  m.Counter("results_outdated_total", "", "statuses not submitted, since Nagios knew a newer one"),
		refused:   m.Counter("results_refused_total", "", "check results that Nagios did not take"),
	}
}

// BatchPolicy: few at a time, so that a newer state can replace one that waits.
func (o *Output) BatchPolicy() plugin.BatchPolicy { return plugin.BatchPolicy{Count: 32} }

// Key is host and service; what has no name has its message's uuid, to be reported when it is delivered.
func (o *Output) Key(dst []byte, item plugin.Item) []byte {
	host, service, err := o.keys.Of(item.Message)
	if err != nil {
		return append(append(dst, 0), item.Message.UUID()...)
	}
	return append(append(append(dst, host...), 0), service...)
}

// Deliver submits what has changed or is due for a refresh, the worst changes first.
func (o *Output) Deliver(ctx context.Context, items []plugin.Item) error {
	list := o.pick(items)
	if len(list) == 0 {
		return nil
	}
	done, err := o.send.submit(ctx, list, o.config.TruncateSize)
	for _, r := range list[:done] {
		o.settle(r, &items[r.item])
	}
	for _, r := range list[done:] {
		items[r.item].Retry(err)
	}
	o.reportRefused()
	return err
}

// pick finds what is to be submitted and accepts or refuses the rest.
func (o *Output) pick(items []plugin.Item) []*result {
	var list []*result
	newest := map[string]*result{}
	now := o.now()
	for i := range items {
		items[i].Accept()
		r, err := newResult(o.names, items[i].Message)
		if err != nil {
			o.refuseUnread(&items[i], err)
			continue
		}
		r.item = i
		switch o.memory.judge(r, now) {
		case unchanged:
			o.counts.unchanged.Add(1)
		case outdated:
			o.counts.outdated.Add(1)
		case submitNow:
			if old := newest[r.key()]; old != nil {
				if old.timestamp <= r.timestamp {
					*old = *r
				}
				o.counts.outdated.Add(1)
				continue
			}
			newest[r.key()] = r
			list = append(list, r)
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].urgency() > list[j].urgency() })
	return list
}

// urgency orders changes before refreshes, and bad states before good ones.
func (r *result) urgency() int {
	rank := [...]int{stateOK: 0, stateWarning: 2, stateCritical: 3, stateUnknown: 1}[r.state]
	if r.changed {
		return 4 + rank
	}
	return rank
}

// settle marks an item with what became of its result.
func (o *Output) settle(r *result, item *plugin.Item) {
	var no *refusal
	switch {
	case r.err == nil:
		if o.memory.note(r, o.now(), false) || r.changed {
			o.counts.changed.Add(1)
		}
		o.counts.submitted.Add(1)
		o.setRefused(r, false)
	case errors.As(r.err, &no):
		o.counts.refused.Add(1)
		o.setRefused(r, true)
		if o.memory.note(r, o.now(), true) { // it is kept once, not each time
			item.Refuse(fmt.Errorf("nagios %w", r.err))
		}
	default:
		item.Retry(r.err)
	}
}

// maxNameless bounds what is remembered of messages that give no result.
const maxNameless = 1000

// refuseUnread refuses the first message of its kind that gives no result. More would follow every
// few seconds and say the same.
func (o *Output) refuseUnread(item *plugin.Item, err error) {
	o.counts.refused.Add(1)
	if o.nameless[err.Error()] {
		return
	}
	if o.nameless == nil || len(o.nameless) >= maxNameless {
		o.nameless = map[string]bool{}
	}
	o.nameless[err.Error()] = true
	o.health.Set("messages without result", err.Error())
	item.Refuse(err)
}

func (o *Output) setRefused(r *result, refused bool) {
	name := r.host + " / " + r.service
	at := sort.SearchStrings(o.refused, name)
	known := at < len(o.refused) && o.refused[at] == name
	switch {
	case refused && !known:
		o.refused = append(o.refused[:at], append([]string{name}, o.refused[at:]...)...)
	case !refused && known:
		o.refused = append(o.refused[:at], o.refused[at+1:]...)
	}
}

// namedServices is how many services a condition names.
const namedServices = 5

// reportRefused tells the operator which services Nagios does not take.
func (o *Output) reportRefused() {
	const key = "refused services"
	if len(o.refused) == 0 {
		o.health.Clear(key)
		return
	}
	names := o.refused
	more := ""
	if len(names) > namedServices {
		names, more = names[:namedServices], fmt.Sprintf(" and %d more", len(names)-namedServices)
	}
	o.health.Set(key, fmt.Sprintf("Nagios takes no results for %s%s (host / service): it does not know them, or user %q may not submit them; "+
		"run lma_collector nagios-config, install what it prints and reload Nagios", strings.Join(names, ", "), more, o.config.Username))
}

// Tick submits the heartbeat when it is due.
func (o *Output) Tick(ctx context.Context, now time.Time) error {
	r := o.heartbeat.due(now)
	if r == nil {
		return nil
	}
	r.text = cleanText(o.heartbeat.text(now, len(o.memory.services), o.refused))
	if _, err := o.send.submit(ctx, []*result{r}, o.config.TruncateSize); err != nil {
		return err
	}
	o.heartbeat.last = now
	var no *refusal
	refused := errors.As(r.err, &no)
	o.setRefused(r, refused)
	o.reportRefused()
	if refused {
		return nil // the condition says so
	}
	return r.err
}

// Close drops the connections.
func (o *Output) Close() error {
	o.send.close()
	return nil
}
