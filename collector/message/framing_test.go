package message

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

func unhexed(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestKnownVectors are the records that hekad's own tests used.
func TestKnownVectors(t *testing.T) {
	var d Draft
	d.SetTimestamp(1416840893000000000)
	d.Type = "TEST"
	body := d.Encode(nil)
	if want := unhexed(t, "10 80 c4 8c 94 91 a9 e8 d4 13 1a 04 54 45 53 54"); !bytes.Equal(body, want) {
		t.Errorf("encoded %x", body)
	}
	if got := AppendFrame(nil, body); !bytes.Equal(got, append(unhexed(t, "1e 02 08 10 1f"), body...)) {
		t.Errorf("framed %x", got)
	}
	digest := unhexed(t, "78 35 7e 36 35 38 3f 9f bc 75 98 46 1b 05 ef 2d")
	want := append(unhexed(t, "1e 1c 08 10 22 04 74 65 73 74 28 00 32 10"), digest...)
	want = append(append(want, unitSeparator), body...)
	got, err := AppendSignedFrame(nil, body, FrameHeader{Signer: "test", HMAC: digest})
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("signed %x, %v", got, err)
	}
	h, inner, err := ParseFrame(got)
	if err != nil || h.Signer != "test" || h.SHA1 || h.KeyVersion != 0 || !bytes.Equal(h.HMAC, digest) || !bytes.Equal(inner, body) {
		t.Errorf("parsed %+v %x %v", h, inner, err)
	}
}

func TestSignerTooLong(t *testing.T) {
	_, err := AppendSignedFrame(nil, nil, FrameHeader{Signer: strings.Repeat("s", 240), HMAC: make([]byte, 16)})
	if err == nil || err.Error() != "record header needs 265 bytes, at most 255 fit: use a shorter signer name" {
		t.Errorf("error %v", err)
	}
}

func TestFindFrame(t *testing.T) {
	good := AppendFrame(nil, []byte("0123456789"))
	for _, c := range []struct {
		name             string
		data             []byte
		max              int
		advance, skipped int
		record           []byte
	}{
		{"empty", nil, 100, 0, 0, nil},
		{"garbage", []byte("garbage"), 100, 7, 7, nil},
		{"whole", good, 100, len(good), 0, good},
		{"exactly the limit", good, 10, len(good), 0, good},
		{"over the limit", good, 9, len(good), len(good), nil},
		{"after garbage", append([]byte("xx"), good...), 100, len(good) + 2, 2, good},
		{"after a false start", append([]byte{recordSeparator, 1, 'x', 'y'}, good...), 100, len(good) + 4, 4, good},
		{"after a bad header", append([]byte{recordSeparator, 1, 0xff, unitSeparator}, good...), 100, len(good) + 4, 4, good},
		{"separator only", []byte{recordSeparator}, 100, 0, 0, nil},
		{"header cut", good[:3], 100, 0, 0, nil},
		{"body cut", good[:len(good)-1], 100, 0, 0, nil},
		{"garbage and a start", append([]byte("xx"), good[:4]...), 100, 2, 2, nil},
		{"empty header", []byte{recordSeparator, 0, unitSeparator, 'x'}, 100, 3, 0, []byte{recordSeparator, 0, unitSeparator}},
		{"length twice", []byte{recordSeparator, 4, 8, 9, 8, 1, unitSeparator, 'x'}, 100, 8, 0, []byte{recordSeparator, 4, 8, 9, 8, 1, unitSeparator, 'x'}},
		{"length of 64 bits", []byte{recordSeparator, 11, 8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, unitSeparator}, 100, 14, 14, nil},
		{"wrong type of length", []byte{recordSeparator, 2, 0x0a, 0, unitSeparator}, 100, 5, 5, nil},
		{"unknown header element", []byte{recordSeparator, 4, 0x78, 1, 8, 1, unitSeparator, 'x'}, 100, 8, 0, []byte{recordSeparator, 4, 0x78, 1, 8, 1, unitSeparator, 'x'}},
	} {
		advance, skipped, record := FindFrame(c.data, c.max)
		if advance != c.advance || skipped != c.skipped || !bytes.Equal(record, c.record) || (record == nil) != (c.record == nil) {
			t.Errorf("%s: advance %d, skipped %d, record %x", c.name, advance, skipped, record)
		}
	}
}

func TestParseFrameRefuses(t *testing.T) {
	for _, record := range []string{"", "x", "\x1e", "\x1e\x02\x08", "\x1e\x02\x08\xff\x1f", "\x1e\x02\x20\x01\x1f", "\x1e\x01\x00\x1f"} {
		if h, _, err := ParseFrame([]byte(record)); err == nil {
			t.Errorf("%q: %+v", record, h)
		}
	}
}

// split reads a stream in pieces of n bytes, as a connection delivers it.
func split(stream []byte, n, maxSize int) (records []string, skipped int) {
	var buf []byte
	for len(stream) > 0 {
		n := min(n, len(stream))
		buf = append(buf, stream[:n]...)
		stream = stream[n:]
		for {
			advance, garbage, record := FindFrame(buf, maxSize)
			skipped += garbage
			if record != nil {
				records = append(records, string(record))
			}
			buf = buf[advance:]
			if record == nil {
				break
			}
		}
	}
	return records, skipped
}

// TestLongGarbage is a stream of record separators only, each of which could be a start.
func TestLongGarbage(t *testing.T) {
	good := AppendFrame(nil, []byte("body"))
	stream := append(bytes.Repeat([]byte{recordSeparator}, 1<<20), bytes.Repeat(good, 10)...)
	records, skipped := split(stream, 64<<10, DefaultMaxSize)
	if len(records) != 10 || records[0] != string(good) || skipped != 1<<20 {
		t.Errorf("%d records, %d bytes skipped", len(records), skipped)
	}
}

// FuzzFrames: a stream gives the same records in whatever pieces it comes, every byte is in a
// record, skipped or waiting, and a record is found after garbage that holds no separator.
func FuzzFrames(f *testing.F) {
	good := AppendFrame(nil, relayed(f))
	signed, _ := AppendSignedFrame(nil, []byte("body"), FrameHeader{Signer: "s", HMAC: make([]byte, 20), SHA1: true})
	f.Add(good, 7)
	f.Add(append([]byte("garbage"), good...), 1)
	f.Add(append(signed, good[:20]...), 100)
	f.Add([]byte{recordSeparator, 4, 8, 9, 8, 1, unitSeparator, 'x'}, 3)
	f.Add([]byte{recordSeparator, 255, recordSeparator, 0, unitSeparator}, 2)
	f.Fuzz(func(t *testing.T, stream []byte, size int) {
		whole, skipped := split(stream, max(1, len(stream)), 1000)
		pieces, skippedToo := split(stream, 1+(size&0xff), 1000)
		if strings.Join(whole, "|") != strings.Join(pieces, "|") || skipped != skippedToo {
			t.Fatalf("%d records, in pieces %d; skipped %d and %d", len(whole), len(pieces), skipped, skippedToo)
		}
		used := skipped
		for _, record := range whole {
			used += len(record)
			if h, body, err := ParseFrame([]byte(record)); err != nil || int(h.Length) != len(body) {
				t.Fatalf("record %x: %+v, %v", record, h, err)
			}
		}
		if used > len(stream) {
			t.Fatalf("%d bytes used of %d", used, len(stream))
		}
		garbage := bytes.ReplaceAll(stream, []byte{recordSeparator}, nil)
		if records, _ := split(append(garbage, signed...), 50, 1000); len(records) != 1 || records[0] != string(signed) {
			t.Fatalf("after garbage: %q", records)
		}
	})
}
