package logstreamer

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"
)

const rotated = `x\.log\.?(?P<Seq>\d*)(?:\.gz)?`

func TestFollowsAFile(t *testing.T) {
	s := newSite(t, `x\.log`)
	s.put("x.log", lines(0, 3)+"half")
	s.start()
	s.wants(texts(0, 3)...)
	s.add("x.log", " a line\n")
	want := append(texts(0, 3), "half a line")
	s.wants(want...)
	s.add("x.log", "held+\n")
	want = append(want, "held+")
	s.wants(want...)
	s.stop()
	s.position("in", "x.log", int64(len(lines(0, 3)+"half a line\nheld+\n")))
}

func TestOldestFirst(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.put("x.log.2", lines(0, 3))
	s.put("x.log.1", "") // empty ones are passed over
	s.put("x.log", lines(3, 5))
	s.start()
	s.wants(texts(0, 5)...)
}

func TestRestartGoesOn(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.put("x.log", lines(0, 10))
	s.start()
	s.wants(texts(0, 10)...)
	s.stop()
	s.add("x.log", lines(10, 12)) // while stopped: written, rotated twice, once compressed
	s.rename("x.log", "x.log.1")
	s.put("x.log", lines(12, 15))
	pack(t, s, "x.log.1", "x.log.2.gz")
	s.rename("x.log", "x.log.1")
	s.put("x.log", lines(15, 16))
	s.start()
	s.wants(texts(0, 16)...)
	s.stop()
	s.start()
	s.add("x.log", lines(16, 17))
	s.wants(texts(0, 17)...)
}

func pack(t *testing.T, s *site, from, to string) {
	t.Helper()
	text, err := os.ReadFile(s.path(from))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(s.path(to))
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(z.Close(), f.Close(), os.Remove(s.path(from))); err != nil {
		t.Fatal(err)
	}
}

func TestUnacknowledgedIsReadAgainWithTheSameUUIDs(t *testing.T) {
	s := newSite(t, `x\.log`)
	s.put("x.log", lines(0, 3))
	s.start()
	s.wants(texts(0, 3)...)
	s.stop()
	s.host.hold = true
	s.start()
	s.add("x.log", lines(3, 6))
	s.wants(texts(0, 6)...)
	first := s.host.got()
	s.stop() // within a second, though nobody acknowledges
	s.host.records, s.host.acks = nil, nil
	s.start()
	s.wants(texts(3, 6)...)
	for i, r := range s.host.got() {
		if r.uuid != first[3+i].uuid {
			t.Errorf("%q had uuid %x and has %x", r.text, first[3+i].uuid, r.uuid)
		}
	}
	eventually(t, "acknowledgements", func() bool { s.host.acknowledge(1); return journalSeek(s) == int64(len(lines(0, 6))) })
}

func journalSeek(s *site) int64 {
	p, _, _ := readJournal(s.env.BaseDir + "/logstreamer/in")
	return p.seek
}

func TestAcknowledgementsOutOfOrder(t *testing.T) {
	var m marks
	m.settled = func() {}
	first, second := m.launch(position{seek: 1}), m.launch(position{seek: 2})
	second()
	if _, changed := m.take(); changed {
		t.Error("moved on past what is not delivered")
	}
	first()
	if p, changed := m.take(); !changed || p.seek != 2 || m.pending() != 0 {
		t.Errorf("at %d", p.seek)
	}
}

