package sandboxmanager

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"lma_collector/collector/atomicfile"
)

// store keeps what is loaded: NAME.toml and NAME.lua as hekad, and NAME.json with who loaded it. What
// counts is NAME.toml: it is written last and removed first.
type store struct {
	dir    string
	prefix string // of this manager's names
}

// kept is one filter in the store.
type kept struct {
	Config string    `json:"-"`
	Script string    `json:"-"`
	Signer string    `json:"signer"` // "" for what a hekad wrote
	Loaded time.Time `json:"loaded"`
}

// digest names the script in the log.
func (k *kept) digest() string {
	sum := sha256.Sum256([]byte(k.Script))
	return hex.EncodeToString(sum[:])
}

func (s *store) path(file string) string   { return filepath.Join(s.dir, file) }
func (s *store) script(name string) string { return s.path(name + ".lua") }

// endings of a filter's files, in the order in which they are written.
var endings = [...]string{".lua", ".json", ".toml"}

// open makes the folder. Who could write in it could run scripts.
func (s *store) open() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("working_directory cannot be made: %w", err)
	}
	info, err := os.Stat(s.dir)
	if err != nil {
		return fmt.Errorf("working_directory: %w", err)
	}
	if perm := info.Mode().Perm(); perm&0o022 != 0 {
		return fmt.Errorf("working_directory %s can be written by others (mode %04o), who could so run scripts here: chmod 700 it", s.dir, perm)
	}
	return nil
}

func (s *store) has(name string) bool {
	_, err := os.Lstat(s.path(name + ".toml"))
	return err == nil
}

func (s *store) save(name string, k *kept) error {
	about, err := json.Marshal(k)
	if err != nil {
		return err
	}
	for i, data := range [...][]byte{[]byte(k.Script), about, []byte(k.Config)} {
		if err := atomicfile.Replace(s.path(name+endings[i]), 0o600, data); err != nil {
			return errors.Join(fmt.Errorf("cannot keep %s: %w", name, err), s.remove(name))
		}
	}
	return atomicfile.SyncFolder(s.dir)
}

func (s *store) remove(name string) error {
	var errs []error
	for i := len(endings) - 1; i >= 0; i-- {
		if err := os.Remove(s.path(name + endings[i])); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return atomicfile.SyncFolder(s.dir)
}

// list gives the names of what is kept, in alphabetical order.
func (s *store) list() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".toml")
		if ok && strings.HasPrefix(name, s.prefix) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names, err
}

// read gives what is kept of a filter but its script, which the filter itself reads.
func (s *store) read(name string) (k kept, err error) {
	text, err := os.ReadFile(s.path(name + ".toml"))
	if err != nil {
		return k, err
	}
	about, err := os.ReadFile(s.path(name + ".json"))
	switch {
	case errors.Is(err, fs.ErrNotExist): // hekad writes none
	case err != nil:
		return k, err
	default:
		if err := json.Unmarshal(about, &k); err != nil {
			return k, fmt.Errorf("%s.json: %w", name, err)
		}
	}
	k.Config = string(text)
	return k, nil
}

// setAside keeps a filter that cannot be started from being tried again; nothing is lost.
func (s *store) setAside(name string) (as string, err error) {
	as = name + ".toml.broken"
	if err := os.Rename(s.path(name+".toml"), s.path(as)); err != nil {
		return "", err
	}
	for _, ending := range endings[:2] {
		old := s.path(name + ending)
		if e := os.Rename(old, old+".broken"); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return as, err
}
