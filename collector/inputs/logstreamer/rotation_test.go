package logstreamer

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// remove takes a file away.
func (s *site) remove(name string) {
	s.t.Helper()
	if err := os.Remove(s.path(name)); err != nil {
		s.t.Fatal(err)
	}
}

// dated sets when a file was changed.
func (s *site) dated(name string, at time.Time) {
	s.t.Helper()
	if err := os.Chtimes(s.path(name), at, at); err != nil {
		s.t.Fatal(err)
	}
}

// writer opens a file as a program does that goes on writing to it whatever becomes of its name.
func (s *site) writer(name string) *os.File {
	s.t.Helper()
	f, err := os.OpenFile(s.path(name), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { f.Close() })
	return f
}

// The program that writes may know of a rotation later than the one that rotated.
func TestRenamedFileIsReadOnForAWhile(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.put("x.log", lines(0, 3))
	s.tune = func(in *Input) { in.rotateWait = time.Hour }
	s.start()
	s.wants(texts(0, 3)...)
	f := s.writer("x.log")
	s.rename("x.log", "x.log.1")
	s.put("x.log", "the next file\n")
	lag := s.env.Metrics.Gauge("stream_lag_bytes", "in", "")
	eventually(t, "the next file is found", func() bool { return lag.Value() == int64(len("the next file\n")) })
	fmt.Fprint(f, lines(3, 5))
	s.wants(texts(0, 5)...)
}

// A deleted file that nothing follows may still be written to.
func TestDeletedFileIsReadOnForAWhile(t *testing.T) {
	s := newSite(t, `x\.log`)
	s.put("x.log", lines(0, 3))
	s.start()
	s.wants(texts(0, 3)...)
	f := s.writer("x.log")
	s.remove("x.log")
	for i := 3; i < 8; i++ {
		fmt.Fprint(f, lines(i, i+1))
		s.wants(texts(0, i+1)...)
	}
}

// What a rotated file ends with comes before the next file, be it without a line end.
func TestUnfinishedLineAtARotation(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.put("x.log", "line 0\nno end")
	s.start()
	s.wants("line 0")
	s.rename("x.log", "x.log.1")
	s.put("x.log", "line 1\n")
	s.wants("line 0", "no end", "line 1")
}

// What a decoder holds when a file is copied and cut is not read again from the copy, nor is the end of the
// line that was being written lost.
func TestCopyAndTruncateWhileARecordIsHeld(t *testing.T) {
	for _, last := range []string{"held+\n", "held+\nno end"} {
		s := newSite(t, rotated, "^Seq")
		s.host.patient = true
		s.put("x.log", "line 0\n"+last)
		s.start()
		s.wants("line 0")
		s.put("x.log.1", "line 0\n"+last)
		s.put("x.log", "line 1\n")
		if want := []string{"line 0", "held+", "line 1"}; last == "held+\n" {
			s.wants(want...)
		} else {
			s.wants("line 0", "held+", "no end", "line 1")
		}
		s.stop()
	}
}

// The text of a file that was written anew in place was read, wherever it turns up later.
func TestCopyThatComesAfterTheTruncation(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.put("x.log", lines(0, 5))
	s.start()
	s.wants(texts(0, 5)...)
	s.put("x.log", lines(5, 8))
	s.wants(texts(0, 8)...)
	s.position("in", "x.log", int64(len(lines(5, 8))))
	s.stop()
	s.put("x.log.1", lines(0, 5))
	s.dated("x.log.1", time.Now().Add(time.Minute))
	s.remove("x.log")
	s.put("x.log", lines(8, 10))
	s.dated("x.log", time.Now().Add(time.Minute))
	s.start()
	s.wants(texts(0, 10)...)
}

