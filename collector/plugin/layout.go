package plugin

import "iter"

// Lay gives items their data: parts of one buffer, each up to its end there, one behind the other.
func Lay(items []Item, buffer []byte, ends []int) {
	whole, start := &buffer, 0
	for i := range items {
		items[i].Data = buffer[start:ends[i]:ends[i]]
		items[i].buffer, items[i].at = whole, start
		start = ends[i]
	}
}

// Runs yields the data of all items in order, joined where they lie behind each other, which is
// nearly always: an output that writes them as they are need not put them together.
func Runs(items []Item) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := 0; i < len(items); {
			run, n := firstRun(items[i:])
			i += n
			if len(run) > 0 && !yield(run) {
				return
			}
		}
	}
}

// firstRun joins the first items; n is their number.
func firstRun(items []Item) (run []byte, n int) {
	first := &items[0]
	if first.buffer == nil {
		return first.Data, 1
	}
	end := first.at + len(first.Data)
	for n = 1; n < len(items); n++ {
		it := &items[n]
		if it.buffer != first.buffer || it.at != end {
			break
		}
		end += len(it.Data)
	}
	return (*first.buffer)[first.at:end:end], n
}