func TestRenameWhileWriting(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	const files, each = 12, 400
	s.put("x.log", "")
	s.start()
	n := 0
	for i := range files {
		f, err := os.OpenFile(s.path("x.log"), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		for range each {
			fmt.Fprintf(f, "line %d\n", n)
			n++
			if n%each == each/2 && i < files-1 { // the writer keeps the renamed file for a while
				for k := files; k > 0; k-- {
					if err := os.Rename(s.path(fmt.Sprintf("x.log.%d", k)), s.path(fmt.Sprintf("x.log.%d", k+1))); err != nil && !errors.Is(err, fs.ErrNotExist) {
						t.Fatal(err)
					}
				}
				s.rename("x.log", "x.log.1")
			}
		}
		f.Close()
	}
	s.wants(texts(0, n)...)
}

func TestRenameThenCompress(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.put("x.log", lines(0, 10))
	s.start()
	s.wants(texts(0, 10)...)
	s.rename("x.log", "x.log.1")
	s.put("x.log", lines(10, 20))
	s.wants(texts(0, 20)...)
	s.rename("x.log", "x.log.2")
	s.put("x.log", lines(20, 25))
	pack(t, s, "x.log.1", "x.log.3.gz")
	pack(t, s, "x.log.2", "x.log.2.gz")
	s.wants(texts(0, 25)...)
	s.stop()
	s.start()
	s.add("x.log", lines(25, 26))
	s.wants(texts(0, 26)...)
}

// A file that is being compressed lies beside its half-written copy for a while.
func TestCompressedWhileBeingCurrent(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	const n = 20_000
	s.put("x.log", lines(0, n))
	s.start()
	s.wants(texts(0, n)...)
	s.put("plain", lines(0, n))
	pack(t, s, "plain", "whole")
	whole, err := os.ReadFile(s.path("whole"))
	if err != nil {
		t.Fatal(err)
	}
	s.put("x.log.1.gz", string(whole[:len(whole)/2]))
	s.rename("x.log", "x.log.1")
	s.put("x.log", lines(n, n+5))
	s.wants(texts(0, n+5)...)
	s.add("x.log.1.gz", string(whole[len(whole)/2:]))
	if err := os.Remove(s.path("x.log.1")); err != nil {
		t.Fatal(err)
	}
	s.add("x.log", lines(n+5, n+10))
	s.wants(texts(0, n+10)...)
	s.stop()
	s.start()
	s.add("x.log", lines(n+10, n+11))
	s.wants(texts(0, n+11)...)
}

func TestCopyAndTruncate(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.put("x.log.2", lines(0, 5))
	s.put("x.log.1", lines(5, 10))
	s.put("x.log", lines(10, 20))
	s.start()
	s.wants(texts(0, 20)...)
	n := 20
	for range 4 {
		for k := 8; k > 0; k-- {
			if err := os.Rename(s.path(fmt.Sprintf("x.log.%d", k)), s.path(fmt.Sprintf("x.log.%d", k+1))); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
		s.add("x.log", lines(n, n+5)) // some of it may be read only in the copy
		text, err := os.ReadFile(s.path("x.log"))
		if err != nil {
			t.Fatal(err)
		}
		s.put("x.log.1", string(text))
		if err := os.Truncate(s.path("x.log"), 0); err != nil {
			t.Fatal(err)
		}
		s.add("x.log", lines(n+5, n+8))
		n += 8
		s.wants(texts(0, n)...)
	}
}

func TestTruncatedWithoutCopy(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.put("x.log.1", lines(0, 5))
	s.put("x.log", lines(5, 20))
	s.start()
	s.wants(texts(0, 20)...)
	s.put("x.log", lines(20, 22))
	s.wants(texts(0, 22)...)
	// Cut and written anew beyond the old end, so that the size tells nothing.
	s.put("x.log", lines(22, 60))
	s.wants(texts(0, 60)...)
}

func TestTruncatedWhileStopped(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.put("x.log.1", lines(0, 5))
	s.put("x.log", lines(5, 20))
	s.start()
	s.wants(texts(0, 20)...)
	s.stop()
	s.put("x.log", lines(20, 30))
	s.start()
	s.wants(texts(0, 30)...)
}

func TestDeletedAndMadeAnew(t *testing.T) {
	s := newSite(t, `x\.log`)
	s.put("x.log", lines(0, 3))
	s.start()
	s.wants(texts(0, 3)...)
	for i := range 5 {
		if err := os.Remove(s.path("x.log")); err != nil {
			t.Fatal(err)
		}
		s.put("x.log", lines(3+i, 4+i))
		s.wants(texts(0, 4+i)...)
	}
	s.stop() // an inode that is used again must not be taken for the old file
	if err := os.Remove(s.path("x.log")); err != nil {
		t.Fatal(err)
	}
	s.put("x.log", lines(8, 20))
	s.start()
	s.wants(texts(0, 20)...)
}

func TestIdenticalFilesAreAllRead(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.put("x.log", "backup ok\n")
	s.start()
	s.wants("backup ok")
	s.rename("x.log", "x.log.1")
	s.put("x.log", "backup ok\n")
	s.wants("backup ok", "backup ok")
	got := s.host.got()
	if got[0].uuid == got[1].uuid {
		t.Error("two records have one uuid")
	}
}

func TestInitialTail(t *testing.T) {
	s := newSite(t, `(?P<S>\w)\.log`)
	s.config.InitialTail, s.config.Differentiator = true, []string{"S"}
	s.put("a.log", lines(0, 5))
	past := time.Now().Add(-time.Minute)
	if err := os.Chtimes(s.path("a.log"), past, past); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.position("a", "a.log", int64(len(lines(0, 5))))
	s.add("a.log", "new\n")
	s.wants("new")
	s.put("b.log", "a file that came later\n") // is read from its start
	s.wants("new", "a file that came later")
}

func TestManyFiles(t *testing.T) {
	s := newSite(t, `(?P<S>\w+)\.log`)
	s.config.Differentiator = []string{"S"}
	const n = 2000
	for i := range n {
		s.put(fmt.Sprintf("f%d.log", i), fmt.Sprintf("first of %d\n", i))
	}
	s.tune = func(in *Input) { in.quietAfter = 0 }
	s.start()
	eventually(t, "all files", func() bool { return s.host.count() == n })
	eventually(t, "few sources", func() bool { s.host.mu.Lock(); defer s.host.mu.Unlock(); return s.host.open <= maxOpen })
	for i := range n {
		s.add(fmt.Sprintf("f%d.log", i), fmt.Sprintf("second of %d\n", i))
	}
	eventually(t, "all second lines", func() bool { return s.host.count() == 2*n })
	seen := map[string]bool{}
	for _, r := range s.host.got() {
		if seen[r.text] {
			t.Errorf("%q twice", r.text)
		}
		seen[r.text] = true
	}
}

func TestReadsOnce(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.put("x.log.1", lines(0, 5))
	s.put("x.log", lines(5, 10))
	s.env.Once = true
	p, err := s.config.NewInput(s.env)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s.host.records = nil
		if err := p.Run(t.Context(), s.host); err != nil {
			t.Fatal(err)
		}
		if got := s.host.texts(); strings.Join(got, "|") != strings.Join(texts(0, 10), "|") {
			t.Errorf("got %q", got)
		}
	}
	if entries, _ := os.ReadDir(s.env.BaseDir); len(entries) != 0 {
		t.Errorf("left behind %v", entries)
	}
}
