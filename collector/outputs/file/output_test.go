package file

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

type noEncoder struct{}

func (noEncoder) Encode(dst []byte, _ *message.Message) ([]byte, error) { return dst, nil }

func open(t testing.TB, path string, change func(*Config)) *Output {
	t.Helper()
	c := defaultConfig()
	c.Path = path
	if change != nil {
		change(c)
	}
	o, err := c.NewOutput(&plugin.Env{Encoder: noEncoder{}, BaseDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.(*Output).Close() })
	return o.(*Output)
}

func deliver(t testing.TB, o *Output, texts ...string) error {
	t.Helper()
	items := make([]plugin.Item, len(texts))
	for i, s := range texts {
		items[i].Data = []byte(s)
	}
	return o.Deliver(context.Background(), items)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t testing.TB, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s holds %q, %v, want %q", filepath.Base(path), got, err, want)
	}
}

func TestDeliver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "out.log")
	o := open(t, path, func(c *Config) { c.Perm, c.FolderPerm = "640", "750" })
	must(t, deliver(t, o, "one\n", "two\n"))
	must(t, deliver(t, o, "three\n"))
	expect(t, path, "one\ntwo\nthree\n")
	for name, want := range map[string]fs.FileMode{path: 0o640, filepath.Dir(path): 0o750 | fs.ModeDir} {
		if info, err := os.Stat(name); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, want mode %v", name, info.Mode(), want)
		}
	}
	must(t, o.Close())
	must(t, deliver(t, o, "four\n"))
	expect(t, path, "one\ntwo\nthree\nfour\n")
}

func TestRelativePathsLieUnderBaseDir(t *testing.T) {
	dir := t.TempDir()
	c := defaultConfig()
	c.Path = "x/out"
	o, err := c.NewOutput(&plugin.Env{Encoder: noEncoder{}, BaseDir: dir})
	must(t, err)
	must(t, deliver(t, o.(*Output), "a"))
	must(t, o.(*Output).Close())
	expect(t, filepath.Join(dir, "x", "out"), "a")
}

func TestRotation(t *testing.T) {
	dir := t.TempDir()
	o := open(t, filepath.Join(dir, "%Y%m%d-%H.log"), func(c *Config) { c.RotationInterval = 4 })
	now := time.Date(2026, 5, 6, 7, 59, 59, 999, time.UTC)
	o.now = func() time.Time { return now }
	file := func(hour int) string {
		return filepath.Join(dir, time.Date(2026, 5, 6, hour, 0, 0, 0, time.UTC).Local().Format("20060102-15.log"))
	}
	must(t, deliver(t, o, "a\n"))
	now = now.Add(time.Second)
	must(t, deliver(t, o, "b\n"))
	now = now.Add(3 * time.Hour)
	must(t, deliver(t, o, "c\n"))
	expect(t, file(4), "a\n")
	expect(t, file(8), "b\nc\n")
}

func TestFileThatIsRotatedByOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.log")
	o := open(t, path, nil)
	must(t, deliver(t, o, "a\n"))
	must(t, os.Rename(path, path+".1"))
	must(t, deliver(t, o, "b\n"))
	must(t, os.Remove(path))
	must(t, deliver(t, o, "c\n"))
	expect(t, path+".1", "a\n")
	expect(t, path, "c\n")
	must(t, os.Truncate(path, 0))
	must(t, deliver(t, o, "d\n"))
	expect(t, path, "d\n")
}

func TestLineThatACrashLeftUnfinished(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.log")
	must(t, os.WriteFile(path, []byte("whole\ntor"), 0o600))
	o := open(t, path, nil)
	must(t, deliver(t, o, "torn\n"))
	must(t, deliver(t, o, "next\n"))
	expect(t, path, "whole\ntor\ntorn\nnext\n")
	must(t, os.WriteFile(path, []byte("\x1e\x02\x08"), 0o600)) // no lines: nothing is put between
	o = open(t, path, nil)
	must(t, deliver(t, o, "\x1e\x02\x08\x00\x1f"))
	expect(t, path, "\x1e\x02\x08\x1e\x02\x08\x00\x1f")
}

// small is a disk with room for so many bytes.
type small struct {
	*os.File
	room       *int
	noTruncate *bool
	syncs      *int
	syncErr    *error
}

func (s small) Write(p []byte) (int, error) {
	n := min(len(p), *s.room)
	*s.room -= n
	n, _ = s.File.Write(p[:n])
	if n < len(p) {
		return n, &fs.PathError{Op: "write", Path: s.Name(), Err: syscall.ENOSPC}
	}
	return n, nil
}

func (s small) Truncate(size int64) error {
	if *s.noTruncate {
		return &fs.PathError{Op: "truncate", Path: s.Name(), Err: syscall.EIO}
	}
	info, _ := s.Stat()
	*s.room += int(info.Size() - size)
	return s.File.Truncate(size)
}

func (s small) Sync() error { *s.syncs++; return *s.syncErr }

func onSmallDisk(t *testing.T, room int) (o *Output, disk small, path string) {
	path = filepath.Join(t.TempDir(), "out.log")
	o = open(t, path, nil)
	disk = small{room: &room, noTruncate: new(bool), syncs: new(int), syncErr: new(error)}
	o.open = func(path string, perm fs.FileMode) (handle, error) {
		f, err := openFile(path, perm)
		if err == nil {
			disk.File = f.(*os.File)
		}
		return disk, err
	}
	return o, disk, path
}

