// Package queue keeps messages on disk: what outputs refused, to be looked at and sent again.
package queue

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"lma_collector/collector/message"
)

// maxDeadLetters bounds one output's dead letters: the current file and the one before it, in bytes each.
const maxDeadLetters = 32 << 20

// DeadLetters stores refused messages, each output's in a file of its own under Dir: framed
// messages with the fields dead_letter_output, dead_letter_reason and dead_letter_time (ns).
// A full file becomes `<name>.old.hpb`, replacing the one before. Any goroutine may use it.
type DeadLetters struct {
	Dir string

	mu    sync.Mutex
	files map[string]*os.File
	draft message.Draft
	buf   []byte
}

var nonWord = regexp.MustCompile(`\W`)

// Path is the file of an output's dead letters.
func (d *DeadLetters) Path(output string) string {
	return filepath.Join(d.Dir, nonWord.ReplaceAllString(output, "_")+".hpb")
}

// Add appends one message with the reason why it was refused.
func (d *DeadLetters) Add(output string, m *message.Message, reason error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.draft.Load(m)
	d.draft.AddString("dead_letter_output", output)
	d.draft.AddString("dead_letter_reason", reason.Error())
	d.draft.AddInt("dead_letter_time", "ns", time.Now().UnixNano())
	body := d.draft.Encode(nil)
	d.buf = message.AppendFrame(d.buf[:0], body)
	f, err := d.open(output)
	if err != nil {
		return err
	}
	n, err := f.Write(d.buf)
	if err != nil {
		return errors.Join(fmt.Errorf("dead letters of %s: %w", output, err), d.cutTail(f, n))
	}
	return nil
}

// cutTail removes a partly written record, as after a full disk.
func (d *DeadLetters) cutTail(f *os.File, written int) error {
	if written == 0 {
		return nil
	}
	st, err := f.Stat()
	if err != nil {
		return err
	}
	return f.Truncate(st.Size() - int64(written))
}

// open gives the file of an output. A full one makes room, one that somebody took away is begun anew.
func (d *DeadLetters) open(output string) (*os.File, error) {
	path := d.Path(output)
	if f := d.files[path]; f != nil {
		own, err := f.Stat()
		if err != nil {
			return nil, err
		}
		there, err := os.Stat(path)
		same := err == nil && os.SameFile(own, there)
		if same && own.Size()+int64(len(d.buf)) <= maxDeadLetters {
			return f, nil
		}
		delete(d.files, path)
		err = f.Close()
		if same {
			err = errors.Join(err, os.Rename(path, path[:len(path)-len(".hpb")]+".old.hpb"))
		}
		if err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(d.Dir, 0o750); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, err
	}
	if d.files == nil {
		d.files = map[string]*os.File{}
	}
	d.files[path] = f
	return f, nil
}

// Close closes all files.
func (d *DeadLetters) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for _, f := range d.files {
		errs = append(errs, f.Close())
	}
	d.files = nil
	return errors.Join(errs...)
}
