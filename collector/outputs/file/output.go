package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"lma_collector/collector/plugin"
	"lma_collector/collector/strftime"
)

// Output is the plugin. One goroutine uses it.
type Output struct {
	config           Config
	path             string
	pattern          *strftime.Format // instead of path, with rotation
	perm, folderPerm fs.FileMode
	now              func() time.Time
	open             func(path string, perm fs.FileMode) (handle, error)

	file  handle
	name  string // of the open file
	disk  bool   // it is a regular file, not a pipe or device
	clean int64  // size up to which the file holds whole messages; -1 when it is known to be whole
	glue  bool   // the file did not end with a line when it was opened
}

// handle is what the output does with a file.
type handle interface {
	io.Writer
	Truncate(size int64) error
	Sync() error
	Stat() (fs.FileInfo, error)
	ReadAt(p []byte, off int64) (int, error)
	Close() error
}

var (
	_ plugin.Output  = (*Output)(nil)
	_ plugin.Batcher = (*Output)(nil)
	_ plugin.Closer  = (*Output)(nil)
)

// Deliver appends the items. When not all of them could be written, none is.
func (o *Output) Deliver(_ context.Context, items []plugin.Item) error {
	if err := o.prepare(); err != nil {
		return err
	}
	info, err := o.file.Stat()
	if err != nil {
		return o.failed("read the size of", err)
	}
	if err := o.write(items); err != nil {
		if o.disk {
			o.clean = info.Size()
			o.repair()
		}
		return err
	}
	o.glue = false
	return nil
}

func (o *Output) write(items []plugin.Item) error {
	if o.glue && len(items) > 0 && bytes.HasSuffix(items[0].Data, []byte("\n")) {
		if _, err := o.file.Write([]byte("\n")); err != nil {
			return o.failed("write to", err)
		}
	}
	for run := range plugin.Runs(items) {
		if _, err := o.file.Write(run); err != nil {
			return o.failed("write to", err)
		}
	}
	if o.config.Sync && o.disk {
		if err := o.file.Sync(); err != nil {
			return o.failed("sync", err)
		}
	}
	return nil
}

// failed is an error with the file's name, once.
func (o *Output) failed(what string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Errorf("cannot %s %s: %w", what, o.name, err)
}

// repair cuts off what was written of a batch that will be written again.
func (o *Output) repair() {
	if o.clean >= 0 && o.file.Truncate(o.clean) == nil {
		o.clean = -1
	}
}

// prepare makes sure that the right file is open and whole.
func (o *Output) prepare() error {
	name := o.path
	if o.pattern != nil {
		hours := int64(o.config.RotationInterval) * int64(time.Hour)
		now := o.now().UnixNano()
		name = filepath.Clean(string(o.pattern.Append(nil, now-now%hours)))
	}
	if o.file != nil && (name != o.name || o.replaced()) {
		if err := o.Close(); err != nil {
			return err
		}
	}
	if o.file == nil {
		if err := o.create(name); err != nil {
			return err
		}
	}
	if o.clean >= 0 {
		if err := o.file.Truncate(o.clean); err != nil {
			return o.failed("cut a half-written message off", err)
		}
		o.clean = -1
	}
	return nil
}

// replaced tells whether the file was renamed or removed, as log rotation does.
func (o *Output) replaced() bool {
	ours, err := o.file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(o.name)
	return err != nil || !os.SameFile(ours, there)
}

// create opens the file, with its folders.
func (o *Output) create(name string) error {
	o.name = name
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, o.folderPerm); err != nil {
		return err
	}
	f, err := o.open(name, o.perm)
	if err != nil {
		return err
	}
	o.file, o.clean = f, -1
	info, err := f.Stat()
	if err != nil {
		o.drop()
		return o.failed("open", err)
	}
	o.disk = info.Mode().IsRegular()
	o.glue = o.disk && !wholeLines(f, info)
	if o.disk && info.Size() == 0 && o.config.Sync {
		return o.syncFolder(dir)
	}
	return nil
}

// wholeLines tells whether a file ends with a line end. After a crash it may not.
func wholeLines(f handle, info fs.FileInfo) bool {
	if info.Size() == 0 {
		return true
	}
	var last [1]byte
	_, err := f.ReadAt(last[:], info.Size()-1)
	return err != nil || last[0] == '\n'
}

// syncFolder makes a new file's name durable.
func (o *Output) syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil // a folder that may be written to but not read
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, os.ErrInvalid) {
		o.drop()
		return fmt.Errorf("cannot sync the folder of %s: %w", o.name, err)
	}
	return nil
}

func (o *Output) drop() {
	o.file.Close()
	o.file = nil
}

// Close closes the file. All that was delivered has been written.
func (o *Output) Close() error {
	if o.file == nil {
		return nil
	}
	o.repair()
	err := o.file.Close()
	o.file = nil
	if err != nil {
		return o.failed("close", err)
	}
	return nil
}

// openFile opens for appending. Reading is for a look at the end; where it is not permitted, or the
// file is a pipe, writing must do.
func openFile(path string, perm fs.FileMode) (handle, error) {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a folder, but a file is to be written", path)
	}
	flags := os.O_RDWR
	if err == nil && !info.Mode().IsRegular() {
		flags = os.O_WRONLY | syscall.O_NONBLOCK // a pipe without a reader is an error, not a stall
	}
	f, err := os.OpenFile(path, flags|os.O_CREATE|os.O_APPEND, perm)
	if errors.Is(err, fs.ErrPermission) && flags == os.O_RDWR {
		f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, perm)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}
