package logstreamer

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"

	"github.com/zeebo/xxh3"
)

// printBytes is how much of a file a fingerprint covers at most.
const printBytes = 256

// fingerprint recognises a file's text wherever it lies, renamed, copied or compressed: a hash of
// its first line, or of its first 256 bytes where that is longer. Size 0 is a fingerprint of nothing.
type fingerprint struct {
	hash [16]byte
	size int // bytes covered
}

// newFingerprint takes the first bytes of a file; fixed is false when more of its first line may come.
func newFingerprint(head []byte) (p fingerprint, fixed bool) {
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		head, fixed = head[:i+1], true
	} else if len(head) >= printBytes {
		head, fixed = head[:printBytes], true
	}
	if len(head) > 0 {
		p = fingerprint{xxh3.Hash128(head).Bytes(), len(head)}
	}
	return p, fixed
}

// fits tells whether a file that begins with head may be the one. A fingerprint of nothing fits all.
func (p fingerprint) fits(head []byte) bool {
	if p.size == 0 {
		return true
	}
	return len(head) >= p.size && xxh3.Hash128(head[:p.size]).Bytes() == p.hash
}

func (p fingerprint) text() string {
	if p.size == 0 {
		return ""
	}
	return hex.EncodeToString(p.hash[:])
}

// seed makes the uuids of a file's records differ from those of all other files.
type seed struct{ lo, hi uint64 }

func newSeed(machine, stream string, p fingerprint, again uint32) seed {
	b := append([]byte(machine), 0)
	b = append(append(b, stream...), 0)
	b = binary.LittleEndian.AppendUint32(append(b, p.hash[:]...), again)
	h := xxh3.Hash128(b)
	return seed{h.Lo, h.Hi}
}

// uuid names a record by the file, its offset and its bytes, so that a record which is read again
// has the same uuid. The version is 8, RFC 9562's for own schemes.
func (s seed) uuid(offset int64, record string) (u [16]byte) {
	const odd = 0x9e3779b97f4a7c15
	h := xxh3.HashString128Seed(record, s.lo+uint64(offset)*odd)
	binary.BigEndian.PutUint64(u[:8], h.Hi^s.hi)
	binary.BigEndian.PutUint64(u[8:], h.Lo)
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	return u
}
