package hekaframing

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func keyPair(seed byte) (private ed25519.PrivateKey, public string) {
	private = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	return private, base64.StdEncoding.EncodeToString(private.Public().(ed25519.PublicKey))
}

func ed25519Record(t testing.TB, private ed25519.PrivateKey, signer string, version uint32, body string, h message.FrameHeader) []byte {
	t.Helper()
	sig, err := SignEd25519(private, signer, version, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	h.Ed25519 = sig
	record, err := message.AppendSignedFrame(nil, []byte(body), h)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

func TestEd25519(t *testing.T) {
	ops, public := keyPair(1)
	mallory, _ := keyPair(2)
	config := Config{Signer: map[string]Signer{"ops_3": {PublicKey: public}, "ops_4": {PublicKey: public}, "old_0": {HMACKey: "secret"}}}
	good := ed25519Record(t, ops, "ops", 3, "body", message.FrameHeader{})
	tampered := append([]byte(nil), good...)
	tampered[len(tampered)-1] ^= 1
	sig, _ := SignEd25519(ops, "ops", 3, []byte("body"))
	sig.KeyVersion = 4
	renamed, _ := message.AppendSignedFrame(nil, []byte("body"), message.FrameHeader{Ed25519: sig})
	sig.KeyVersion, sig.Signature = 3, sig.Signature[:63]
	short, _ := message.AppendSignedFrame(nil, []byte("body"), message.FrameHeader{Ed25519: sig})
	sig, _ = SignEd25519(ops, "old", 0, []byte("body"))
	otherKind, _ := message.AppendSignedFrame(nil, []byte("body"), message.FrameHeader{Ed25519: sig})
	const mismatch = "signature does not fit the message: another key, or the message was changed on its way"
	const kind = "the message is signed with a key of another kind (HMAC or Ed25519) than the one known here"
	for name, c := range map[string]struct {
		record      []byte
		signer, err string
	}{
		"good":              {good, "ops", ""},
		"with an HMAC too":  {ed25519Record(t, ops, "ops", 3, "body", SignHMAC("guess", true, "old", 0, []byte("body"))), "ops", ""},
		"good HMAC, bad":    {ed25519Record(t, mallory, "ops", 3, "body", SignHMAC("secret", true, "old", 0, []byte("body"))), "", `key "ops_3": ` + mismatch},
		"wrong key":         {ed25519Record(t, mallory, "ops", 3, "body", message.FrameHeader{}), "", `key "ops_3": ` + mismatch},
		"tampered":          {tampered, "", `key "ops_3": ` + mismatch},
		"of another name":   {renamed, "", `key "ops_4": ` + mismatch},
		"too short":         {short, "", `key "ops_3": ` + mismatch},
		"unknown":           {ed25519Record(t, ops, "eve", 3, "body", message.FrameHeader{}), "", `no key "eve_3": add [….signer.<name>_<version>] with its public_key`},
		"for an HMAC key":   {otherKind, "", `key "old_0": ` + kind},
		"HMAC for a public": {signed(t, "body", public, message.FrameHeader{Signer: "ops", KeyVersion: 3}), "", `key "ops_3": ` + kind},
	} {
		body, signer, err := newSplitter(t, config).Unframe(c.record)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.err || signer != c.signer || err == nil && string(body) != "body" || err != nil && body != nil {
			t.Errorf("%s: %q signed by %q, error %q", name, body, signer, got)
		}
	}
}

// A hekad must see an unsigned message without a name: it believes a name that comes without an HMAC.
func TestEd25519IsUnsignedToHekad(t *testing.T) {
	private, _ := keyPair(1)
	h, _, err := message.ParseFrame(ed25519Record(t, private, "ops", 1, "body", message.FrameHeader{}))
	if err != nil || h.Signer != "" || len(h.HMAC) != 0 || h.KeyVersion != 0 || h.Length != 4 {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestLongestName(t *testing.T) {
	private, public := keyPair(1)
	name := strings.Repeat("n", 178)
	record := ed25519Record(t, private, name, 1, "body", message.FrameHeader{})
	s := newSplitter(t, Config{Signer: map[string]Signer{name + "_1": {PublicKey: public}}})
	if _, signer, err := s.Unframe(record); err != nil || signer != name {
		t.Errorf("signer %q, %v", signer, err)
	}
	if _, err := SignEd25519(private, strings.Repeat("n", 250), 1, nil); err == nil {
		t.Error("a name that fits no context was signed")
	}
}

func TestKeyOptions(t *testing.T) {
	_, public := keyPair(1)
	c := Config{Signer: map[string]Signer{"a_0": {PublicKey: "short"}, "b_0": {PublicKey: public, HMACKey: "both"}, "c_0": {PublicKey: public}, "d_0": {}}}
	_, err := c.NewSplitter(&plugin.Env{Name: "framing"})
	want := "signer.a_0.public_key: is not the base64 of 32 bytes, as `lma_collector sandbox keygen` prints it\n" +
		"signer.b_0.public_key: can not be had together with hmac_key: make it another version of the signer" + "\n" +
		"signer.d_0: has no key, with which anybody could sign: set public_key or hmac_key"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	found := (&Config{Signer: map[string]Signer{"a_0": {HMACKey: "weak"}, "b_0": {HMACKey: "long enough to be no joke"}, "c_0": {PublicKey: public}}}).Check(nil)
	if len(found) != 1 || found[0].Option != "signer.a_0.hmac_key" || found[0].Error {
		t.Errorf("findings %+v", found)
	}
}

// Headers may have up to 255 bytes.
func TestLongestHeader(t *testing.T) {
	for n := 250; n <= 255; n++ {
		head := append([]byte{8, 4, 0x7a, byte(n - 5), 1}, bytes.Repeat([]byte{'x'}, n-5)...) // an element that nobody knows
		record := append(append(append([]byte{0x1e, byte(n)}, head...), 0x1f), "body"...)
		s := newSplitter(t, Config{})
		if size, found := s.Split(record, false); size != len(record) || !bytes.Equal(found, record) {
			t.Fatalf("header of %d bytes: %d of %d", n, size, len(record))
		}
		if body, signer, err := s.Unframe(record); string(body) != "body" || signer != "" || err != nil {
			t.Errorf("header of %d bytes: %q %q %v", n, body, signer, err)
		}
	}
}

// FuzzUnframe: whatever the header says, no signer is named whose key did not sign.
func FuzzUnframe(f *testing.F) {
	private, public := keyPair(1)
	config := Config{Signer: map[string]Signer{"ops_1": {PublicKey: public}, "old_1": {HMACKey: "secret"}}}
	good := ed25519Record(f, private, "ops", 1, "body", message.FrameHeader{})
	old := signed(f, "body", "secret", message.FrameHeader{Signer: "old", KeyVersion: 1})
	f.Add(good)
	f.Add(old)
	f.Add(ed25519Record(f, private, "ops", 1, "body", SignHMAC("secret", true, "old", 1, []byte("body"))))
	f.Add([]byte("\x1e\x030000"))
	f.Add([]byte("\x1e\x07\x08\x04\x3a\x03ops\x1fbody"))
	f.Fuzz(func(t *testing.T, record []byte) {
		body, signer, err := newSplitter(t, config).Unframe(record)
		if err != nil && (body != nil || signer != "") {
			t.Fatalf("body %q, signer %q, error %v", body, signer, err)
		}
		if signer != "" && string(body) != "body" {
			t.Fatalf("%q is taken for signed by %q", body, signer)
		}
	})
}

func BenchmarkUnframeEd25519(b *testing.B) {
	private, public := keyPair(1)
	s := newSplitter(b, Config{Signer: map[string]Signer{"ops_1": {PublicKey: public}}})
	record := ed25519Record(b, private, "ops", 1, strings.Repeat("x", 700), message.FrameHeader{})
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := s.Unframe(record); err != nil {
			b.Fatal(err)
		}
	}
}