func TestFullDisk(t *testing.T) {
	o, disk, path := onSmallDisk(t, 10)
	want := "cannot write to " + path + ": no space left on device"
	must(t, deliver(t, o, "first\n"))
	for range 3 {
		if err := deliver(t, o, "second\n", "third\n"); err == nil || err.Error() != want {
			t.Fatalf("got %v, want %s", err, want)
		}
		expect(t, path, "first\n")
	}
	*disk.room = 100
	must(t, deliver(t, o, "second\n", "third\n"))
	expect(t, path, "first\nsecond\nthird\n")
}

// Where a half-written batch cannot be cut off at once, nothing is written until it can.
func TestFullDiskThatCannotBeCleaned(t *testing.T) {
	o, disk, path := onSmallDisk(t, 10)
	must(t, deliver(t, o, "first\n"))
	*disk.noTruncate = true
	if err := deliver(t, o, "second\n"); err == nil {
		t.Fatal("no error")
	}
	*disk.room = 100
	want := "cannot cut a half-written message off " + path + ": input/output error"
	if err := deliver(t, o, "second\n"); err == nil || err.Error() != want {
		t.Fatalf("got %v, want %s", err, want)
	}
	*disk.noTruncate = false
	must(t, deliver(t, o, "second\n"))
	expect(t, path, "first\nsecond\n")
}

func TestSync(t *testing.T) {
	o, disk, path := onSmallDisk(t, 100)
	must(t, deliver(t, o, "a\n", "b\n"))
	if *disk.syncs != 1 {
		t.Errorf("%d syncs of one batch", *disk.syncs)
	}
	*disk.syncErr = syscall.EIO
	want := "cannot sync " + path + ": input/output error"
	if err := deliver(t, o, "c\n"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	expect(t, path, "a\nb\n")
	o.config.Sync = false
	must(t, deliver(t, o, "c\n"))
	if *disk.syncs != 2 {
		t.Errorf("%d syncs", *disk.syncs)
	}
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, nil, 0o600))
	pipe := filepath.Join(dir, "pipe")
	must(t, syscall.Mkfifo(pipe, 0o600))
	f := func(path, want string) {
		t.Helper()
		if err := deliver(t, open(t, path, nil), "a\n"); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
	f("/dev/full", "cannot write to /dev/full: no space left on device")
	f(dir, dir+" is a folder, but a file is to be written")
	f(filepath.Join(file, "x"), "mkdir "+file+": not a directory")
	f(pipe, "open "+pipe+": no such device or address")
	must(t, deliver(t, open(t, os.DevNull, nil), "a\n"))
}

func TestBatchPolicy(t *testing.T) {
	f := func(count int, interval time.Duration, operator string, want plugin.BatchPolicy) {
		t.Helper()
		o := open(t, "x", func(c *Config) { c.FlushCount, c.FlushInterval, c.FlushOperator = count, interval, operator })
		if got := o.BatchPolicy(); got != want {
			t.Errorf("%d %s %v: %+v, want %+v", count, operator, interval, got, want)
		}
	}
	f(1, time.Second, "AND", plugin.BatchPolicy{Bytes: maxWrite, Interval: time.Second})
	f(50, time.Second, "AND", plugin.BatchPolicy{Count: 50, Interval: time.Second, And: true})
	f(50, time.Second, "OR", plugin.BatchPolicy{Count: 50, Bytes: maxWrite, Interval: time.Second})
	f(50, 0, "AND", plugin.BatchPolicy{Count: 50, Bytes: maxWrite})
	f(1, 0, "AND", plugin.BatchPolicy{Bytes: maxWrite})
}

func TestOptionErrors(t *testing.T) {
	f := func(want string, change func(*Config)) {
		t.Helper()
		c := defaultConfig()
		c.Path = "x"
		change(c)
		if _, err := c.NewOutput(&plugin.Env{Encoder: noEncoder{}}); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	f("path: is missing; it is the file to write to", func(c *Config) { c.Path = "" })
	f("path: ends with a lone %; write %% for a percent sign", func(c *Config) { c.Path, c.RotationInterval = "a%", 1 })
	f(`perm: "888" is not an octal number up to 777`, func(c *Config) { c.Perm = "888" })
	f(`folder_perm: "1777" is not an octal number up to 777`, func(c *Config) { c.FolderPerm = "1777" })
	f("rotation_interval: 2 is not one of 0, 1, 4, 12, 24 hours", func(c *Config) { c.RotationInterval = 2 })
	f("flush_interval: must not be negative", func(c *Config) { c.FlushInterval = -1 })
	f("flush_count: must be at least 1", func(c *Config) { c.FlushCount = 0 })
	f(`flush_operator: "XOR" is not one of "AND", "OR"`, func(c *Config) { c.FlushOperator = "XOR" })
	c := defaultConfig()
	c.Path = "x"
	_, err := c.NewOutput(&plugin.Env{})
	if want := "encoder: is missing; PayloadEncoder writes payloads as lines"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func BenchmarkDeliver(b *testing.B) {
	o := open(b, filepath.Join(b.TempDir(), "out"), func(c *Config) { c.Sync = false })
	const count = 1000
	items := make([]plugin.Item, count)
	line := []byte(strings.Repeat("x", 799) + "\n")
	for i := range items {
		items[i].Data = line
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%200 == 199 {
			must(b, os.Truncate(o.name, 0))
		}
		must(b, o.Deliver(context.Background(), items))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*count), "ns/message")
}
