package lua

import (
	"math"
	"math/bits"
	"sync"
)

// What C Lua takes for other things, in bytes.
const (
	sizeText     = 25 // and its bytes
	sizeClosure  = 40 // and 8 for each upvalue
	sizeUserdata = 40
	sizeUpvalue  = 40
	sizeCode     = 12 // an instruction and its line
	minSlack     = 64 << 10
	longestMode  = 16      // bytes of __mode that are looked at
	maxBlock     = 1 << 30 // taken at once, even without a limit
	noLimit      = math.MaxInt >> 1
)

// charge counts memory that is about to be taken. When the limit may be reached it looks what lives;
// if that and the new memory are more than the limit the script ends.
func (in *Interp) charge(bytes int) {
	in.memory += bytes
	if in.memory > in.nextWalk {
		in.checkMemory(bytes)
	}
}

// freeBlock is how much memory a native function takes without a charge.
const freeBlock = 512

// chargeBlock is charge for what native functions make, whose memory must be filled and collected, too.
func (in *Interp) chargeBlock(bytes int) {
	in.charge(bytes)
	if bytes > freeBlock {
		in.fuel -= bytes >> 7
	}
}

func (in *Interp) chargeText(n int) { in.charge(sizeText + n) }

// need ends the script unless that many bytes are allowed.
func (in *Interp) need(bytes int) {
	if bytes > maxBlock {
		in.kill(errMemory)
	}
	if in.memory+bytes > in.nextWalk {
		in.checkMemory(bytes)
		in.memory -= bytes
	}
}

func (in *Interp) checkMemory(bytes int) {
	live := in.walk()
	if in.memory = live + bytes; in.memory > in.memoryLimit || bytes > in.memoryLimit {
		in.kill(errMemory)
	}
	if in.memoryLimit == noLimit { // looked at for its weak tables
		in.nextWalk = 2*in.memory + minSlack
		return
	}
	in.nextWalk = max(in.memoryLimit, live+max(in.memoryLimit/8, minSlack))
}

// work charges for steps that take about a 16th of an instruction each; a few cost nothing.
func (in *Interp) work(steps int) {
	if steps > 128 {
		in.fuel -= steps >> 4
	}
}

// SetMemoryLimit limits what the script holds to about that many bytes, as C Lua would take them; 0
// for no limit.
func (in *Interp) SetMemoryLimit(bytes int) {
	in.memoryLimit, in.nextWalk = bytes, bytes
	if bytes <= 0 {
		in.memoryLimit, in.nextWalk = noLimit, noLimit
		if in.collects {
			in.nextWalk = in.memory + minSlack
		}
	}
}

// MemoryUsed is about what the script holds, in bytes as C Lua would take them: what lived when it was
// looked at last, and what it took since.
func (in *Interp) MemoryUsed() int { return in.memory }

// CollectMemory looks what lives now, clears the weak references to what does not, and gives
// MemoryUsed. It lets go of the strings that were used lately.
func (in *Interp) CollectMemory() int {
	in.names = nil
	in.memory = in.walk()
	return in.memory
}

// walker adds up what can be reached from the roots. Objects that are counted carry the number of the
// walk; strings are kept in a set of their addresses.
type walker struct {
	in      *Interp
	epoch   uint32
	size    int
	objects int
	tables  []*Table // whose content is not counted yet
	others  []Value
	weak    []*Table
	texts   textSet
}

func (in *Interp) walk() int {
	in.epoch++
	w := walkers.Get().(*walker)
	w.in, w.epoch = in, in.epoch
	w.texts.reserve(in.texts)
	w.table(in.globals)
	w.table(in.loaded)
	for _, mt := range in.metas {
		w.table(mt)
	}
	for _, mt := range in.classes {
		w.table(mt)
	}
	for th := in.running; th != nil; th = th.resumer {
		w.value(threadValue(th))
	}
	for _, o := range in.kept {
		w.object(o)
	}
	w.value(threadValue(in.main))
	w.value(in.thrown)
	for _, u := range in.doomed {
		w.userdata(u)
	}
	w.drain()
	w.doom()
	w.clearWeak()
	w.objects += w.texts.n
	in.fuel -= w.objects >> 2
	in.texts = w.texts.n
	size := w.size
	w.reset()
	walkers.Put(w)
	return size
}

