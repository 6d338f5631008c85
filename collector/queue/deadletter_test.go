package queue

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lma_collector/collector/message"
)

func seal(d *message.Draft) *message.Message {
	b := message.NewBatch()
	b.Append(d)
	return b.At(0)
}

func read(t *testing.T, path string) (list []*message.Message) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	skipped, err := message.ReadRecorded(bytes.NewReader(data), func(m *message.Message) error {
		list = append(list, m.Clone())
		return nil
	})
	if err != nil || skipped > 0 {
		t.Fatalf("%d bytes skipped, %v", skipped, err)
	}
	return list
}

func TestDeadLettersKeepTheMessageAndTheReason(t *testing.T) {
	d := DeadLetters{Dir: filepath.Join(t.TempDir(), "new", "folder")}
	original := message.Draft{Type: "log", Payload: "text"}
	original.AddInt("n", "count", 7)
	for _, reason := range []string{"mapping conflict", "too large"} {
		if err := d.Add("elasticsearch_output", seal(&original), errors.New(reason)); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	list := read(t, d.Path("elasticsearch_output"))
	if len(list) != 2 {
		t.Fatalf("%d letters", len(list))
	}
	m := list[1]
	n, _ := m.Value("n")
	if m.Payload() != "text" || n.Int() != 7 || m.Text("dead_letter_reason") != "too large" || m.Text("dead_letter_output") != "elasticsearch_output" {
		t.Errorf("%s", message.AppendJSON(nil, m))
	}
	if at, _ := m.Value("dead_letter_time"); at.Int() == 0 {
		t.Error("no time")
	}
}

// Names of outputs cannot lead out of the folder, and a later start goes on in the same file.
func TestDeadLettersPathsAndRestart(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		d := DeadLetters{Dir: dir}
		if err := d.Add("../../tcp:5565", seal(&message.Draft{Payload: "x"}), errors.New("no")); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	if n := len(read(t, filepath.Join(dir, entries[0].Name()))); n != 2 {
		t.Errorf("%d letters", n)
	}
}

func TestDeadLettersAreBounded(t *testing.T) {
	d := DeadLetters{Dir: t.TempDir()}
	big := seal(&message.Draft{Payload: strings.Repeat("x", 1<<20)})
	for range 80 {
		if err := d.Add("out", big, errors.New("too large")); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	var total int64
	entries, _ := os.ReadDir(d.Dir)
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if len(entries) != 2 || total > 2*maxDeadLetters {
		t.Errorf("%d files with %d bytes", len(entries), total)
	}
}

// Operators delete the letters when they have dealt with them, while the collector runs.
func TestDeadLettersAfterTheirFileWasTakenAway(t *testing.T) {
	d := DeadLetters{Dir: t.TempDir()}
	path := d.Path("out")
	add := func(reason string) {
		t.Helper()
		if err := d.Add("out", seal(&message.Draft{Payload: "x"}), errors.New(reason)); err != nil {
			t.Fatal(err)
		}
	}
	for _, takeAway := range []func() error{
		func() error { return os.Remove(path) },
		func() error { return os.Rename(path, path+".mine") },
		func() error { return os.RemoveAll(d.Dir) },
		func() error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)) },
	} {
		add("before")
		if err := takeAway(); err != nil {
			t.Fatal(err)
		}
		add("after")
		if list := read(t, path); len(list) != 1 || list[0].Text("dead_letter_reason") != "after" {
			t.Errorf("%d letters", len(list))
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// What a full disk left of a letter does not spoil the next one.
func TestDeadLettersAreCutOffWherePartlyWritten(t *testing.T) {
	d := DeadLetters{Dir: t.TempDir()}
	for range 2 {
		if err := d.Add("out", seal(&message.Draft{Payload: "x"}), errors.New("no")); err != nil {
			t.Fatal(err)
		}
		f := d.files[d.Path("out")]
		n, err := f.WriteString("half a letter")
		if err = errors.Join(err, d.cutTail(f, n)); err != nil {
			t.Fatal(err)
		}
	}
	if list := read(t, d.Path("out")); len(list) != 2 {
		t.Errorf("%d letters", len(list))
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDeadLettersOfManyGoroutines(t *testing.T) {
	d := DeadLetters{Dir: t.TempDir()}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			m := seal(&message.Draft{Payload: strings.Repeat("x", 100*i)})
			for range 50 {
				if err := d.Add("out", m, errors.New("no")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if list := read(t, d.Path("out")); len(list) != 400 {
		t.Errorf("%d letters", len(list))
	}
}

func TestDeadLettersSayWhyTheyCannotBeKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := DeadLetters{Dir: file}
	if err := d.Add("out", seal(&message.Draft{}), errors.New("no")); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("error %v", err)
	}
}
