package matcher

import (
	"cmp"
	"slices"
)

// builder gathers what NewSet needs to know of all expressions before it can index one.
type builder struct {
	set     *Set
	trees   []*expr
	demands [][]demand
	popular map[string]int // how many expressions demand something of a field
	tests   map[string]*test
	uses    map[string]int // in how many expressions a test stands
	slots   map[string]int
}

// NewSet makes a set. Matchers of equal expressions are run once; a nil Matcher matches nothing.
func NewSet(ms []*Matcher) *Set {
	b := &builder{
		set:     &Set{count: len(ms), byType: map[string]*typeEntry{}},
		popular: map[string]int{},
		tests:   map[string]*test{},
		uses:    map[string]int{},
		slots:   map[string]int{},
	}
	b.gather(ms)
	for i := range b.trees {
		b.index(int32(i))
	}
	names := make([]string, len(b.slots))
	for name, slot := range b.slots {
		names[slot] = name
	}
	b.set.names = newNameTable(names)
	return b.set
}

// gather finds the different expressions, what they demand and how often each of their tests is used.
func (b *builder) gather(ms []*Matcher) {
	seen := map[string]int{}
	for i, m := range ms {
		if m == nil {
			continue
		}
		if m.program.start == accept {
			b.set.always = append(b.set.always, int32(i))
			continue
		}
		if m.program.start == reject {
			continue
		}
		for _, tree := range alternatives(m.tree) {
			key := tree.key()
			at, known := seen[key]
			if !known {
				at = len(b.trees)
				seen[key] = at
				b.trees = append(b.trees, tree)
				b.set.exprs = append(b.set.exprs, setExpr{})
				b.study(tree)
			}
			b.set.exprs[at].matchers = append(b.set.exprs[at].matchers, int32(i))
		}
	}
}

func (b *builder) study(tree *expr) {
	list := demands(tree)
	b.demands = append(b.demands, list)
	for _, d := range list {
		if d.variable == varField {
			b.popular[d.field]++
		}
	}
	counted := map[string]bool{}
	tree.eachTest(func(t *test) {
		if key := t.key(); !counted[key] {
			counted[key] = true
			b.uses[key]++
		}
	})
}

func (e *expr) eachTest(yield func(*test)) {
	if e.form == formTest {
		yield(e.test)
	}
	for _, kid := range e.kids {
		kid.eachTest(yield)
	}
}

// index puts an expression where it is looked for.
func (b *builder) index(i int32) {
	s := b.set
	d := b.choose(b.demands[i])
	if d == nil {
		s.plain = append(s.plain, i)
		s.exprs[i].program = compile(b.trees[i], b.use)
		return
	}
	rest := without(b.trees[i], d.whole)
	if d.variable == varField {
		rest = b.enterField(d, typeDemand(b.demands[i], len(d.texts)), i, rest)
	} else {
		b.enter(d, i)
	}
	s.exprs[i].program = compile(rest, b.use)
}

// maxEntries limits in how many places one expression may stand in the index by type and field.
const maxEntries = 1024

// typeDemand is the demand for some types, nil if there is none or they are too many.
func typeDemand(list []demand, texts int) *demand {
	for i := range list {
		if d := &list[i]; d.variable == varType && !d.prefix && len(d.texts)*texts <= maxEntries {
			return d
		}
	}
	return nil
}

// enterField puts an expression into the index by field, below each type that it demands (types is
// nil for none), and gives what is left of it.
func (b *builder) enterField(d, types *demand, i int32, rest *expr) *expr {
	slot := int32(b.slot(d.field))
	if types == nil {
		b.set.fields = entered(b.set.fields, slot, d.texts, i)
		return rest
	}
	for _, typ := range types.texts {
		entry := b.typeEntry(typ)
		entry.fields = entered(entry.fields, slot, d.texts, i)
	}
	return without(rest, types.whole)
}

func entered(fields []fieldIndex, slot int32, texts []string, i int32) []fieldIndex {
	at := slices.IndexFunc(fields, func(f fieldIndex) bool { return f.slot == slot })
	if at < 0 {
		at = len(fields)
		fields = append(fields, fieldIndex{slot, map[string][]int32{}})
	}
	for _, text := range texts {
		fields[at].exprs[text] = append(fields[at].exprs[text], i)
	}
	return fields
}

func (b *builder) typeEntry(typ string) *typeEntry {
	entry := b.set.byType[typ]
	if entry == nil {
		entry = &typeEntry{typ: typ}
		b.set.byType[typ] = entry
	}
	return entry
}

// enter puts an expression into the index of a header.
func (b *builder) enter(d *demand, i int32) {
	s := b.set
	for _, text := range d.texts {
		switch {
		case d.prefix:
			at := slices.IndexFunc(s.prefixes, func(p prefixEntry) bool { return p.prefix == text })
			if at < 0 {
				at = len(s.prefixes)
				s.prefixes = append(s.prefixes, prefixEntry{prefix: text})
			}
			s.prefixes[at].exprs = append(s.prefixes[at].exprs, i)
		case d.variable == varType:
			entry := b.typeEntry(text)
			entry.exprs = append(entry.exprs, i)
		default:
			at := slices.IndexFunc(s.headers, func(h headerIndex) bool { return h.variable == d.variable })
			if at < 0 {
				at = len(s.headers)
				s.headers = append(s.headers, headerIndex{d.variable, map[string][]int32{}})
			}
			s.headers[at].exprs[text] = append(s.headers[at].exprs[text], i)
		}
	}
}

// choose picks the demand to index an expression by: a field that many expressions demand, else
// type, logger, host name, env version, a prefix of the type. It is nil when there is none.
func (b *builder) choose(list []demand) *demand {
	var best *demand
	for i := range list {
		d := &list[i]
		if d.rank() < len(indexable) && (best == nil || b.better(d, best)) {
			best = d
		}
	}
	return best
}

func (b *builder) better(d, than *demand) bool {
	return cmp.Or(
		cmp.Compare(d.rank(), than.rank()),
		cmp.Compare(b.popular[than.field], b.popular[d.field]),
		cmp.Compare(len(d.texts), len(than.texts)),
	) < 0
}

// indexable are the variables worth an index, best first. Payload and Uuid are not: one is long,
// and each message has another of the other.
var indexable = [...]variable{varField, varType, varLogger, varHostname, varEnvVersion, varType}

func (d *demand) rank() int {
	if d.prefix {
		return len(indexable) - 1
	}
	if i := slices.Index(indexable[:], d.variable); i >= 0 {
		return i
	}
	return len(indexable)
}

func (b *builder) slot(field string) int {
	slot, ok := b.slots[field]
	if !ok {
		slot = len(b.slots)
		b.slots[field] = slot
	}
	return slot
}

// keepFrom is the cost from which a test that stands in several expressions keeps its result.
const keepFrom = 5

// use gives the set's own copy of a test, one for all equal ones.
func (b *builder) use(t *test) *test {
	key := t.key()
	if own, ok := b.tests[key]; ok {
		return own
	}
	own := *t
	if own.variable == varField {
		own.slot = b.slot(own.field)
	}
	if b.uses[key] > 1 && own.cost() >= keepFrom {
		own.memo = b.set.memos
		b.set.memos++
	}
	b.tests[key] = &own
	return &own
}