// walkers are kept for the next walk: many scripts with a timer look often.
var walkers = sync.Pool{New: func() any { return &walker{} }}

// mostKept is how many entries of a list or set are kept.
const mostKept = 4096

// reset forgets a walk.
func (w *walker) reset() {
	w.in, w.size, w.objects = nil, 0, 0
	w.tables, w.others, w.weak = emptied(w.tables), emptied(w.others), emptied(w.weak)
	if len(w.texts.slots) > mostKept {
		w.texts.slots = nil
	}
	clear(w.texts.slots)
	w.texts.n = 0
}

func emptied[T any](list []T) []T {
	if cap(list) > mostKept {
		return nil
	}
	clear(list[:cap(list)])
	return list[:0]
}

func (w *walker) drain() {
	for len(w.tables) > 0 || len(w.others) > 0 {
		if n := len(w.tables); n > 0 {
			t := w.tables[n-1]
			w.tables = w.tables[:n-1]
			w.content(t)
			continue
		}
		n := len(w.others)
		v := w.others[n-1]
		w.others = w.others[:n-1]
		w.other(v)
	}
}

func (w *walker) value(v Value) {
	switch v.n >> tagShift {
	case tagString:
		if w.texts.add(v.address()) {
			w.size += sizeText + v.strLen()
		}
	case tagTable:
		w.table(v.table())
	case tagClosure, tagNative, tagUserdata, tagThread:
		w.others = append(w.others, v)
	}
}

func (w *walker) table(t *Table) {
	if t == nil || t.mark == w.epoch {
		return
	}
	t.mark = w.epoch
	w.objects++
	w.size += sizeTable + sizeSlot*len(t.arr) + sizeNode*int(t.room)
	w.tables = append(w.tables, t)
}

// content counts what a table refers to; weak references do not count.
func (w *walker) content(t *Table) {
	w.objects += len(t.arr)/8 + len(t.nodes)/4 // a slot is less work than an object
	weakKeys, weakValues := false, false
	if t.meta != nil {
		w.table(t.meta)
		if mode := t.meta.fast(tmMode); mode.isString() {
			for i := range min(mode.strLen(), longestMode) {
				weakKeys = weakKeys || mode.str()[i] == 'k'
				weakValues = weakValues || mode.str()[i] == 'v'
			}
		}
		if weakKeys || weakValues {
			w.weak = append(w.weak, t)
		}
	}
	for i := range t.arr {
		if !weakValues || t.arr[i].isString() {
			w.value(t.arr[i])
		}
	}
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.val.isNil() {
			if k := n.key; k.n>>tagShift >= tagString { // let go what it refers to
				n.key = deadKey(k)
			}
			continue
		}
		if !weakKeys || n.key.isString() {
			w.value(n.key)
		}
		if !weakValues || n.val.isString() {
			w.value(n.val)
		}
	}
}

// other counts functions, userdata and threads.
func (w *walker) other(v Value) {
	switch v.n >> tagShift {
	case tagClosure:
		w.closure(v.closure())
	case tagNative:
		w.native(v.native())
	case tagUserdata:
		w.userdata(v.userdata())
	case tagThread:
		w.thread(v.thread())
	}
}

func (w *walker) native(f *native) {
	if f.holds == nil { // interpreters share them: there is no mark
		w.size += sizeClosure
		return
	}
	if f.mark == w.epoch {
		return
	}
	f.mark = w.epoch
	w.objects++
	w.size += sizeClosure
	w.object(f.holds)
}

// object counts what an object of the host takes and keeps.
func (w *walker) object(o any) {
	if s, ok := o.(Sized); ok {
		w.size += s.Size()
	}
	if r, ok := o.(Referrer); ok {
		r.Refer(w.value)
	}
}

