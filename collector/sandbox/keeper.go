package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lma_collector/collector/atomicfile"
	"lma_collector/collector/plugin"
)

// keepInterval is how often a script's data are written while it runs.
const keepInterval = time.Minute

// keeper writes a script's data: now and then while it runs, and when it stops. The file is replaced
// at once, so that a crash leaves the older data, not half of the newer.
type keeper struct {
	path string // "" for a script whose data are not kept
	env  *plugin.Env
	next time.Time
	mine bool     // the path is this script's
	last *writing // the newest that has not been heard of, nil for none
}

// writing is data on their way to the file. They are written when somebody says so.
type writing struct {
	path   string
	data   [][]byte
	before *writing // to the same file, nil for none

	mu       sync.Mutex
	decided  bool
	canceled bool
	done     chan struct{}
	err      error
}

// begin writes the data. The disk is waited for elsewhere. Any goroutine may call it.
func (w *writing) begin() {
	if w.decide() {
		go func() {
			if w.before != nil {
				<-w.before.done
			}
			w.err = replaceFile(w.path, w.data)
			close(w.done)
		}()
	}
}

// cancel leaves the file as it is, unless the write has begun.
func (w *writing) cancel() {
	if w.decide() {
		w.canceled = true
		close(w.done)
	}
}

func (w *writing) decide() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	first := !w.decided
	w.decided = true
	return first
}

// writers are the files that scripts of this process write, so that two do not overwrite each other:
// the first one that is called has the file.
var writers struct {
	sync.Mutex
	paths map[string]*keeper
}

func newKeeper(wanted bool, path string, env *plugin.Env) *keeper {
	if !wanted {
		return &keeper{}
	}
	return &keeper{path: path, env: env, next: time.Now().Add(keepInterval)}
}

// claim makes the path this script's unless it is another's.
func (k *keeper) claim() bool {
	if k.mine {
		return true
	}
	writers.Lock()
	defer writers.Unlock()
	if writers.paths == nil {
		writers.paths = map[string]*keeper{}
	}
	if writers.paths[k.path] == nil {
		writers.paths[k.path], k.mine = k, true
		k.clear()
	}
	return k.mine
}

func (k *keeper) clear() {
	if k.env.Health != nil {
		k.env.Health.Clear(about(k.env, "preserve_data"))
	}
}

func (k *keeper) release() {
	if k.mine {
		writers.Lock()
		defer writers.Unlock()
		delete(writers.paths, k.path)
		k.mine = false
	}
}

// keep starts a write when it is time to.
func (k *keeper) keep(s *script) {
	if w := k.due(s); w != nil {
		w.begin()
	}
}

// due gives the data to be written when it is time to, else nil.
func (k *keeper) due(s *script) *writing {
	if k.path == "" {
		return nil
	}
	now := time.Now()
	if k.mine && now.Before(k.next) {
		return nil
	}
	if !k.claim() {
		if k.env.Health != nil {
			k.env.Health.Note(about(k.env, "preserve_data"), fmt.Sprintf("%s is written by another instance of the script: the data of this one are not kept", k.path))
		}
		return nil
	}
	if now.Before(k.next) || !k.idle() {
		return nil
	}
	k.next = now.Add(keepInterval)
	data, err := k.gather(s)
	if err != nil {
		k.finished(err)
		return nil
	}
	return k.writing(data)
}

func (k *keeper) writing(data [][]byte) *writing {
	k.last = &writing{path: k.path, data: data, before: k.last, done: make(chan struct{})}
	return k.last
}

// idle tells whether nothing is being written: the disk may be slow, and not twice at a time.
func (k *keeper) idle() bool {
	if k.last == nil {
		return true
	}
	select {
	case <-k.last.done:
		k.finished(k.last.err)
		k.last = nil
		return true
	default:
		return false
	}
}

// gather gives what is to be written, when nothing would be lost by it.
func (k *keeper) gather(s *script) ([][]byte, error) {
	data, err := s.preserve()
	if err == nil {
		err = s.unrestored.setAside(k.path)
	}
	if err == nil {
		s.unrestored = nil
	}
	return data, err
}

func (k *keeper) finished(err error) {
	if err == nil {
		k.clear()
	} else if k.env.Health != nil {
		k.env.Health.Set(about(k.env, "preserve_data"), fmt.Sprintf("cannot keep the script's data in %s: %v", k.path, err))
	}
}

// close waits for a write under way and writes the final data.
func (k *keeper) close(s *script) error {
	w, err := k.final(s)
	if w != nil {
		w.begin()
	}
	return errors.Join(err, k.end())
}

// final gives the data at the script's end, nil for none: a script that was terminated has none, and one that
// was never called, as when a configuration is only checked, has nothing new.
func (k *keeper) final(s *script) (*writing, error) {
	if k.path == "" || s.terminated || !s.called || !k.claim() {
		return nil, nil
	}
	data, err := k.gather(s)
	if err != nil {
		return nil, k.failed(err)
	}
	return k.writing(data), nil
}

// end waits for what is being written, cancels what was not to be, and leaves the file to others.
func (k *keeper) end() error {
	if k.path == "" {
		return nil
	}
	defer k.release()
	k.clear()
	w := k.last
	if k.last = nil; w == nil {
		return nil
	}
	if w.before != nil {
		w.before.cancel()
		<-w.before.done
	}
	w.cancel()
	<-w.done
	return k.failed(w.err)
}

func (k *keeper) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot keep the script's data in %s: %w", k.path, err)
}

// replaceFile writes a script's data, of pieces, in place of the old ones.
func replaceFile(path string, pieces [][]byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := atomicfile.Replace(path, 0o600, pieces...); err != nil {
		return err
	}
	return atomicfile.SyncFolder(dir)
}
