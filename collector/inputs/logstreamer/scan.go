package logstreamer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"syscall"
	"time"
)

// fileID is what stays the same when a file is renamed.
type fileID struct{ device, inode uint64 }

func idOf(info fs.FileInfo) fileID {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return fileID{uint64(s.Dev), s.Ino}
	}
	return fileID{}
}

// foundFile is a file as a scan saw it.
type foundFile struct {
	path     string
	id       fileID
	size     int64
	modified time.Time
	order    []int64 // numbers of the groups of file_match
}

// LeftOut is a file or directory that is not read, with the reason.
type LeftOut struct {
	Stream string `json:"stream,omitempty"` // "" where it belongs to none
	Path   string `json:"path"`
	Reason string `json:"reason"`
	old    bool   // left out by oldest_duration, which is nothing to worry about
}

// layout is what a scan found.
type layout struct {
	streams  map[string][]foundFile // from the oldest to the newest
	problems map[string]string      // why a stream is not read, by its name
	leftOut  []LeftOut
	err      error // of log_directory itself
	stamps   []dirStamp
	matched  int // files
	took     time.Duration
}

// dirStamp is a directory with the time of its last change: it tells cheaply of new, renamed and
// deleted files.
type dirStamp struct {
	path     string
	modified time.Time
}

// scanner does one scan.
type scanner struct {
	*layout
	pattern *pattern
	re      *regexp.Regexp
	oldest  time.Time // files that were changed earlier are left out
	keep    func(path string) bool
}

// scan looks for all files. keep names files that stay however old they are.
func (p *pattern) scan(now time.Time, oldest time.Duration, keep func(path string) bool) *layout {
	began := time.Now()
	l := &layout{streams: map[string][]foundFile{}, problems: map[string]string{}}
	root, re, err := p.compile()
	if err != nil {
		l.err = err
		return l
	}
	s := scanner{layout: l, pattern: p, re: re, keep: keep}
	if oldest > 0 {
		s.oldest = now.Add(-oldest)
	}
	l.err = filepath.WalkDir(root, s.visit)
	for name, files := range l.streams {
		p.sort(files)
		if len(files) > 1 && len(p.priority) == 0 {
			l.problems[name] = fmt.Sprintf("stream %q has %d files, such as %q and %q, but no priority to order them: give priority, or a differentiator that tells them apart",
				name, len(files), files[0].path, files[1].path)
		}
	}
	l.takeDirectories()
	l.took = time.Since(began)
	return l
}

func (s *scanner) visit(path string, d fs.DirEntry, err error) error {
	switch {
	case err != nil && d == nil: // log_directory itself
		return err
	case err != nil:
		if !errors.Is(err, fs.ErrNotExist) {
			s.leave("", path, reason(err))
		}
		return nil
	case d.IsDir():
		if info, err := d.Info(); err == nil {
			s.stamps = append(s.stamps, dirStamp{path, info.ModTime()})
		}
	}
	groups := s.re.FindStringSubmatch(path)
	if groups == nil {
		return nil
	}
	s.take(path, groups)
	return nil
}

// take adds a file whose path matches.
func (s *scanner) take(path string, groups []string) {
	name := s.pattern.streamName(groups)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		s.leave(name, path, reason(err))
		return
	case info.IsDir():
		s.leave(name, path, isDirectory)
		return
	case !info.Mode().IsRegular():
		s.leave(name, path, "is no regular file but "+info.Mode().Type().String())
		return
	case info.ModTime().Before(s.oldest) && !s.keep(path):
		s.leave(name, path, "was last changed "+info.ModTime().Format(time.DateOnly)+", which oldest_duration leaves out")
		s.leftOut[len(s.leftOut)-1].old = true
		return
	}
	order, problem := s.pattern.numbers(groups)
	if problem != "" {
		s.leave(name, path, "is read, but its place among the others is unsure: "+problem)
	}
	s.matched++
	s.streams[name] = append(s.streams[name], foundFile{path, idOf(info), info.Size(), info.ModTime(), order})
}

const isDirectory = "is a directory where a file was expected"

func (l *layout) leave(stream, path, why string) {
	l.leftOut = append(l.leftOut, LeftOut{Stream: stream, Path: path, Reason: why})
}

// takeDirectories forgets directories that match beside files: only one in a file's place is a mistake.
func (l *layout) takeDirectories() {
	kept := l.leftOut[:0]
	for _, o := range l.leftOut {
		if o.Reason != isDirectory || len(l.streams[o.Stream]) == 0 {
			kept = append(kept, o)
		}
	}
	l.leftOut = kept
	sort.Slice(kept, func(i, j int) bool { return kept[i].Path < kept[j].Path })
}

// reason is an error without the path, which stands beside it.
func reason(err error) string {
	var pe *fs.PathError
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "permission denied: let the collector's user read it, usually by adding the user to the group that owns it"
	case errors.Is(err, fs.ErrNotExist):
		return "is a link to nowhere, or has just vanished"
	case errors.As(err, &pe):
		return pe.Err.Error()
	}
	return err.Error()
}

// changed tells whether a directory got, lost or renamed an entry since the scan.
func (l *layout) changed() bool {
	for _, s := range l.stamps {
		if info, err := os.Lstat(s.path); err != nil || !info.ModTime().Equal(s.modified) {
			return true
		}
	}
	return false
}
