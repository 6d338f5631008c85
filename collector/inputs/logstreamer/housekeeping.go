package logstreamer

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"lma_collector/collector/atomicfile"
)

// housekeeping is done once a second: held messages, quiet files, journals, directories.
func (s *scheduler) housekeeping() {
	now := time.Now()
	s.round++
	for _, st := range s.streams {
		if st.busy || st.queued {
			continue
		}
		s.look(st, now)
		st.numbers.report(st)
	}
	s.save(now)
	s.directories(now)
	if after := s.in.config.NoDataAfter; after > 0 && now.Sub(s.lastData) >= after && s.layout != nil && s.layout.matched > 0 {
		s.in.env.Health.Note("no data", fmt.Sprintf("no data for %s in any of %d files that match %q, the last at %s: are these the logs that are written?",
			after, s.layout.matched, s.in.config.FileMatch, s.lastData.Format(time.DateTime)))
	}
}

// look wakes a stream that waits for time to pass, and stops polling one that is quiet.
func (s *scheduler) look(st *stream, now time.Time) {
	switch {
	case st.asks:
	case st.cur == nil && st.watched == "" && len(st.files) > 0:
		if now.Sub(st.active) >= retryAfter {
			st.active = now
			s.wake(st)
		}
	case st.src != nil && st.src.Pending():
		s.wake(st)
	case st.cur != nil && st.watched == "" && st.changed(true):
		s.wake(st)
	case st.cur != nil && st.watched == "" && now.Sub(st.active) >= s.in.quietAfter:
		if s.watcher.add(st.cur.path) {
			st.watched = st.cur.path
		}
		if st.changed(true) { // in the meantime
			st.watched = ""
			s.wake(st)
		}
	}
}

// closeSome closes files and sources of streams that have been quiet the longest.
func (s *scheduler) closeSome() {
	var open []*stream
	for _, st := range s.streams {
		if !st.busy && st.src != nil {
			open = append(open, st)
		}
	}
	if len(open) <= maxOpen {
		return
	}
	sort.Slice(open, func(i, j int) bool { return open[i].active.Before(open[j].active) })
	spare := len(open) - maxOpen
	for _, st := range open {
		if spare == 0 {
			return
		}
		if st.queued || st.watched == "" && st.cur != nil && !s.watch(st) {
			continue
		}
		if st.sleep() {
			spare--
		}
	}
}

// watch has the watcher tell of a stream's file, unless something happened already.
func (s *scheduler) watch(st *stream) bool {
	if st.next != idle || !s.watcher.add(st.cur.path) {
		return false
	}
	st.watched = st.cur.path
	if st.changed(true) {
		st.watched = ""
		s.wake(st)
		return false
	}
	return true
}

// save writes journals of positions that moved, at most once a second and a tenth of the time.
func (s *scheduler) save(now time.Time) {
	if s.writing || s.in.env.Once || now.Before(s.nextSave) {
		return
	}
	moved := s.moved()
	if len(moved) == 0 {
		return
	}
	s.writing = true
	dir := s.in.journals
	s.saveBegan = now
	go func() { s.written <- writeJournals(dir, moved) }()
}

type movedStream struct {
	marks *marks
	path  string
	position
}

func (s *scheduler) moved() (list []movedStream) {
	for _, st := range s.streams {
		if p, changed := st.marks.take(); changed {
			list = append(list, movedStream{&st.marks, st.journal, p})
		}
	}
	return list
}

func writeJournals(dir string, list []movedStream) error {
	var errs []error
	for i := range list {
		if err := writeJournal(list[i].path, &list[i].position); err != nil {
			list[i].marks.keep()
			errs = append(errs, err)
		}
	}
	if len(errs) > 3 {
		errs = append(errs[:3], fmt.Errorf("and %d more", len(errs)-3))
	}
	return errors.Join(append(errs, atomicfile.SyncFolder(dir))...)
}

func (s *scheduler) saved(err error) {
	s.writing = false
	s.nextSave = time.Now().Add(9 * time.Since(s.saveBegan))
	if err != nil {
		s.in.env.Health.Set("journals", fmt.Sprintf("positions cannot be kept in %q, so that a restart would read again what was read since: %s",
			s.in.journals, strings.ReplaceAll(err.Error(), "\n", "; ")))
		return
	}
	s.in.env.Health.Clear("journals")
}

// finish ends the input: what was handed over has a moment to be delivered, then the positions are kept.
func (s *scheduler) finish() {
	if s.in.env.Once {
		return
	}
	deadline := time.NewTimer(stopWait)
	defer deadline.Stop()
	for s.unsettled() {
		select {
		case <-s.settled:
			continue
		case <-deadline.C:
		}
		break
	}
	if moved := s.moved(); len(moved) > 0 {
		s.saved(writeJournals(s.in.journals, moved))
	}
}

func (s *scheduler) unsettled() bool {
	for _, st := range s.streams {
		if st.marks.pending() > 0 {
			return true
		}
	}
	return false
}
