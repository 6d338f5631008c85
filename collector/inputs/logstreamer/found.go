package logstreamer

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// wantScan has the directories read again, soon.
func (s *scheduler) wantScan() {
	s.rescan = true
	s.startScan()
}

// startScan reads the directories unless that happens already. Scans have their part of the time.
func (s *scheduler) startScan() {
	if s.scan {
		return
	}
	if s.layout != nil && time.Since(s.scanned) < min(scanPart*s.layout.took, s.in.config.RescanInterval) {
		return // housekeeping comes back to it
	}
	s.scan, s.rescan, s.scanned = true, false, time.Now()
	current := map[string]bool{}
	for _, st := range s.streams {
		if st.started && !st.busy {
			current[st.pos.path] = true
		}
	}
	asked := s.scanned
	go func() {
		s.scans <- s.in.pattern.scan(asked, s.in.config.OldestDuration, func(path string) bool { return current[path] })
	}()
}

// directories starts a scan when it is time, or when a directory changed.
func (s *scheduler) directories(now time.Time) {
	switch {
	case s.rescan, s.layout == nil, now.Sub(s.scanned) >= s.in.config.RescanInterval:
		s.startScan()
	case s.round%tickRounds == 0 && (s.layout.err != nil || s.layout.changed()):
		s.startScan()
	}
}

// apply takes over what a scan found: new streams begin, others get their files.
func (s *scheduler) apply(l *layout) {
	s.scan = false
	s.layout = l
	for name, files := range l.streams {
		if l.problems[name] != "" {
			continue
		}
		st := s.streams[name]
		if st == nil {
			if st = s.begin(name); st == nil {
				continue
			}
		}
		s.giveFiles(st, files)
	}
	for name, st := range s.streams {
		if len(l.streams[name]) == 0 || l.problems[name] != "" {
			s.miss(name, st)
		}
	}
	s.conditions(l)
	if s.rescan {
		s.startScan()
	}
}

// begin makes a stream, unless another section reads one of the same name and journal.
func (s *scheduler) begin(name string) *stream {
	st := s.in.newStream(name, s.host)
	key := "stream:" + name
	if !s.in.env.Once {
		if by := claims.take(st.journal, s.in.env.Name); by != s.in.env.Name {
			s.in.env.Health.Set(key, fmt.Sprintf("stream %q is read by section %q already with the same journal: give one of them another differentiator or journal_directory", name, by))
			st.numbers.forget("")
			return nil
		}
	}
	s.in.env.Health.Clear(key)
	st.marks.settled = func() {
		select {
		case s.settled <- struct{}{}:
		default:
		}
	}
	s.streams[name] = st
	return st
}

// giveFiles hands a stream its files and wakes it where that makes a difference.
func (s *scheduler) giveFiles(st *stream, files []foundFile) {
	st.list, st.listed = files, true
	newest := files[len(files)-1]
	old := st.files
	asked := st.asks
	if asked || st.cur == nil {
		st.asks = false
	}
	if st.busy {
		st.again = st.again || asked
		return
	}
	st.files, st.list, st.listed = files, nil, false
	st.fresh = st.fresh || asked
	switch {
	case asked, !st.started && st.cur == nil:
		s.wake(st)
	case st.cur != nil && (newest.id != st.cur.id || !st.cur.compressed() && newest.size != st.cur.at),
		st.cur == nil && (newest.id != st.pos.id || newest.size != st.size),
		!slices.EqualFunc(old, files, func(a, b foundFile) bool { return a.id == b.id && a.path == b.path }):
		st.watched = ""
		s.wake(st)
	}
}

// miss is called for a stream without files. After some time it is forgotten; its journal stays.
func (s *scheduler) miss(name string, st *stream) {
	if st.busy || st.queued {
		return
	}
	st.fresh = st.fresh || st.asks
	st.files, st.list, st.listed, st.asks = nil, nil, false, false
	if st.cur != nil {
		s.wake(st) // it may have been written to before it was deleted
		return
	}
	if s.in.env.Once {
		st.once = true
		return
	}
	if time.Since(st.active) < forgetAfter || st.marks.pending() > 0 || st.src != nil && st.src.Pending() {
		return
	}
	if _, unsaved := st.marks.take(); unsaved {
		st.marks.keep()
		return
	}
	path := st.pos.path
	st.close()
	st.numbers.forget(path)
	claims.release(st.journal, s.in.env.Name)
	delete(s.streams, name)
}

// conditions tells what the operator should know of a scan.
func (s *scheduler) conditions(l *layout) {
	c := s.in.config
	now := map[string]string{}
	switch {
	case l.err != nil && vanished(l.err):
		now["log_directory"] = fmt.Sprintf("log_directory %q does not exist: nothing is read until it does", c.LogDirectory)
	case l.err != nil:
		now["log_directory"] = fmt.Sprintf("log_directory %q cannot be read: %s", c.LogDirectory, reason(l.err))
	case l.matched == 0:
		now["files"] = fmt.Sprintf("no file below %s matches file_match '%s'%s: is the service installed here, and are these its logs?", c.LogDirectory, c.FileMatch, l.unreadable())
	}
	for name, problem := range l.problems {
		now["stream:"+name] = problem
	}
	for _, o := range l.leftOut {
		if o.Stream != "" && !o.old {
			now["file:"+o.Path] = fmt.Sprintf("%q %s", o.Path, o.Reason)
		}
	}
	for key := range s.keptUp {
		if now[key] == "" {
			s.in.env.Health.Clear(key)
		}
	}
	s.clearGone(l, now)
	s.keptUp = map[string]bool{}
	for key, text := range now {
		s.keptUp[key] = true
		if key == "files" { // as on every node that does not run the service
			s.in.env.Health.Note(key, text)
			continue
		}
		s.in.env.Health.Set(key, text)
	}
}

// clearGone ends conditions about files that are not there any more.
func (s *scheduler) clearGone(l *layout, now map[string]string) {
	about := map[string]bool{}
	for _, c := range s.in.env.Health.Conditions() {
		if strings.HasPrefix(c.Key, "file:") && now[c.Key] == "" {
			about[c.Key] = true
		}
	}
	if len(about) == 0 {
		return
	}
	for _, files := range l.streams {
		for _, f := range files {
			delete(about, "file:"+f.path)
		}
	}
	for key := range about {
		s.in.env.Health.Clear(key)
	}
}

// unreadable counts directories that may hide what is looked for.
func (l *layout) unreadable() string {
	n, first := 0, ""
	for _, o := range l.leftOut {
		if o.Stream == "" {
			if n == 0 {
				first = o.Path
			}
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; %d directories cannot be looked into, such as %q", n, first)
}

// claims are the journals in use by sections of this process.
var claims = claimed{by: map[string]claim{}}

type claimed struct {
	mu sync.Mutex
	by map[string]claim
}

type claim struct {
	section string
	times   int // a section that is started anew may overlap with its former self
}

// take claims a journal and tells who has it.
func (c *claimed) take(journal, section string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	has := c.by[journal]
	if has.times == 0 {
		has.section = section
	}
	if has.section == section {
		has.times++
		c.by[journal] = has
	}
	return has.section
}

func (c *claimed) release(journal, section string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	has := c.by[journal]
	if has.section != section {
		return
	}
	if has.times--; has.times <= 0 {
		delete(c.by, journal)
		return
	}
	c.by[journal] = has
}
