package esjson

import "strings"

// keys remembers how names of fields are written as keys: the same few stand in message after
// message. It also tells which of them the document being written has already.
type keys struct {
	slots    [256]keySlot
	document uint64          // number of the document being written
	reserved map[string]bool // keys of the document that are no fields
	dots     string          // what replaces dots in names
}

type keySlot struct {
	name     string
	key      string // `"name":`, escaped
	document uint64 // the last one that had it
}

// maxRemembered is the length of the longest name that is remembered, in bytes.
const maxRemembered = 64

func hash(s string) uint8 {
	if s == "" {
		return 0
	}
	return uint8(len(s))*37 + s[0]*5 + s[len(s)/2]*3 + s[len(s)-1]*17
}

// next begins another document.
func (k *keys) next() { k.document++ }

// use gives the key of a name. It is not new when the document may have it already.
func (k *keys) use(name string) (key string, isNew bool) {
	slot := &k.slots[hash(name)]
	if slot.name == name && slot.key != "" {
		isNew = slot.document != k.document
		slot.document = k.document
		return slot.key, isNew
	}
	if slot.document == k.document || k.reserved[name] || len(name) > maxRemembered {
		return "", false
	}
	*slot = keySlot{name: strings.Clone(name), key: k.write(name), document: k.document}
	return slot.key, true
}

// write makes a key of a name.
func (k *keys) write(name string) string {
	if k.dots != "." {
		name = strings.ReplaceAll(name, ".", k.dots)
	}
	return string(append(appendString(nil, name), ':'))
}
