// Package atomicfile replaces files so that a crash or a full disk leaves the old or the new one, whole.
package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace writes a file, of pieces, beside the old one, syncs it and renames it. The one beside has but
// one name, so that crashes leave no more than one such file: a path must have one writer at a time. The
// rename lasts after SyncFolder.
func Replace(path string, mode fs.FileMode, pieces ...[]byte) (err error) {
	beside := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	err = f.Chmod(mode) // one that a crash left, and the umask, may have another
	for i := 0; i < len(pieces) && err == nil; i++ {
		_, err = f.Write(pieces[i])
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(beside, path)
	}
	if err != nil {
		_ = os.Remove(beside)
	}
	return err
}

// SyncFolder makes renames in a folder last.
func SyncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
