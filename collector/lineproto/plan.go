package lineproto

import (
	"slices"
	"strings"

	"lma_collector/collector/message"
)

// tagPlan is what a message's list of tags, and the common ones, come to: the keys of a line in
// their order. Messages of one kind have the same list, so plans are kept.
type tagPlan struct {
	list string // the encoding of the list
	keys []tagKey
	// clash says that two names have the same key, so that the order of the list matters.
	clash bool
}

// tagKey is a field that is a tag, and how it is written: ",key=".
type tagKey struct {
	name, key string
	mark      uint32
}

const (
	maxPlans = 256  // kept; there are as many as kinds of metrics
	maxList  = 4096 // bytes of a list for which a plan is kept
)

// plan gives the plan for a message whose list of tags is at an offset, -1 for none; nil when its
// list is so long that no plan is kept.
func (e *Encoder) plan(m *message.Message, at int) *tagPlan {
	list := ""
	var f message.Field
	if at >= 0 {
		f = m.FieldAt(at)
		list = message.View(f.Encoding())
	}
	if p := e.lastPlan; p != nil && p.list == list {
		return p
	}
	if len(list) > maxList {
		return nil
	}
	p, known := e.plans[list]
	if !known {
		if len(e.plans) >= maxPlans {
			clear(e.plans)
		}
		p = e.newPlan(strings.Clone(list), f)
		e.plans[p.list] = p
	}
	e.lastPlan = p
	return p
}

func (e *Encoder) newPlan(list string, f message.Field) *tagPlan {
	p := &tagPlan{list: list}
	if list != "" {
		for v := range f.Values {
			p.add(v.Text())
		}
	}
	for _, name := range e.common {
		p.add(name)
	}
	// Two different keys differ before the "=" of either, so the values do not matter.
	slices.SortFunc(p.keys, func(a, b tagKey) int { return strings.Compare(a.key, b.key) })
	return p
}

func (p *tagPlan) add(name string) {
	key := string(appendKey(nil, name))
	if key == "" {
		return
	}
	key = "," + key + "="
	for i := range p.keys {
		if p.keys[i].key == key {
			p.clash = p.clash || p.keys[i].name != name
			return
		}
	}
	name = strings.Clone(name)
	p.keys = append(p.keys, tagKey{name, key, mark(name)})
}

// appendTags appends the message's tags, those that it names and the common ones, each with a comma
// before it.
func (e *Encoder) appendTags(dst []byte, m *message.Message) []byte {
	p := e.plan(m, e.find("tag_fields"))
	if p == nil || p.clash {
		e.tags.reset()
		e.addListed(m)
		e.addCommon(m)
		return e.tags.append(dst)
	}
	for i := range p.keys {
		k := &p.keys[i]
		at := e.findMarked(k.name, k.mark)
		if at < 0 {
			continue
		}
		v, ok := m.ValueAt(at)
		if !ok {
			continue
		}
		start := len(dst)
		dst = append(dst, k.key...)
		valueAt := len(dst)
		if dst = appendTagText(dst, v); len(dst) == valueAt {
			dst = dst[:start]
		}
	}
	return dst
}
