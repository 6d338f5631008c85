package hekaframing

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"lma_collector/collector/message"
)

// Errors of a signature. The record is dropped.
var (
	ErrUnsigned = errors.New("message is not signed, which require_signature demands")
	errMismatch = errors.New("signature does not fit the message: another key, or the message was changed on its way")
)

// key verifies the signatures of one version of a signer. The framing knows MD5 and SHA-1 only.
type key struct {
	signer    string
	md5, sha1 hash.Hash
	sum       []byte
}

func newKey(name, secret string) *key {
	signer := name
	if at := strings.LastIndexByte(name, '_'); at >= 0 {
		signer = name[:at]
	}
	return &key{signer: signer, md5: hmac.New(md5.New, []byte(secret)), sha1: hmac.New(sha1.New, []byte(secret))}
}

// fits compares in constant time.
func (k *key) fits(h *message.FrameHeader, body []byte) bool {
	mac := k.md5
	if h.SHA1 {
		mac = k.sha1
	}
	mac.Reset()
	mac.Write(body)
	k.sum = mac.Sum(k.sum[:0])
	return hmac.Equal(k.sum, h.HMAC)
}

// verify gives the signer of a message, "" when it is not signed.
func (s *Splitter) verify(h *message.FrameHeader, body []byte) (string, error) {
	if len(h.HMAC) == 0 {
		if s.require {
			return "", ErrUnsigned
		}
		return "", nil
	}
	s.name = append(append(s.name[:0], h.Signer...), '_')
	s.name = strconv.AppendUint(s.name, uint64(h.KeyVersion), 10)
	k := s.keys[string(s.name)]
	if k == nil {
		return "", fmt.Errorf("no key %.80q: add [….signer.<name>_<version>] with its hmac_key", s.name)
	}
	if !k.fits(h, body) {
		return "", fmt.Errorf("key %q: %w", s.name, errMismatch)
	}
	return k.signer, nil
}
