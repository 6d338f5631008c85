package logstreamer

import (
	"log/slog"
	"path/filepath"
	"sync"

	"github.com/fsnotify/fsnotify"
)

// watcher tells when something happens to quiet files, so that they cost nothing. Files that are
// being written are not watched but polled, since an event for each write would cost more.
type watcher struct {
	events chan string // paths; never closed
	notify *fsnotify.Watcher
	log    *slog.Logger
	quit   chan struct{}
	ended  sync.WaitGroup
	failed bool // said so
}

// newWatcher may come without the system's help; then add refuses, and files are polled.
func newWatcher(log *slog.Logger) *watcher {
	w := &watcher{events: make(chan string), log: log, quit: make(chan struct{})}
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		w.refused(err)
		return w
	}
	w.notify = notify
	w.ended.Add(1)
	go w.listen()
	return w
}

func (w *watcher) refused(err error) {
	if !w.failed {
		w.failed = true
		w.log.Info("quiet files are polled, since the system does not tell of changes: raise fs.inotify.max_user_watches or max_user_instances", "error", err)
	}
}

func (w *watcher) listen() {
	defer w.ended.Done()
	for {
		var path string
		select {
		case e, ok := <-w.notify.Events:
			if !ok {
				return
			}
			path = filepath.Clean(e.Name)
		case _, ok := <-w.notify.Errors: // an overflow: the regular scan finds what was missed
			if !ok {
				return
			}
			continue
		}
		select {
		case w.events <- path:
		case <-w.quit:
			return
		}
	}
}

// add watches a file; false means that it must be polled.
func (w *watcher) add(path string) bool {
	if w.notify == nil {
		return false
	}
	if err := w.notify.Add(path); err != nil {
		if !vanished(err) {
			w.refused(err)
		}
		return false
	}
	return true
}

func (w *watcher) remove(path string) {
	if w.notify != nil {
		_ = w.notify.Remove(path) // it may have gone with the file
	}
}

func (w *watcher) close() {
	close(w.quit)
	if w.notify != nil {
		w.notify.Close()
	}
	w.ended.Wait()
}