func (w *walker) closure(cl *closure) {
	if cl.mark == w.epoch {
		return
	}
	cl.mark = w.epoch
	w.objects++
	w.size += sizeClosure + 8*len(cl.up)
	w.table(cl.env)
	w.proto(cl.proto)
	for _, u := range cl.up {
		if u != nil && u.mark != w.epoch {
			u.mark = w.epoch
			w.size += sizeUpvalue
			w.value(*u.v)
			if u.th != nil && u.th.mark != w.epoch { // it keeps the whole stack
				w.others = append(w.others, threadValue(u.th))
			}
		}
	}
}

func (w *walker) proto(p *proto) {
	if p.mark == w.epoch {
		return
	}
	p.mark = w.epoch
	w.size += 120 + sizeCode*len(p.code) + sizeSlot*len(p.consts) + 24*len(p.locals)
	for _, k := range p.consts {
		w.value(k)
	}
	for _, inner := range p.protos {
		w.proto(inner)
	}
}

func (w *walker) userdata(u *userdata) {
	if u.mark == w.epoch {
		return
	}
	u.mark = w.epoch
	w.objects++
	w.size += sizeUserdata
	w.table(u.meta)
	w.object(u.object)
}

func (w *walker) thread(th *thread) {
	if th.mark == w.epoch {
		return
	}
	th.mark = w.epoch
	w.size += 200 + sizeSlot*len(th.stack)
	w.table(th.env)
	top := th.top // registers above a native call are not in use
	if th.ci.cl != nil {
		top = max(top, th.ci.top)
	}
	for ci := th.first.next; ci != nil; ci = ci.next {
		w.size += 64
	}
	for ci := th.ci.next; ci != nil; ci = ci.next { // calls that have returned
		ci.cl, ci.fn = nil, nil
	}
	w.value(th.handler)
	if th.hook != nil {
		w.value(th.hook.fn)
	}
	top = min(top, len(th.stack))
	for i := range th.stack[:top] {
		w.value(th.stack[i])
	}
	clear(th.stack[top:])
}

// clearWeak removes weak references to what was not reached.
func (w *walker) clearWeak() {
	for _, t := range w.weak {
		for i := range t.arr {
			if v := t.arr[i]; w.unreached(v) || v.isDoomed() {
				t.arr[i] = Value{}
			}
		}
		for i := range t.nodes {
			n := &t.nodes[i]
			if !n.val.isNil() && (w.unreached(n.key) || w.unreached(n.val) || n.val.isDoomed()) {
				n.val = Value{}
				if n.key.n>>tagShift >= tagString {
					n.key = deadKey(n.key)
				}
			}
		}
	}
}

func (w *walker) unreached(v Value) bool {
	switch v.n >> tagShift {
	case tagTable:
		return v.table().mark != w.epoch
	case tagClosure:
		return v.closure().mark != w.epoch
	case tagUserdata:
		return v.userdata().mark != w.epoch
	case tagThread:
		return v.thread().mark != w.epoch
	}
	return false
}

// textSet is a set of addresses.
type textSet struct {
	slots []uintptr
	n     int
}

// reserve makes room for so many addresses in an empty set.
func (s *textSet) reserve(n int) {
	if size := 1 << bits.Len(uint(2*n)); size > len(s.slots) && size > 64 {
		s.slots = make([]uintptr, size)
	}
}

// add tells whether the address is new.
func (s *textSet) add(p uintptr) bool {
	if 2*s.n >= len(s.slots) {
		old := s.slots
		s.slots = make([]uintptr, max(2*len(old), 64))
		s.n = 0
		for _, q := range old {
			if q != 0 {
				s.add(q)
			}
		}
	}
	mask := len(s.slots) - 1
	for i := int(hashWord(uint64(p))) & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case p:
			return false
		case 0:
			s.slots[i] = p
			s.n++
			return true
		}
	}
}
