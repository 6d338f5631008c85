package esjson

import "strings"

// keys remembers how names of fields are written as keys: the same few stand in message after
// message, mostly in the same order. It also tells which of them the document being written has already.
type keys struct {
	slots    [1 << slotBits]keySlot
	first    *keySlot        // of the document before
	at       *keySlot        // of the name used last, nil at the start of a document
	document uint64          // number of the document being written
	dots     string          // what replaces dots in names
	reserved map[string]bool // keys of headers
	only     map[string]bool // dynamic_fields, nil for all
	rawNames map[string]bool // raw_bytes_fields
}

// keySlot is a remembered name.
type keySlot struct {
	name     string
	key      string         // `"name":"`, escaped
	short    [shortKey]byte // the key, if size is not 0
	size     int
	left     bool     // it does not go into documents
	raw      bool     // its values are JSON
	document uint64   // the last one that had it
	next     *keySlot // what followed it there
}

const (
	slotBits = 8
	// probes is how many slots a name may be in.
	probes = 8
	// maxRemembered is the length of the longest name that is remembered, in bytes.
	maxRemembered = 64
	// shortKey is the length of a key, in bytes, that is copied without a look at its length.
	shortKey = 32
)

// hash is where a name may be first.
func hash(s string) uint32 {
	if s == "" {
		return 0
	}
	n := len(s)
	mixed := uint32(n) ^ uint32(s[0])<<8 ^ uint32(s[n/2])<<16 ^ uint32(s[n-1])<<24 ^ uint32(s[n/4])<<12
	return mixed * 0x9e3779b1 >> (32 - slotBits)
}

// begin begins another document.
func (k *keys) begin() {
	k.document++
	k.at = nil
}

// use gives the slot of a name, nil when the document may have the key already.
func (k *keys) use(name string) *keySlot {
	slot := k.first
	if k.at != nil {
		slot = k.at.next
	}
	if slot == nil || slot.name != name {
		if slot = k.find(name); slot == nil {
			return nil
		}
		if k.at != nil {
			k.at.next = slot
		} else {
			k.first = slot
		}
	}
	if slot.document == k.document && !slot.left {
		return nil
	}
	slot.document = k.document
	k.at = slot
	return slot
}

// find gives the slot of a name, a new one if need be; nil when there is no room or none is wanted.
func (k *keys) find(name string) *keySlot {
	var free *keySlot
	for i, h := uint32(0), hash(name); i < probes; i++ {
		slot := &k.slots[(h+i)%(1<<slotBits)]
		switch {
		case slot.key == "":
			return k.remember(slot, name)
		case slot.name == name:
			return slot
		case free == nil && slot.document != k.document:
			free = slot
		}
	}
	if free == nil {
		return nil
	}
	return k.remember(free, name)
}

func (k *keys) remember(slot *keySlot, name string) *keySlot {
	left := k.left(name)
	if k.reserved[name] && !left || len(name) > maxRemembered {
		return nil
	}
	*slot = keySlot{name: strings.Clone(name), key: string(k.append(nil, name)), left: left, raw: k.rawNames[name]}
	if len(slot.key) <= shortKey {
		slot.size = copy(slot.short[:], slot.key)
	}
	return slot
}

// append appends the key, with the quote that begins a text.
func (s *keySlot) append(dst []byte) []byte {
	n := len(dst)
	if s.size == 0 || cap(dst)-n < shortKey {
		return append(dst, s.key...)
	}
	*(*[shortKey]byte)(dst[n : n+shortKey]) = s.short
	return dst[:n+s.size]
}

// left tells whether a field does not go into documents.
func (k *keys) left(name string) bool { return k.only != nil && !k.only[name] }

// append writes a name as a key, with the quote that begins a text.
func (k *keys) append(dst []byte, name string) []byte {
	if k.dots != "." {
		name = strings.ReplaceAll(name, ".", k.dots)
	}
	return append(appendString(dst, name), `:"`...)
}
