package logstreamer

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"
)

// settle lets the scheduler do all that there is to do, without its loop.
func settle(t *testing.T, s *scheduler) {
	t.Helper()
	for {
		s.dispatch(context.Background())
		switch {
		case s.running > 0:
			if err := s.take(<-s.results); err != nil {
				t.Fatal(err)
			}
		case s.scan:
			s.apply(<-s.scans)
		case s.rescan:
			s.scanned = time.Time{} // however short ago the last one was
			s.startScan()
		default:
			return
		}
	}
}

// A file that was deleted after a long silence is read to its end before its stream is forgotten, and
// nothing of the stream is left then.
func TestDeletedAfterLongSilence(t *testing.T) {
	site := newSite(t, `x\.log`)
	site.put("x.log", lines(0, 1))
	in, err := site.config.NewInput(site.env)
	if err != nil {
		t.Fatal(err)
	}
	s := newScheduler(in.(*Input), site.host)
	defer s.close()
	s.startScan()
	settle(t, s)
	site.add("x.log", lines(1, 2))
	if err := os.Remove(site.path("x.log")); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-2 * forgetAfter)
	for _, st := range s.streams {
		st.active, st.grown = long, long
		st.marks.take() // as if the journal was written
	}
	s.wantScan()
	settle(t, s)
	if got := site.host.texts(); !slices.Equal(got, texts(0, 2)) {
		t.Errorf("got %q", got)
	}
	for range 3 {
		for _, st := range s.streams {
			st.active, st.grown = long, long
			st.marks.take()
		}
		s.rescan = true
		settle(t, s)
	}
	if len(s.streams) != 0 || site.host.open != 0 {
		t.Errorf("%d streams and %d sources are left", len(s.streams), site.host.open)
	}
}
