package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/plugin"
)

// dynamic is the filters that are added and removed while the pipeline runs. Each change makes a new table
// of routes; who still routes by the old one puts into a queue that drops what it gets.
type dynamic struct {
	builder *builder // knows the sections of the configuration; only read

	mu     sync.Mutex
	stage  *stage      // in which filters run; nil before and after
	static []*consumer // of the configuration
	loaded map[string]*loaded
}

// loaded is one of them. Its filter is only looked at by others once ended is closed.
type loaded struct {
	*filter
	manager string
	owned   []claimed
	leave   chan struct{}      // closed: nothing more will come
	cancel  context.CancelFunc // ends it with work undone
	ended   chan struct{}
}

// How long a removed filter may go on with what it was given, how long with the message that it is at, and
// then how long its end is waited for.
const (
	removeAfter = 500 * time.Millisecond
	cutAfter    = 200 * time.Millisecond
	leaveAfter  = 1300 * time.Millisecond
)

func (d *dynamic) begin(s *stage, static []*consumer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stage, d.static, d.loaded = s, static, map[string]*loaded{}
}

// end says that no input will send anything more. Filters cannot be added any more.
func (d *dynamic) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stage = nil
	for _, l := range d.loaded {
		close(l.leave)
	}
}

// of is what a manager may do; nil where filters cannot be added.
func (d *dynamic) of(manager string) plugin.Filters {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stage == nil {
		return nil
	}
	return managed{d, manager}
}

// managed is the filters of one manager.
type managed struct {
	*dynamic
	manager string
}

func (m managed) Names() (names []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, l := range m.loaded {
		if l.manager == m.manager {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

func (m managed) Add(f plugin.DynamicFilter) error {
	made, owned, err := m.builder.dynamicFilter(f)
	if err != nil {
		if m.builder.pipeline.stages.filters.late.Err() != nil { // nothing is wrong with it: it was interrupted
			return plugin.ErrStopping
		}
		return err
	}
	if err := m.run(made, owned, f); err != nil {
		made.discard()
		made.interrupt()
		return err
	}
	return nil
}

// run starts a filter and routes to it.
func (m managed) run(made *filter, owned []claimed, f plugin.DynamicFilter) error {
	l := &loaded{filter: made, manager: m.manager, owned: owned, leave: make(chan struct{})}
	l.drained, l.slow.most = l.leave, f.MaxProcessDuration
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.stage == nil:
		return plugin.ErrStopping
	case m.loaded[f.Name] != nil:
		return fmt.Errorf("%s %w", f.Name, plugin.ErrTaken)
	case slices.ContainsFunc(m.static, func(c *consumer) bool { return c.name == f.Name }):
		return fmt.Errorf("%s %w, as a section of the configuration", f.Name, plugin.ErrTaken)
	}
	if err := m.taken(l); err != nil {
		return err
	}
	if l.cancel, l.ended = m.stage.start(&l.section, l.run); l.ended == nil {
		return plugin.ErrStopping
	}
	m.loaded[f.Name] = l
	m.reroute()
	return nil
}

// taken says which filter that runs already claims what another would: those of two managers may share a file.
func (d *dynamic) taken(l *loaded) error {
	for _, name := range d.names() {
		for _, claim := range l.owned {
			if slices.ContainsFunc(d.loaded[name].owned, func(c claimed) bool { return c.What == claim.What }) {
				return fmt.Errorf("%s belongs to %s: %s", claim.What, name, claim.Hint)
			}
		}
	}
	return nil
}

func (m managed) Remove(name string) bool {
	m.mu.Lock()
	l := m.loaded[name]
	if l == nil || l.manager != m.manager || m.stage == nil {
		m.mu.Unlock()
		return false
	}
	delete(m.loaded, name)
	m.reroute()
	close(l.leave)
	m.mu.Unlock()
	l.end()
	return true
}

// end waits for a filter that gets nothing more.
func (l *loaded) end() {
	limit := removeAfter
	if l.stuck.Load() {
		limit = 0 // it is not running at the moment, only waiting to be started again
	}
	if !l.within(limit) {
		l.cancel()
		if l.within(cutAfter) {
			l.dispose()
			return
		}
		l.interrupt()
		if !l.within(leaveAfter) {
			l.log.Warn("filter does not end and is left to itself", "after", removeAfter+cutAfter+leaveAfter)
			go func() {
				<-l.ended
				l.dispose()
			}()
			return
		}
	}
	l.dispose()
}

func (l *loaded) within(limit time.Duration) bool {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-l.ended:
		return true
	case <-t.C:
		return false
	}
}

// dispose frees what an ended filter still holds.
func (l *loaded) dispose() {
	l.gone.Store(true)
	l.interrupt()
	l.queue.close()
	if l.parcel != nil {
		l.parcel.free()
		l.parcel = nil
	}
}

// reroute makes the table of routes anew: the configuration's consumers keep their places.
func (d *dynamic) reroute() {
	list := slices.Clone(d.static)
	for _, name := range d.names() {
		list = append(list, d.loaded[name].consumer)
	}
	d.builder.pipeline.router.set(list)
}

func (d *dynamic) names() []string {
	names := make([]string, 0, len(d.loaded))
	for name := range d.loaded {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (d *dynamic) reports() []PluginReport {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]PluginReport, 0, len(d.loaded))
	for _, l := range d.loaded {
		r := l.consumer.report()
		r.Manager = l.manager
		list = append(list, r)
	}
	return list
}

// release frees what the filters were given and did not come to; they have ended, or their time is up.
func (d *dynamic) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.loaded {
		l.queue.dump()
	}
}

// dynamicFilter checks a filter as the configuration's are and makes what runs it. The builder is not
// changed: any goroutine may call it.
func (b *builder) dynamicFilter(f plugin.DynamicFilter) (made *filter, owned []claimed, err error) {
	defer asError(&err)
	t, ok := plugin.Lookup(f.Section.Type)
	if !ok || t.Kind != plugin.KindFilter {
		return nil, nil, fmt.Errorf("%q is no type of filter", f.Section.Type)
	}
	apart := &builder{settings: b.settings, units: b.units, order: b.order, pipeline: b.pipeline}
	s := *f.Section
	s.Name = f.Name
	u := apart.newUnit(&s, t)
	u.config, u.consumer = f.Config, f.Options
	u.env = apart.newEnv(u, use{})
	if err := b.taken(u); err != nil {
		return nil, nil, err
	}
	made = apart.newFilter(u)
	if wrong := apart.found.Errors(); len(wrong) > 0 {
		made.discard()
		made.interrupt()
		return nil, nil, diagnosed(wrong)
	}
	return made, apart.owned(u), nil
}

// diagnosed is an error of diagnostics, each with its line.
func diagnosed(found config.Diagnostics) error {
	found.Sort()
	errs := make([]error, len(found))
	for i, d := range found {
		errs[i] = errors.New(d.String())
	}
	return errors.Join(errs...)
}
