package logstreamer

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestConditions(t *testing.T) {
	s := newSite(t, `(?P<S>\w+)\.log`)
	s.config.Differentiator = []string{"S"}
	s.config.LogDirectory = s.path("later")
	s.start()
	absent := fmt.Sprintf("log_directory %q does not exist: nothing is read until it does", s.path("later"))
	eventually(t, absent, func() bool { return s.condition("log_directory") == absent })
	if err := os.Mkdir(s.path("later"), 0o755); err != nil {
		t.Fatal(err)
	}
	none := fmt.Sprintf(`no file below %s matches file_match '(?P<S>\w+)\.log': is the service installed here, and are these its logs?`, s.path("later"))
	eventually(t, none, func() bool { return s.condition("files") == none && s.condition("log_directory") == "" })
	if err := os.Mkdir(s.path("later/d.log"), 0o755); err != nil {
		t.Fatal(err)
	}
	directory := fmt.Sprintf("%q is a directory where a file was expected", s.path("later/d.log"))
	eventually(t, directory, func() bool { return s.condition("file:"+s.path("later/d.log")) == directory })
	s.put("later/a.log", lines(0, 2))
	s.wants(texts(0, 2)...)
	eventually(t, "a file is there", func() bool { return s.condition("files") == "" })
	if err := os.Remove(s.path("later/d.log")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the directory is gone", func() bool { return len(s.env.Health.Conditions()) == 0 })
}

func TestUnorderedStreamIsLeftOutAlone(t *testing.T) {
	s := newSite(t, `(?P<S>\w+)-(?P<N>\w)\.log`)
	s.config.Differentiator = []string{"S"}
	s.put("a-1.log", "no\n")
	s.put("a-2.log", "no\n")
	s.put("b-1.log", "yes\n")
	s.start()
	s.wants("yes")
	want := fmt.Sprintf("stream %q has 2 files, such as %q and %q, but no priority to order them: give priority, or a differentiator that tells them apart", "a", s.path("a-1.log"), s.path("a-2.log"))
	if got := s.condition("stream:a"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPermissionDenied(t *testing.T) {
	s := newSite(t, `x\.log`)
	s.put("x.log", "line 0\n")
	want := fmt.Sprintf("%q cannot be read: permission denied: let the collector's user read it, usually by adding the user to the group that owns it", s.path("x.log"))
	key := "file:" + s.path("x.log")
	trouble{s.env.Health}.set(s.path("x.log"), &fs.PathError{Op: "open", Path: s.path("x.log"), Err: syscall.EACCES})
	if got := s.condition(key); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if os.Geteuid() != 0 { // root may read everything
		if err := os.Chmod(s.path("x.log"), 0); err != nil {
			t.Fatal(err)
		}
		s.env.Health.Clear(key)
		s.start()
		eventually(t, want, func() bool { return s.condition(key) == want })
		if err := os.Chmod(s.path("x.log"), 0o644); err != nil {
			t.Fatal(err)
		}
	} else {
		s.start()
	}
	s.wants("line 0")
	eventually(t, "the condition ends", func() bool { return s.condition(key) == "" })
}

func TestUnreadableFile(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	s.put("x.log.1", "\x1f\x8bnot gzip after all\n")
	s.put("x.log", "line 0\n")
	s.start()
	s.wants("line 0") // what cannot be read is passed over
	key := "file:" + s.path("x.log.1")
	want := fmt.Sprintf("%q cannot be read: gzip: invalid header", s.path("x.log.1"))
	if got := s.condition(key); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if err := os.Remove(s.path("x.log.1")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the condition ends", func() bool { return s.condition(key) == "" })
}

func TestNoData(t *testing.T) {
	s := newSite(t, `x\.log`)
	s.config.NoDataAfter = 20 * time.Millisecond
	s.put("x.log", "")
	s.start()
	eventually(t, "no data", func() bool {
		return strings.HasPrefix(s.condition("no data"), `no data for 20ms in any of 1 files that match "x\\.log", the last at `)
	})
	s.config.NoDataAfter = time.Hour
	s.add("x.log", "line 0\n")
	s.wants("line 0")
}

func TestQuietFilesAreWatched(t *testing.T) {
	s := newSite(t, `x\.log`)
	s.put("x.log", "line 0\n")
	s.tune = func(in *Input) { in.quietAfter = 0 }
	s.start()
	s.wants("line 0")
	for i := range 5 {
		s.add("x.log", fmt.Sprintf("line %d\n", i+1))
		s.wants(texts(0, i+2)...)
	}
	s.rename("x.log", "gone")
	s.put("x.log", "line 6\n")
	s.wants(texts(0, 7)...)
}

func TestJournalOfHekad(t *testing.T) {
	s := newSite(t, rotated, "^Seq")
	text := lines(0, 100)
	s.put("x.log.1", text)
	s.put("x.log", lines(100, 102))
	at := len(lines(0, 90))
	sum := sha1.Sum([]byte(text[at-500 : at]))
	dir := filepath.Join(s.env.BaseDir, "logstreamer")
	write(t, dir, []string{"in"}, fmt.Sprintf(`{"seek":%d,"file_name":%q,"last_hash":"%s"}`, at, s.path("x.log"), hex.EncodeToString(sum[:])))
	s.start()
	s.wants(texts(90, 102)...)
	s.stop()
	written, err := os.ReadFile(filepath.Join(dir, "in"))
	if err != nil {
		t.Fatal(err)
	}
	var hekads struct {
		Seek     int64  `json:"seek"`
		FileName string `json:"file_name"`
		LastHash string `json:"last_hash"`
	}
	if err := json.Unmarshal(written, &hekads); err != nil {
		t.Fatal(err)
	}
	padded := make([]byte, 500)
	copy(padded[500-len(lines(100, 102)):], lines(100, 102))
	sum = sha1.Sum(padded)
	if hekads.FileName != s.path("x.log") || hekads.Seek != int64(len(lines(100, 102))) || hekads.LastHash != hex.EncodeToString(sum[:]) {
		t.Errorf("journal %s", written)
	}
}

func TestBadJournals(t *testing.T) {
	for name, text := range map[string]string{"cut": `{"seek":`, "negative": `{"seek":-1,"file_name":"x"}`, "no file": `{"seek":1}`} {
		s := newSite(t, `x\.log`)
		dir := filepath.Join(s.env.BaseDir, "logstreamer")
		write(t, dir, []string{"in"}, text)
		s.put("x.log", "line 0\n")
		s.start()
		s.wants("line 0")
		if !strings.Contains(s.condition("journal:"+filepath.Join(dir, "in")), "the stream is read from its start; the journal is kept as") {
			t.Errorf("%s: conditions %v", name, s.env.Health.Conditions())
		}
		if kept, err := os.ReadFile(filepath.Join(dir, "in.bad")); err != nil || string(kept) != text {
			t.Errorf("%s: kept %q, %v", name, kept, err)
		}
		s.stop()
	}
}

func TestJournalNames(t *testing.T) {
	for stream, want := range map[string]string{
		"nova_nova-api": "nova_nova-api", "a/../b": "a%2F..%2Fb", "..": "%..", "": "%", ".x": "%.x",
	} {
		if got := journalName(stream); got != want {
			t.Errorf("%q is kept in %q, want %q", stream, got, want)
		}
	}
	a, b := journalName(strings.Repeat("x", 300)+"a"), journalName(strings.Repeat("x", 300)+"b")
	if len(a) > 255 || a == b {
		t.Errorf("%q and %q", a, b)
	}
}

func TestStreamNamesWithSlashes(t *testing.T) {
	s := newSite(t, `(?P<S>.+)\.log`)
	s.config.Differentiator = []string{"S"}
	s.put("a/b.log", lines(0, 1))
	s.start()
	s.wants("line 0")
	s.stop()
	s.start()
	s.add("a/b.log", lines(1, 2))
	s.wants("line 0", "line 1")
}

func TestJournalsCannotBeWritten(t *testing.T) {
	s := newSite(t, `x\.log`)
	s.put("x.log", "line 0\n")
	dir := filepath.Join(s.env.BaseDir, "logstreamer")
	s.host.hold = true
	s.start()
	s.wants("line 0")
	s.position("in", "x.log", 0)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	s.host.acknowledge(1)
	eventually(t, "the condition", func() bool {
		return strings.HasPrefix(s.condition("journals"), fmt.Sprintf("positions cannot be kept in %q, so that a restart would read again what was read since: ", dir))
	})
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s.position("in", "x.log", 7)
	eventually(t, "the condition ends", func() bool { return s.condition("journals") == "" })
}

func TestNoPlaceForJournals(t *testing.T) {
	s := newSite(t, `x\.log`)
	write(t, s.env.BaseDir, []string{"file"}, "")
	s.config.JournalDirectory = "file"
	in, err := s.config.NewInput(s.env)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.env.BaseDir, "file")
	want := fmt.Sprintf("journal_directory %q cannot be made: mkdir %s: not a directory", path, path)
	if err := in.Run(t.Context(), s.host); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestOneJournalOneSection(t *testing.T) {
	a, b := newSite(t, `x\.log`), newSite(t, `x\.log`)
	a.config.Differentiator, b.config.Differentiator = []string{"same"}, []string{"same"}
	b.env.BaseDir, b.env.Name = a.env.BaseDir, "other"
	a.put("x.log", "line 0\n")
	b.put("x.log", "line 1\n")
	a.start()
	a.wants("line 0")
	b.start()
	want := `stream "same" is read by section "in" already with the same journal: give one of them another differentiator or journal_directory`
	eventually(t, want, func() bool { return b.condition("stream:same") == want })
	if b.host.count() != 0 {
		t.Error("read nevertheless")
	}
	a.stop()
}

func TestPanicEndsTheInput(t *testing.T) {
	s := newSite(t, `x\.log`)
	s.put("x.log", "line 0\nbad\n")
	s.host.panic = "bad"
	in, err := s.config.NewInput(s.env)
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Run(context.Background(), s.host); err == nil || !strings.HasPrefix(err.Error(), `stream "in": panic: bad`) {
		t.Errorf("got %v", err)
	}
}

func TestStrangeText(t *testing.T) {
	s := newSite(t, `x\.log`)
	long := strings.Repeat("long ", 100_000)
	s.put("x.log", "\x00\x00\n\xff\xfe\n"+long+"\nend\n")
	s.start()
	s.wants("\x00\x00", "\xff\xfe", long, "end")
}

func TestPlan(t *testing.T) {
	s := newSite(t, `(?P<S>[a-c])\.log\.?(?P<Seq>\d*)`, "^Seq")
	s.config.Differentiator = []string{"S"}
	s.put("a.log", lines(0, 3))
	s.start()
	s.wants(texts(0, 3)...)
	s.stop()
	s.rename("a.log", "a.log.1")
	s.put("a.log.2", "older\n")
	s.put("a.log", "new\n")
	s.put("b.log", "x\n")
	s.put("other", "x\n")
	if err := os.Mkdir(s.path("c.log"), 0o755); err != nil {
		t.Fatal(err)
	}
	plans, err := s.config.Plan(s.env)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range plans {
		line := fmt.Sprintf("%s known=%t %s@%d %s:", p.Stream, p.Known, filepath.Base(p.File), p.Offset, filepath.Base(p.Journal))
		for _, f := range p.Files {
			line += fmt.Sprintf(" %s(%d,%t)", filepath.Base(f.Path), f.Size, f.Done)
		}
		for _, l := range p.LeftOut {
			line += fmt.Sprintf(" [%s %s]", filepath.Base(l.Path), l.Reason)
		}
		got = append(got, line)
	}
	want := []string{
		"a known=true a.log.1@21 a: a.log.2(6,true) a.log.1(21,false) a.log(4,false)",
		"b known=false b.log@0 b: b.log(2,false)",
		"c known=false .@0 c: [c.log is a directory where a file was expected]",
		" known=false .@0 .: [other does not match file_match]",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	s.config.LogDirectory = s.path("nowhere")
	if _, err := s.config.Plan(s.env); err == nil {
		t.Error("a directory that is not there is planned")
	}
}
