package hekaframing

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func newSplitter(t testing.TB, c Config) *Splitter {
	t.Helper()
	s, err := c.NewSplitter(&plugin.Env{Name: "framing", MaxMessageSize: 1 << 16, Metrics: &plugin.Metrics{}})
	if err != nil {
		t.Fatal(err)
	}
	return s.(*Splitter)
}

func signed(t testing.TB, body, secret string, h message.FrameHeader) []byte {
	t.Helper()
	mac := hmac.New(md5.New, []byte(secret))
	if h.SHA1 {
		mac = hmac.New(sha1.New, []byte(secret))
	}
	mac.Write([]byte(body))
	h.HMAC = mac.Sum(nil)
	record, err := message.AppendSignedFrame(nil, []byte(body), h)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

func TestKnownRecords(t *testing.T) {
	// The message of type TEST at 1416840893000000000, plain and signed by "test" with the key "secret".
	body, _ := hex.DecodeString("1080c48c9491a9e8d4131a0454455354")
	plain := append([]byte{0x1e, 0x02, 0x08, 0x10, 0x1f}, body...)
	head, _ := hex.DecodeString("1e1c081022047465737428003210e9efb1b02f51918fb02ce493e7de32a01f")
	s := newSplitter(t, Config{Signer: map[string]Signer{"test_0": {HMACKey: "secret"}}})
	stream := append(append([]byte("garbage"), plain...), append(head, body...)...)
	if n, record := s.Split(stream, false); n != 7 || record != nil {
		t.Fatalf("the garbage: %d bytes, record %x", n, record)
	}
	stream = stream[7:]
	for _, want := range []string{"", "test"} {
		n, record := s.Split(stream, false)
		got, signer, err := s.Unframe(record)
		if err != nil || signer != want || !bytes.Equal(got, body) {
			t.Fatalf("got %x signed by %q, %v; want signer %q", got, signer, err, want)
		}
		stream = stream[n:]
	}
	if len(stream) != 0 || s.skipped.Value() != 7 {
		t.Errorf("%d bytes left, %d skipped", len(stream), s.skipped.Value())
	}
}

func TestVerification(t *testing.T) {
	keys := map[string]Signer{"ops_1": {HMACKey: "secret"}, "ops_2": {HMACKey: "newer"}}
	header := message.FrameHeader{Signer: "ops", KeyVersion: 1}
	sha := message.FrameHeader{Signer: "ops", KeyVersion: 2, SHA1: true}
	bypass, err := message.AppendSignedFrame(nil, []byte("m"), message.FrameHeader{Signer: "ops"})
	if err != nil {
		t.Fatal(err)
	}
	tampered := signed(t, "body", "secret", header)
	tampered[len(tampered)-1] ^= 1
	for name, c := range map[string]struct {
		config      Config
		record      []byte
		signer, err string
	}{
		"md5":           {Config{Signer: keys}, signed(t, "body", "secret", header), "ops", ""},
		"sha1":          {Config{Signer: keys}, signed(t, "body", "newer", sha), "ops", ""},
		"unsigned":      {Config{Signer: keys}, message.AppendFrame(nil, []byte("m")), "", ""},
		"name only":     {Config{Signer: keys}, bypass, "", ""},
		"required":      {Config{Signer: keys, RequireSignature: true}, bypass, "", "message is not signed, which require_signature demands"},
		"required too":  {Config{Signer: keys, RequireSignature: true}, message.AppendFrame(nil, []byte("m")), "", "message is not signed, which require_signature demands"},
		"wrong key":     {Config{Signer: keys}, signed(t, "body", "guess", header), "", `key "ops_1": signature does not fit the message: another key, or the message was changed on its way`},
		"tampered":      {Config{Signer: keys}, tampered, "", `key "ops_1": signature does not fit the message: another key, or the message was changed on its way`},
		"unknown key":   {Config{}, signed(t, "body", "secret", header), "", `no key "ops_1": add [….signer.<name>_<version>] with its hmac_key`},
		"skipped check": {Config{SkipAuthentication: true}, signed(t, "body", "guess", header), "", ""},
	} {
		body, signer, err := newSplitter(t, c.config).Unframe(c.record)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.err || signer != c.signer || err != nil && body != nil {
			t.Errorf("%s: %q signed by %q, error %q", name, body, signer, got)
		}
	}
}

func TestOptions(t *testing.T) {
	env := &plugin.Env{Name: "framing"}
	c := Config{Signer: map[string]Signer{"ops": {HMACKey: "k"}, "a_01": {HMACKey: "k"}, "ops_x": {HMACKey: "k"}}, SkipAuthentication: true, RequireSignature: true}
	_, err := c.NewSplitter(env)
	want := []string{
		"require_signature: can not be had together with skip_authentication",
		`signer.a_01: is not <signer name>_<key version>, such as "ops_0"`,
		`signer.ops: is not <signer name>_<key version>, such as "ops_0"`,
		`signer.ops_x: is not <signer name>_<key version>, such as "ops_0"`,
	}
	if err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("got %v", err)
	}
	_, err = (&Config{RequireSignature: true}).NewSplitter(env)
	if err == nil || err.Error() != "require_signature: needs the keys of those who may sign: [framing.signer.<name>_<version>]" {
		t.Errorf("got %v", err)
	}
}

