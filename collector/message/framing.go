package message

import (
	"bytes"
	"fmt"
)

// Bytes and limits of hekad's stream framing: 0x1E, header length, header, 0x1F, message.
const (
	recordSeparator = 0x1E
	unitSeparator   = 0x1F
	maxHeader       = 255
	// DefaultMaxSize is hekad's default limit of a message in bytes.
	DefaultMaxSize = 64 << 10
)

// FrameHeader is the header of a framed record.
type FrameHeader struct {
	Length     uint32 // of the message, in bytes
	SHA1       bool   // the hash is SHA-1, else MD5
	Signer     string
	KeyVersion uint32
	HMAC       []byte
	Ed25519    Ed25519Signature
}

// Ed25519Signature is the part of a header that is this collector's own. It lies in elements which hekad
// does not know and passes over: to a hekad the message is unsigned, since its name is not where an HMAC's is.
type Ed25519Signature struct {
	Signer     string
	KeyVersion uint32
	Signature  []byte // 64 bytes; empty: none
}

// Numbers of the header's elements: 1 to 6 are hekad's, of which 2 is unused.
const (
	headLength = iota + 1
	_
	headHash
	headSigner
	headKeyVersion
	headHMAC
	headEd25519Signer
	headEd25519KeyVersion
	headEd25519Signature
)

// AppendFrame appends a record that holds body, unsigned.
func AppendFrame(dst, body []byte) []byte {
	var head [14]byte
	head[0], head[2] = recordSeparator, 1<<3
	n := putVarint(head[:], 3, uint64(len(body)))
	head[1], head[n] = byte(n-2), unitSeparator
	return append(append(dst, head[:n+1]...), body...)
}

// AppendSignedFrame appends a record with a signed header; h.Length is taken from body. What h has no
// HMAC for is signed with Ed25519 alone.
func AppendSignedFrame(dst, body []byte, h FrameHeader) ([]byte, error) {
	head := appendVarint([]byte{headLength << 3}, uint64(len(body)))
	e := &h.Ed25519
	if len(e.Signature) == 0 || len(h.HMAC) > 0 {
		if h.SHA1 {
			head = append(head, headHash<<3, 1)
		}
		head = appendHeadBytes(head, headSigner, h.Signer)
		head = appendVarint(append(head, headKeyVersion<<3), uint64(h.KeyVersion))
		head = appendHeadBytes(head, headHMAC, string(h.HMAC))
	}
	if len(e.Signature) > 0 {
		head = appendHeadBytes(head, headEd25519Signer, e.Signer)
		head = appendVarint(append(head, headEd25519KeyVersion<<3), uint64(e.KeyVersion))
		head = appendHeadBytes(head, headEd25519Signature, string(e.Signature))
	}
	if len(head) > maxHeader {
		return dst, fmt.Errorf("record header needs %d bytes, at most %d fit: use a shorter signer name", len(head), maxHeader)
	}
	dst = append(dst, recordSeparator, byte(len(head)))
	dst = append(dst, head...)
	return append(append(dst, unitSeparator), body...), nil
}

func appendHeadBytes(dst []byte, number byte, text string) []byte {
	dst = appendVarint(append(dst, number<<3|2), uint64(len(text)))
	return append(dst, text...)
}

// FindFrame looks for the first whole record in data. advance is what may be dropped of data,
// the record included; skipped is how much of that was no record; record is nil when more data
// are needed. A record longer than maxSize is passed over like any other garbage.
func FindFrame(data []byte, maxSize int) (advance, skipped int, record []byte) {
	for {
		at := bytes.IndexByte(data[skipped:], recordSeparator)
		if at < 0 {
			return len(data), len(data), nil
		}
		skipped += at
		size, ok := frameSize(data[skipped:], maxSize)
		switch {
		case !ok:
			skipped++
		case size == 0 || size > len(data)-skipped:
			return skipped, skipped, nil
		default:
			return skipped + size, skipped, data[skipped : skipped+size]
		}
	}
}

// frameSize is the size of the record that data starts with: 0 when the header is not whole, not ok when it is none.
func frameSize(data []byte, maxSize int) (size int, ok bool) {
	if len(data) < 2 || len(data) < int(data[1])+3 {
		return 0, len(data) < 3 || len(data)-3 < int(data[1])
	}
	n := int(data[1])
	if data[2+n] != unitSeparator {
		return 0, false
	}
	length, ok := frameLength(data[2 : 2+n])
	if !ok || length > uint64(maxSize) {
		return 0, false
	}
	return 3 + n + int(length), true
}

// frameLength reads the message length, the usual header being just that.
func frameLength(head []byte) (uint64, bool) {
	if len(head) > 1 && head[0] == 1<<3 {
		if v, n := varint(head, 1); n > 0 && 1+n == len(head) {
			return v, v <= 1<<32-1
		}
	}
	h, err := parseFrameHeader(head)
	return uint64(h.Length), err == nil
}

// ParseFrame takes a whole record apart.
func ParseFrame(record []byte) (h FrameHeader, body []byte, err error) {
	if len(record) < 3 || record[0] != recordSeparator || len(record) < 3+int(record[1]) {
		return h, nil, fmt.Errorf("not a framed record")
	}
	n := int(record[1])
	h, err = parseFrameHeader(record[2 : 2+n])
	return h, record[3+n:], err
}

func parseFrameHeader(head []byte) (h FrameHeader, err error) {
	for i := 0; i < len(head); {
		tag, n := varint(head, i)
		end := -1
		if n > 0 && tag>>3 > 0 {
			end = skip(head, i+n, int(tag&7), 0)
		}
		if end < 0 {
			return h, &DecodeError{i, "bad record header"}
		}
		body := head[i+n : end]
		if tag&7 == 2 {
			_, ln := varint(body, 0)
			body = body[ln:]
		}
		if err := h.set(tag, body); err != nil {
			return h, err
		}
		i = end
	}
	return h, nil
}

func (h *FrameHeader) set(tag uint64, body []byte) error {
	number := func(limit uint64) uint32 {
		v, _ := varint(body, 0)
		return uint32(min(v, limit))
	}
	switch tag {
	case headLength << 3:
		h.Length = number(1<<32 - 1)
	case headHash << 3:
		h.SHA1 = number(2) == 1
	case headSigner<<3 | 2:
		h.Signer = string(body)
	case headKeyVersion << 3:
		h.KeyVersion = number(1<<32 - 1)
	case headHMAC<<3 | 2:
		h.HMAC = body
	case headEd25519Signer<<3 | 2:
		h.Ed25519.Signer = string(body)
	case headEd25519KeyVersion << 3:
		h.Ed25519.KeyVersion = number(1<<32 - 1)
	case headEd25519Signature<<3 | 2:
		h.Ed25519.Signature = body
	default:
		if num := tag >> 3; num == headLength || num >= headHash && num <= headEd25519Signature {
			return &DecodeError{0, fmt.Sprintf("wrong wire type of header element %d", num)}
		}
	}
	return nil
}
