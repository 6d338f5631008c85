package logstreamer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"time"

	"lma_collector/collector/plugin"
)

// StreamPlan is what would be read of one stream. The plan without a stream name, which comes last,
// holds what belongs to none.
type StreamPlan struct {
	Stream  string     `json:"stream"`
	Files   []FilePlan `json:"files"`             // from the oldest to the newest
	Journal string     `json:"journal,omitempty"` // path of the journal, whether it is there or not
	// Known says that there is a journal. File is where reading goes on then, and Offset how many
	// bytes of its text were delivered; without a journal they are where reading begins.
	Known   bool      `json:"known"`
	File    string    `json:"file,omitempty"`
	Offset  int64     `json:"offset"`
	Problem string    `json:"problem,omitempty"` // why the stream is not read, or not from where it stood
	LeftOut []LeftOut `json:"left_out,omitempty"`
}

// FilePlan is a file of a stream.
type FilePlan struct {
	Path     string    `json:"path"`
	Size     int64     `json:"size"` // bytes on disk
	Modified time.Time `json:"modified"`
	Done     bool      `json:"done"` // it was read, or is older than what was read
}

// maxUnmatched bounds the list of files that do not match, which lie beside those that do.
const maxUnmatched = 100

// Plan tells what would be read, from where, and why files are left out. It changes nothing. The
// error is about the options or about log_directory.
func (c *Config) Plan(env *plugin.Env) ([]StreamPlan, error) {
	p, err := newPattern(c, env.Name)
	if err != nil {
		return nil, err
	}
	l := p.scan(time.Now(), c.OldestDuration, func(string) bool { return false })
	if l.err != nil {
		return nil, fmt.Errorf("log_directory %q cannot be read: %s", c.LogDirectory, reason(l.err))
	}
	plans := map[string]*StreamPlan{}
	plan := func(name string) *StreamPlan {
		if plans[name] == nil {
			plans[name] = &StreamPlan{Stream: name}
			if name != "" {
				plans[name].Journal = filepath.Join(c.journalDirectory(env), journalName(name))
			}
		}
		return plans[name]
	}
	for name, files := range l.streams {
		s := plan(name)
		s.Problem = l.problems[name]
		s.place(c, files)
	}
	for _, o := range append(l.leftOut, l.unmatched(p)...) {
		s := plan(o.Stream)
		s.LeftOut = append(s.LeftOut, o)
	}
	return sorted(plans), nil
}

func sorted(plans map[string]*StreamPlan) []StreamPlan {
	list := make([]StreamPlan, 0, len(plans))
	for _, s := range plans {
		list = append(list, *s)
	}
	sort.Slice(list, func(i, j int) bool {
		if (list[i].Stream == "") != (list[j].Stream == "") {
			return list[j].Stream == ""
		}
		return list[i].Stream < list[j].Stream
	})
	return list
}

// place finds where reading of a stream would go on.
func (s *StreamPlan) place(c *Config, files []foundFile) {
	trouble := func(path string, err error) {
		s.LeftOut = append(s.LeftOut, LeftOut{Stream: s.Stream, Path: path, Reason: reason(err)})
	}
	at := 0
	pos, known, err := readJournal(s.Journal)
	switch {
	case err != nil:
		s.Problem = err.Error()
	case known:
		s.Known = true
		var open *logFile
		if open, at = locate(files, &pos, trouble); open != nil {
			s.Offset = pos.seek
			open.close()
		} else if at = next(files, -1, &pos); at < 0 {
			at = len(files)
		}
	case c.InitialTail:
		at = len(files) - 1
		s.Offset = files[at].size
	}
	for i, f := range files {
		s.Files = append(s.Files, FilePlan{f.path, f.size, f.modified, i < at})
		if open, err := os.Open(f.path); err == nil {
			open.Close()
		} else if !known {
			trouble(f.path, err)
		}
	}
	if at < len(files) && s.Problem == "" {
		s.File = files[at].path
	}
}

// unmatched lists files beside those that match, which a mistake in file_match may have left out.
func (l *layout) unmatched(p *pattern) (list []LeftOut) {
	_, re, err := p.compile()
	if err != nil {
		return nil
	}
	dirs := map[string]bool{}
	for _, files := range l.streams {
		for _, f := range files {
			dirs[filepath.Dir(f.path)] = true
		}
	}
	if len(dirs) == 0 && len(l.stamps) > 0 {
		dirs[l.stamps[0].path] = true
	}
	for dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			list = append(list, LeftOut{Path: dir, Reason: reason(err)})
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			if !e.IsDir() && !re.MatchString(path) && len(list) < maxUnmatched {
				list = append(list, LeftOut{Path: path, Reason: "does not match file_match"})
			}
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Path < list[j].Path })
	return list
}