func TestResynchronises(t *testing.T) {
	whole := message.AppendFrame(nil, []byte("whole"))
	cut := message.AppendFrame(nil, bytes.Repeat([]byte("x"), 5000))[:100]
	huge := message.AppendFrame(nil, bytes.Repeat([]byte("x"), 70000))
	stream := append(append(append(append([]byte(nil), huge...), 0x1e, 0xff, 0x1e), whole...), cut...)
	stream = append(stream, whole...)
	s := newSplitter(t, Config{})
	var got int
	for rest := stream; ; {
		n, record := s.Split(rest, true)
		if n == 0 {
			break
		}
		rest = rest[n:]
		if record == nil {
			continue
		}
		if !bytes.Equal(record, whole) {
			t.Fatalf("record %x", record)
		}
		got++
	}
	if got != 2 {
		t.Errorf("found %d whole records, want 2", got)
	}
	if want := int64(len(stream) - 2*len(whole)); s.skipped.Value() != want {
		t.Errorf("%d bytes were skipped, %d counted", want, s.skipped.Value())
	}
}

func TestKeepsACutRecord(t *testing.T) {
	cut := message.AppendFrame(nil, []byte("a message that is long enough"))
	s := newSplitter(t, Config{})
	for end := range cut {
		if n, record := s.Split(cut[:end], end%2 == 0); n != 0 || record != nil {
			t.Fatalf("with %d bytes: %d, %x", end, n, record)
		}
	}
}

func TestUnframeOfWhatIsNoRecord(t *testing.T) {
	for _, skip := range []bool{false, true} {
		s := newSplitter(t, Config{SkipAuthentication: skip})
		for _, record := range []string{"", "\x1e", "\x1e\x00", "no record", "\x1e\x030000", "\x1e\x03\x0f\xff\xff\x1fbody"} {
			if body, signer, err := s.Unframe([]byte(record)); err == nil || body != nil || signer != "" {
				t.Errorf("%q: body %q of %q, %v", record, body, signer, err)
			}
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte("garbage"))
	f.Add(message.AppendFrame([]byte{0x1e, 0x1e, 2}, []byte("body")))
	f.Add(signed(f, "body", "secret", message.FrameHeader{Signer: "ops", KeyVersion: 1}))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := newSplitter(t, Config{Signer: map[string]Signer{"ops_1": {HMACKey: "secret"}}})
		for {
			n, record := s.Split(data, true)
			if n < 0 || n > len(data) || len(record) > n || record != nil && len(record) < 3 {
				t.Fatalf("advance %d of %d, record of %d", n, len(data), len(record))
			}
			data = data[n:]
			switch {
			case n == 0:
				return
			case record == nil:
				continue
			}
			body, signer, err := s.Unframe(record)
			if len(body) > s.maxSize || err != nil && (body != nil || signer != "") {
				t.Fatalf("body of %d, signer %q, error %v", len(body), signer, err)
			}
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	record := message.AppendFrame(nil, bytes.Repeat([]byte("x"), 700))
	data := bytes.Repeat(record, 100)
	s := newSplitter(b, Config{})
	b.SetBytes(int64(len(record)))
	b.ReportAllocs()
	rest := data
	for b.Loop() {
		n, r := s.Split(rest, false)
		if _, _, err := s.Unframe(r); err != nil {
			b.Fatal(err)
		}
		if rest = rest[n:]; len(rest) == 0 {
			rest = data
		}
	}
}
