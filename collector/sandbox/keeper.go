package sandbox

import (
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
	mine bool       // the path is this script's
	done chan error // of the write under way, nil when there is none
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

// keep starts a write when it is time to. The disk is waited for elsewhere.
func (k *keeper) keep(s *script) {
	if k.path == "" {
		return
	}
	now := time.Now()
	if k.mine && now.Before(k.next) {
		return
	}
	if !k.claim() {
		if k.env.Health != nil {
			k.env.Health.Note(about(k.env, "preserve_data"), fmt.Sprintf("%s is written by another instance of the script: the data of this one are not kept", k.path))
		}
		return
	}
	if now.Before(k.next) {
		return
	}
	if k.done != nil {
		select {
		case err := <-k.done:
			k.finished(err)
		default:
			return // the disk is slow: not twice at a time
		}
	}
	k.next = now.Add(keepInterval)
	data, err := k.gather(s)
	if err != nil {
		k.finished(err)
		return
	}
	k.done = make(chan error, 1)
	go func(done chan<- error, path string) { done <- replaceFile(path, data) }(k.done, k.path)
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
	k.done = nil
	if err == nil {
		k.clear()
	} else if k.env.Health != nil {
		k.env.Health.Set(about(k.env, "preserve_data"), fmt.Sprintf("cannot keep the script's data in %s: %v", k.path, err))
	}
}

// close waits for a write under way and writes the final data. A script that was terminated has none,
// and one that was never called, as when a configuration is only checked, has nothing new.
func (k *keeper) close(s *script) error {
	if k.path == "" {
		return nil
	}
	defer k.release()
	if k.done != nil {
		k.finished(<-k.done)
	}
	if s.terminated || !s.called || !k.claim() {
		k.clear()
		return nil
	}
	data, err := k.gather(s)
	if err == nil {
		err = replaceFile(k.path, data)
	}
	if err != nil {
		return fmt.Errorf("cannot keep the script's data in %s: %w", k.path, err)
	}
	k.clear()
	return nil
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
