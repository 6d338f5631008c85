package pipeline

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"lma_collector/collector/plugin"
)

// records reads everything through a buffer and gives the records with the offsets at which they start.
func records(t *testing.T, r io.Reader, limit int, o plugin.SplitterOptions) (got []string, stats *inputStats) {
	t.Helper()
	stats = &inputStats{}
	b := newRecordBuffer(&lineSplitter{}, o, limit, stats)
	var at int64
	for {
		_, err := b.fill(r)
		for {
			start, record, advance := b.next(false)
			if advance == 0 {
				break
			}
			if record != nil {
				got = append(got, fmt.Sprintf("%d:%d", at+int64(start), len(record)))
			}
			at += int64(advance)
		}
		if errors.Is(err, io.EOF) {
			b.free()
			return got, stats
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// However the bytes arrive, the records and their offsets are the same.
func TestBufferCutsRecords(t *testing.T) {
	var text strings.Builder
	var want []string
	for i := range 5000 {
		line := strings.Repeat("x", (i*i)%700) + "\n"
		want = append(want, fmt.Sprintf("%d:%d", text.Len(), len(line)))
		text.WriteString(line)
	}
	for name, r := range map[string]io.Reader{
		"whole":   strings.NewReader(text.String()),
		"halves":  iotest.HalfReader(strings.NewReader(text.String())),
		"bytes":   iotest.OneByteReader(strings.NewReader(text.String())),
		"dataErr": iotest.DataErrReader(strings.NewReader(text.String())),
	} {
		if got, _ := records(t, r, 1<<20, plugin.SplitterOptions{}); !slices.Equal(got, want) {
			t.Errorf("%s: %d records, want %d", name, len(got), len(want))
		}
	}
}

// A record that is too long is dropped whole, or cut, and the next ones come.
func TestBufferSkipsLongRecords(t *testing.T) {
	long := strings.Repeat("y", 1_000_000)
	text := "first\n" + long + "\nlast\n"
	got, stats := records(t, strings.NewReader(text), 1000, plugin.SplitterOptions{})
	if want := []string{"0:6", "1000007:5"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if n := stats.skippedBytes.Load(); n != 1_000_001 {
		t.Errorf("%d bytes were skipped", n)
	}
	got, _ = records(t, strings.NewReader(text), 1000, plugin.SplitterOptions{KeepTruncated: true})
	if want := []string{"0:6", fmt.Sprintf("6:%d", shortestLimit), "1000007:5"}; !slices.Equal(got, want) {
		t.Errorf("truncated: got %v, want %v", got, want)
	}
}

// A record is too long or not, however much of it was read at once.
func TestBufferLimitsExactly(t *testing.T) {
	for _, limit := range []int{shortestLimit, shortestLimit + 300, 200_000} {
		for size := limit - 1; size <= limit+1; size++ {
			text := strings.Repeat("y", size-1) + "\n" + "last\n"
			want := []string{fmt.Sprintf("0:%d", size), fmt.Sprintf("%d:5", size)}
			if size > limit {
				want = want[1:]
			}
			for name, r := range map[string]io.Reader{"whole": strings.NewReader(text), "halves": iotest.HalfReader(strings.NewReader(text))} {
				if got, _ := records(t, r, limit, plugin.SplitterOptions{}); !slices.Equal(got, want) {
					t.Errorf("limit %d, %s: got %v, want %v", limit, name, got, want)
				}
			}
		}
	}
}

// The memory of one stream is bounded by the longest record, whatever comes.
func TestBufferIsBounded(t *testing.T) {
	b := newRecordBuffer(&lineSplitter{}, plugin.SplitterOptions{}, 300_000, &inputStats{})
	r := io.LimitReader(endless{}, 10<<20)
	for {
		_, err := b.fill(r)
		for {
			if _, _, advance := b.next(false); advance == 0 {
				break
			}
		}
		if len(b.buf) > 300_000 {
			t.Fatalf("the buffer grew to %d bytes", len(b.buf))
		}
		if err != nil {
			break
		}
	}
	b.free()
	if b.buf != nil {
		t.Error("a freed buffer holds memory")
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'z'
	}
	return len(p), nil
}

// FuzzBuffer compares the records of a stream that arrives in pieces with those of the whole.
func FuzzBuffer(f *testing.F) {
	f.Add([]byte("a\nbc\n\n\ndef"), uint64(1))
	f.Add([]byte("\n"), uint64(7))
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		whole, _ := records(t, strings.NewReader(string(data)), 1<<20, plugin.SplitterOptions{})
		rng := rand.New(rand.NewPCG(seed, 1))
		pieces, _ := records(t, &inPieces{string(data), rng}, 1<<20, plugin.SplitterOptions{})
		if !slices.Equal(whole, pieces) {
			t.Errorf("%v in pieces, %v as a whole", pieces, whole)
		}
	})
}

type inPieces struct {
	rest string
	rng  *rand.Rand
}

func (r *inPieces) Read(p []byte) (int, error) {
	if r.rest == "" {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 1+r.rng.IntN(20))], r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
