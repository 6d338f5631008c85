package pipeline

import (
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// newTestSource is a source of an input that hands its batches to nobody.
func newTestSource(t *testing.T, splitter plugin.Splitter, o plugin.SplitterOptions, d plugin.Decoder) *source {
	t.Helper()
	in := &input{section: section{name: "in", log: slog.New(slog.DiscardHandler)}, router: &router{}, maxRecord: 1 << 16, maxUnacknowledged: 1 << 20}
	in.router.set(nil)
	in.newSplitter = func() (plugin.Splitter, plugin.SplitterOptions, error) { return splitter, o, nil }
	if d != nil {
		in.newDecoder = func(string) (plugin.Decoder, error) { return d, nil }
	}
	s, err := newSource(in, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func payloads(s *source) (list []string) {
	for i := range s.batch.Len() {
		list = append(list, string([]byte(s.batch.At(i).Payload())))
	}
	return list
}

// The position that is safe to go on from after a restart is never behind a message that is held back.
func TestConsumedStopsAtWhatIsHeld(t *testing.T) {
	s := newTestSource(t, &lineSplitter{}, plugin.SplitterOptions{}, &wordDecoder{})
	feed := func(text string) {
		t.Helper()
		if _, err := s.Fill(strings.NewReader(text)); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	}
	at := func(want int64) {
		t.Helper()
		if got := s.Consumed(); got != want {
			t.Errorf("consumed %d, want %d", got, want)
		}
	}
	feed("a one\n")
	at(6)
	feed("hold head\n")
	at(6)
	feed(" and")
	at(6)
	feed(" more\n")
	at(6)
	if !s.Pending() {
		t.Error("nothing is pending")
	}
	feed("b next\n")
	at(6 + 10 + 10 + 7)
	if got := payloads(s); !slices.Equal(got, []string{"one", "head and more", "next"}) {
		t.Errorf("payloads %q", got)
	}
	feed("hold again\n")
	s.Idle()
	at(6 + 10 + 10 + 7 + 11)
	feed("hold last\nun")
	s.Reset()
	at(0)
	feed("finished\n")
	at(9)
	if got := payloads(s); !slices.Equal(got[3:], []string{"again", "last", ""}) {
		t.Errorf("payloads %q", got[3:])
	}
}

// What is skipped behind a held record is not what is held.
func TestConsumedStaysAtWhatIsHeldWhenBytesAreSkipped(t *testing.T) {
	s := newTestSource(t, &lineSplitter{}, plugin.SplitterOptions{}, &wordDecoder{})
	long := strings.Repeat("x", 100<<10)
	for _, text := range []string{"hold head\n", long, long + "\n"} {
		for r := strings.NewReader(text); r.Len() > 0; {
			if _, err := s.Fill(r); err != nil {
				t.Fatal(err)
			}
		}
		if got := s.Consumed(); s.held() != 1 || got != 0 {
			t.Errorf("%d held, consumed %d", s.held(), got)
		}
	}
	if _, err := s.Fill(strings.NewReader("b next\n")); err != nil || s.Consumed() != int64(10+2*len(long)+1+7) {
		t.Errorf("consumed %d, %v", s.Consumed(), err)
	}
}

func TestRecordOffsets(t *testing.T) {
	s := newTestSource(t, &lineSplitter{}, plugin.SplitterOptions{DeliverIncompleteFinal: true}, nil)
	var offsets []int64
	s.SetDecorator(func(*message.Draft) { offsets = append(offsets, s.RecordOffset()) })
	_, _ = s.Fill(strings.NewReader("a\nbcd\n"))
	_, _ = s.Fill(strings.NewReader("e\nrest"))
	s.Finish()
	if want := []int64{0, 2, 6, 8}; !slices.Equal(offsets, want) {
		t.Errorf("offsets %v, want %v", offsets, want)
	}
	if got := payloads(s); !slices.Equal(got, []string{"a\n", "bcd\n", "e\n", "rest"}) {
		t.Errorf("payloads %q", got)
	}
}

func TestDeliverBody(t *testing.T) {
	s := newTestSource(t, &lineSplitter{}, plugin.SplitterOptions{}, nil)
	if err := s.DeliverBody([]byte("a\nb\n")); err != nil {
		t.Error(err)
	}
	if err := s.DeliverBody([]byte("c\nrest")); err == nil || !strings.Contains(err.Error(), "last 4 bytes of 6") {
		t.Errorf("unfinished body: %v", err)
	}
	if got := payloads(s); !slices.Equal(got, []string{"a\n", "b\n", "c\n"}) {
		t.Errorf("payloads %q", got)
	}
	whole := newTestSource(t, &nullSplitter{}, plugin.SplitterOptions{}, nil)
	big := strings.Repeat("x", 3<<20)
	if err := whole.DeliverBody([]byte(big)); err != nil || len(payloads(whole)[0]) != len(big) {
		t.Errorf("a body of 3 MiB: %v", err)
	}
}

// several emits more than one message of a record.
type several struct{}

func (several) Decode(d *message.Draft, out plugin.Emitter) error {
	for range 3 {
		out.Emit(d)
	}
	return nil
}

// The messages of one record have different uuids, which are the same when the record is read again.
func TestUUIDsOfOneRecord(t *testing.T) {
	read := func() (ids []string) {
		s := newTestSource(t, &lineSplitter{}, plugin.SplitterOptions{}, several{})
		s.SetDecorator(func(d *message.Draft) { d.SetUUID([16]byte{1, 2, 3}) })
		_, _ = s.Fill(strings.NewReader("a\n"))
		for i := range s.batch.Len() {
			ids = append(ids, string(s.batch.At(i).UUID()))
		}
		return ids
	}
	first := read()
	if len(first) != 3 || first[0] == first[1] || first[1] == first[2] || first[0] == first[2] {
		t.Errorf("uuids %x", first)
	}
	if again := read(); !slices.Equal(first, again) {
		t.Errorf("uuids %x, then %x", first, again)
	}
}