// Older files stay unread when the one goes that was begun at its end.
func TestInitialTailOfAFileThatGoes(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.config.InitialTail = true
	past := time.Now().Add(-time.Hour)
	s.put("x.log.1", lines(0, 5))
	s.dated("x.log.1", past)
	s.put("x.log", lines(5, 8))
	s.dated("x.log", past.Add(time.Minute))
	s.start()
	s.position("in", "x.log", int64(len(lines(5, 8))))
	s.add("x.log", "new\n")
	s.wants("new")
	s.stop()
	s.remove("x.log")
	s.put("x.log", "newer\n")
	s.start()
	s.wants("new", "newer")
}

// Records of files that begin alike keep their uuids over a restart.
func TestUUIDsOfIdenticalFilesAfterARestart(t *testing.T) {
	uuids := func(restart bool) (list []record) {
		s := newSite(t, rotated, "^Seq")
		s.put("x.log", "backup ok\n")
		s.start()
		s.wants("backup ok")
		s.rename("x.log", "x.log.1")
		s.put("x.log", "backup ok\n")
		s.wants("backup ok", "backup ok")
		if restart {
			s.position("in", "x.log", int64(len("backup ok\n")))
			s.stop()
			s.start()
		}
		s.add("x.log", "backup failed\n")
		s.wants("backup ok", "backup ok", "backup failed")
		return s.host.got()
	}
	if through, again := uuids(false)[2], uuids(true)[2]; through.uuid != again.uuid {
		t.Errorf("%x, after a restart %x", through.uuid, again.uuid)
	}
}

// The same text at the same place of another stream, or on another machine, is another record.
func TestUUIDsOfOtherStreamsAndMachines(t *testing.T) {
	seen := map[[16]byte]bool{}
	for _, machine := range []string{"m1", "m2"} {
		s := newSite(t, `(?P<S>\w)\.log`)
		s.config.Differentiator = []string{"S"}
		s.env.MachineID = machine
		s.put("a.log", "started\nstarted\n")
		s.put("b.log", "started\nstarted\n")
		s.start()
		s.wants("started", "started", "started", "started")
		for _, r := range s.host.got() {
			if seen[r.uuid] {
				t.Errorf("%s, stream %s: a uuid comes twice", machine, r.stream)
			}
			seen[r.uuid] = true
		}
		s.stop()
	}
}

// A quiet stream gives up its file and its source, but not what it still has to answer for.
func TestStreamsSleepOnlyWithNothingOnTheirWay(t *testing.T) {
	h := &host{open: 1}
	src := &source{host: h, held: &record{}}
	st := &stream{src: src}
	if st.sleep() {
		t.Error("a record is held")
	}
	src.held = nil
	delivered := st.marks.launch(position{})
	if st.sleep() {
		t.Error("a batch is not delivered")
	}
	delivered()
	if !st.sleep() || st.src != nil || h.open != 0 || st.sleep() {
		t.Errorf("nothing is on its way: source %v, %d open", st.src, h.open)
	}
}

// The lag is what is left of the current file, and all behind it.
func TestLag(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.put("x.log.1", "read")
	s.put("x.log", "half read")
	s.put("x.next", "unread")
	st := &stream{}
	for _, name := range []string{"x.log.1", "x.log", "x.next"} {
		info, err := os.Stat(s.path(name))
		if err != nil {
			t.Fatal(err)
		}
		st.files = append(st.files, foundFile{path: s.path(name), id: idOf(info), size: info.Size()})
	}
	st.pos.id = st.files[1].id
	if n := st.behind(); n != int64(len("unread")) {
		t.Errorf("with the file closed: %d", n)
	}
	l, err := openFile(s.path("x.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	if err := l.seek(5); err != nil {
		t.Fatal(err)
	}
	st.cur = l
	if n := st.behind(); n != int64(len("read"+"unread")) {
		t.Errorf("with the file open: %d", n)
	}
}

func TestFinishedFilesAreBounded(t *testing.T) {
	var p position
	for i := range int64(2 * maxFinished) {
		p.seek = i
		p.finished = p.finish()
	}
	if n := len(p.finished); n != maxFinished || p.finished[n-1].size != 2*maxFinished-1 {
		t.Errorf("%d files", n)
	}
}
