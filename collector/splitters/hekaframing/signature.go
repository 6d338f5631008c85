package hekaframing

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Errors of a signature. The record is dropped.
var (
	ErrUnsigned  = errors.New("message is not signed, which require_signature demands")
	errOtherKind = errors.New("the message is signed with a key of another kind (HMAC or Ed25519) than the one known here")
	errMismatch  = errors.New("signature does not fit the message: another key, or the message was changed on its way")
)

// key verifies the signatures of one version of a signer: those of hekad, which knows HMAC with MD5 and
// SHA-1 only, or Ed25519. One key never does for both: who has the one cannot pose as the other.
type key struct {
	signer    string
	public    ed25519.PublicKey // nil: HMAC
	md5, sha1 hash.Hash
	sum       []byte
}

func newKey(name string, s Signer) (*key, error) {
	k := &key{signer: name}
	if at := strings.LastIndexByte(name, '_'); at >= 0 {
		k.signer = name[:at]
	}
	if s.PublicKey == "" && s.HMACKey == "" { // also what an unset variable leaves
		return nil, plugin.BadOption("signer."+name, "has no key, with which anybody could sign: set public_key or hmac_key")
	}
	if s.PublicKey == "" {
		k.md5, k.sha1 = hmac.New(md5.New, []byte(s.HMACKey)), hmac.New(sha1.New, []byte(s.HMACKey))
		return k, nil
	}
	option := "signer." + name + ".public_key"
	if s.HMACKey != "" {
		return nil, plugin.BadOption(option, "can not be had together with hmac_key: make it another version of the signer")
	}
	public, err := base64.StdEncoding.DecodeString(s.PublicKey)
	if err != nil || len(public) != ed25519.PublicKeySize {
		return nil, plugin.BadOption(option, "is not the base64 of %d bytes, as `lma_collector sandbox keygen` prints it", ed25519.PublicKeySize)
	}
	k.public = public
	return k, nil
}

// SignEd25519 signs a message for a signer. What is signed is the message and, as RFC 8032's context, that
// it is a record's and under which name and version, so that a signature fits nothing else.
func SignEd25519(private ed25519.PrivateKey, signer string, version uint32, body []byte) (message.Ed25519Signature, error) {
	o := ed25519.Options{Context: signatureContext(signer, version)}
	sig, err := private.Sign(nil, body, &o)
	return message.Ed25519Signature{Signer: signer, KeyVersion: version, Signature: sig}, err
}

// SignHMAC signs a message as hekad did.
func SignHMAC(secret string, withSHA1 bool, signer string, version uint32, body []byte) message.FrameHeader {
	h := message.FrameHeader{Signer: signer, KeyVersion: version, SHA1: withSHA1}
	mac := hmac.New(md5.New, []byte(secret))
	if withSHA1 {
		mac = hmac.New(sha1.New, []byte(secret))
	}
	mac.Write(body)
	h.HMAC = mac.Sum(nil)
	return h
}

func signatureContext(signer string, version uint32) string {
	return fmt.Sprintf("heka record %s_%d", signer, version)
}

// fitsEd25519 verifies. A name that is too long for a context was never signed.
func (k *key) fitsEd25519(e *message.Ed25519Signature, body []byte) bool {
	o := ed25519.Options{Context: signatureContext(e.Signer, e.KeyVersion)}
	return len(e.Signature) == ed25519.SignatureSize && ed25519.VerifyWithOptions(k.public, body, e.Signature, &o) == nil
}

// fitsHMAC compares in constant time.
func (k *key) fitsHMAC(h *message.FrameHeader, body []byte) bool {
	mac := k.md5
	if h.SHA1 {
		mac = k.sha1
	}
	mac.Reset()
	mac.Write(body)
	k.sum = mac.Sum(k.sum[:0])
	return hmac.Equal(k.sum, h.HMAC)
}

// verify gives the signer of a message, "" when it is not signed. An Ed25519 signature alone counts where
// there is one, whatever else the header holds.
func (s *Splitter) verify(h *message.FrameHeader, body []byte) (string, error) {
	e := &h.Ed25519
	name, version, public := h.Signer, h.KeyVersion, len(e.Signature) > 0
	switch {
	case public:
		name, version = e.Signer, e.KeyVersion
	case len(h.HMAC) > 0:
	case s.require:
		return "", ErrUnsigned
	default:
		return "", nil
	}
	s.name = append(append(s.name[:0], name...), '_')
	s.name = strconv.AppendUint(s.name, uint64(version), 10)
	k := s.keys[string(s.name)]
	switch {
	case k == nil && public:
		return "", fmt.Errorf("no key %.80q: add [….signer.<name>_<version>] with its public_key", s.name)
	case k == nil:
		return "", fmt.Errorf("no key %.80q: add [….signer.<name>_<version>] with its hmac_key", s.name)
	case public != (k.public != nil):
		return "", fmt.Errorf("key %q: %w", s.name, errOtherKind)
	case public && !k.fitsEd25519(e, body), !public && !k.fitsHMAC(h, body):
		return "", fmt.Errorf("key %q: %w", s.name, errMismatch)
	}
	return k.signer, nil
}
