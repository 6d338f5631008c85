package lua

// Finalizers, the metamethods __gc of what newproxy makes. A look at what lives finds what nobody has any more;
// its finalizers run before the next instruction that ends a slice of the budget, or in collectgarbage.

// finalBudget is how many instructions the finalizers have together that run when a program ends.
const finalBudget = 100_000

// isDoomed tells of a proxy that is finalized: weak values let it go.
func (v Value) isDoomed() bool { return v.n == wordUserdata && v.userdata().doomed }

// finalizer is a proxy's metamethod, nil where it has none.
func (u *userdata) finalizer() Value {
	if u.meta == nil {
		return Value{}
	}
	f := u.meta.fast(tmGC)
	if f.Kind() != KindFunction {
		return Value{}
	}
	return f
}

// addProxy takes note of a new proxy. The first one begins the looks at what lives where there is no limit.
func (in *Interp) addProxy(u *userdata) {
	if in.proxies == nil && in.nextWalk == noLimit {
		in.collects = true
		in.nextWalk = in.memory + minSlack
	}
	in.proxies = append(in.proxies, u)
}

// doom takes from the proxies those that were not reached. Those with a finalizer live until it has run.
func (w *walker) doom() {
	in := w.in
	live, before := in.proxies[:0], len(in.doomed)
	for _, u := range in.proxies {
		switch {
		case u.mark == w.epoch:
			live = append(live, u)
		case !u.finalizer().isNil():
			u.doomed = true
			in.doomed = append(in.doomed, u)
		}
	}
	clear(in.proxies[len(live):])
	in.proxies = live
	if len(in.doomed) == before {
		return
	}
	for _, u := range in.doomed[before:] {
		w.userdata(u)
	}
	w.drain()
	if in.fuel > 0 { // soon
		in.reserve += in.fuel
		in.fuel = 0
	}
}

// finalize runs the finalizers that wait, the youngest first. As in C an error in one is an error where it runs.
func (th *thread) finalize() {
	in := th.in
	defer func(before bool) { in.finalizes = before }(in.finalizes)
	in.finalizes = true
	for n := len(in.doomed); n > 0; n = len(in.doomed) {
		u := in.doomed[n-1]
		in.doomed[n-1] = nil
		in.doomed = in.doomed[:n-1]
		f := u.finalizer()
		if f.isNil() {
			continue
		}
		top := th.top
		at := max(top, th.ci.top)
		th.grow(at, 2+nativeSlots)
		th.stack[at], th.stack[at+1] = f, userdataValue(u)
		th.top = at + 2
		th.callAt(at, 1, 0)
		th.top = top
	}
}

// Finalize runs the finalizers of all that there is, the youngest first, for a program that ends. They have a budget of
// their own, and their errors go unseen.
func (in *Interp) Finalize() {
	last := append(in.proxies, in.doomed...)
	in.proxies, in.doomed = nil, nil
	in.SetBudget(finalBudget)
	for i := len(last) - 1; i >= 0 && in.dead == nil; i-- {
		if f := last[i].finalizer(); !f.isNil() {
			last[i].doomed = true
			_ = in.Call(f, nil, userdataValue(last[i]))
		}
	}
}
