package message

import "encoding/binary"

// Bits of Draft.empty, in the order of the headers.
const (
	emptyType = 1 << iota
	emptyLogger
	emptyPayload
	emptyEnvVersion
	emptyHostname
)

// Encode appends the draft's encoding, in ascending order of elements as hekad wrote it.
func (d *Draft) Encode(dst []byte) []byte {
	if n := d.maxSize(); cap(dst)-len(dst) < n {
		dst = append(make([]byte, 0, max(2*cap(dst), len(dst)+n)), dst...)
	}
	var m Message
	raw := d.seal(dst[len(dst):cap(dst)], &m)
	return dst[:len(dst)+len(raw)]
}

// seal writes the encoding at the start of b, which has room for it, and notes in m, which is
// zero, where things are. It returns the encoding.
func (d *Draft) seal(b []byte, m *Message) []byte {
	i := d.sealHeaders(b, m)
	m.fields = uint32(i)
	i, plain := d.store.seal(b, i)
	i += copy(b[i:], d.store.unknown)
	if len(d.store.fields) == 0 {
		m.fields = uint32(i)
	}
	if plain {
		m.set |= isPlain
	}
	m.raw = b[:i:i]
	m.signer, m.loops = d.Signer, uint8(min(d.Loops, 255))
	return m.raw
}

func (d *Draft) sealHeaders(b []byte, m *Message) (i int) {
	m.severity = DefaultSeverity
	if d.HasUUID {
		b[0], b[1] = tagUUID<<3|2, 16
		i = 2 + copy(b[2:], d.UUID[:])
		m.uuid = span{2, 18}
	}
	if d.HasTimestamp {
		m.timestamp, m.set = d.Timestamp, m.set|hasTimestamp
		i = putNumber(b, i, tagTimestamp, uint64(d.Timestamp))
	}
	i = putText(b, i, tagType, d.Type, &m.typ, d.empty&emptyType)
	i = putText(b, i, tagLogger, d.Logger, &m.logger, d.empty&emptyLogger)
	if d.HasSeverity {
		m.severity, m.set = d.Severity, m.set|hasSeverity
		i = putNumber(b, i, tagSeverity, uint64(uint32(d.Severity))) // negative ones in 32 bits, as hekad did
	}
	i = putText(b, i, tagPayload, d.Payload, &m.payload, d.empty&emptyPayload)
	i = putText(b, i, tagEnvVersion, d.EnvVersion, &m.envVersion, d.empty&emptyEnvVersion)
	if d.HasPid {
		m.pid, m.set = d.Pid, m.set|hasPid
		i = putNumber(b, i, tagPid, uint64(uint32(d.Pid)))
	}
	return putText(b, i, tagHostname, d.Hostname, &m.hostname, d.empty&emptyHostname)
}

// putSingle writes a field of one value whose name and representation need one byte of length,
// which is nearly every field.
func putSingle(b []byte, i int, name, representation string, v Value) int {
	size := 8
	if v.typ <= TypeBytes {
		size = len(v.text)
	} else if v.typ != TypeDouble {
		size = varintSize(v.bits)
	}
	if body := 8 + len(name) + len(representation) + size; body < 0x80 {
		binary.LittleEndian.PutUint32(b[i:], tagField<<3|2|uint32(body)<<8|(fieldName<<3|2)<<16|uint32(len(name))<<24)
		i += 4
	} else {
		i = putHead(b, i, tagField, body-1+varintSize(uint64(size)))
		i = putHead(b, i, fieldName, len(name))
	}
	i += copy(b[i:], name)
	binary.LittleEndian.PutUint32(b[i:], plainString|uint32(v.typ)<<8|uint32(len(representation))<<24)
	i += 4
	if len(representation) > 0 {
		i += copy(b[i:], representation)
	}
	i = putHead(b, i, fieldString+int(v.typ), size)
	if v.typ <= TypeBytes {
		return i + copy(b[i:], v.text)
	}
	return putBits(b, i, &v)
}

// putField writes any field, and gives where its body starts and ends.
func putField(b []byte, i int, name, representation string, typ ValueType, vs []Value) (start, end int) {
	size := 4 + varintSize(uint64(len(name))) + len(name) + varintSize(uint64(len(representation))) + len(representation)
	packed := 0
	switch {
	case typ <= TypeBytes:
		for n := range vs {
			size += 1 + varintSize(uint64(len(vs[n].text))) + len(vs[n].text)
		}
	case len(vs) > 0:
		packed = packedSize(typ, vs)
		size += 1 + varintSize(uint64(packed)) + packed
	}
	start = putHead(b, i, tagField, size)
	i = putHead(b, start, fieldName, len(name))
	i += copy(b[i:], name)
	b[i], b[i+1] = fieldType<<3, byte(typ)
	i = putHead(b, i+2, fieldRepresentation, len(representation))
	i += copy(b[i:], representation)
	return start, putValues(b, i, typ, vs, packed)
}

func putValues(b []byte, i int, typ ValueType, vs []Value, packed int) int {
	num := fieldString + int(typ)
	if typ <= TypeBytes {
		for n := range vs {
			i = putHead(b, i, num, len(vs[n].text))
			i += copy(b[i:], vs[n].text)
		}
		return i
	}
	if len(vs) == 0 {
		return i
	}
	i = putHead(b, i, num, packed)
	for n := range vs {
		i = putBits(b, i, &vs[n])
	}
	return i
}

func packedSize(typ ValueType, vs []Value) (n int) {
	if typ == TypeDouble {
		return 8 * len(vs)
	}
	for i := range vs {
		n += varintSize(vs[i].bits)
	}
	return n
}

// putBits writes a number as it stands in a packed array.
func putBits(b []byte, i int, v *Value) int {
	if v.typ == TypeDouble {
		binary.LittleEndian.PutUint64(b[i:], v.bits)
		return i + 8
	}
	return putVarint(b, i, v.bits)
}

// putText writes a text header that is not empty, or is set to "".
func putText(b []byte, i, num int, s string, at *span, empty uint8) int {
	if s == "" && empty == 0 {
		return i
	}
	start := putHead(b, i, num, len(s))
	i = start + copy(b[start:], s)
	*at = span{uint32(start), uint32(i)}
	return i
}

// putHead writes the tag and the length of an element of bytes.
func putHead(b []byte, i, num, size int) int {
	b[i] = byte(num<<3 | 2)
	if size < 0x80 {
		b[i+1] = byte(size)
		return i + 2
	}
	return putVarint(b, i+1, uint64(size))
}

func putNumber(b []byte, i, num int, v uint64) int {
	b[i] = byte(num << 3)
	return putVarint(b, i+1, v)
}

func putVarint(b []byte, i int, v uint64) int {
	for v >= 0x80 {
		b[i] = byte(v) | 0x80
		v >>= 7
		i++
	}
	b[i] = byte(v)
	return i + 1
}

// maxSize is how much room the encoding needs at most, in bytes.
func (d *Draft) maxSize() int {
	return 96 + len(d.Type) + len(d.Logger) + len(d.Payload) + len(d.EnvVersion) + len(d.Hostname) + d.store.size()
}

func appendVarint(dst []byte, v uint64) []byte { return binary.AppendUvarint(dst, v) }
