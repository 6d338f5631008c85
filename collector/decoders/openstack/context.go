package openstack

import (
	"strings"

	"lma_collector/collector/logline"
)

// context is what the brackets before a message say. Values are as they are written; "" is none.
type context struct {
	global, request, user, tenant                  string
	domain, systemScope, userDomain, projectDomain string
	instance                                       string

	end int // where the text behind the brackets begins
}

// readContext reads the first bracket of a payload, and an instance prefix before or behind it:
//
//	[-]   [req-ID USER TENANT DOMAIN USER_DOMAIN PROJECT_DOMAIN]                          up to Yoga
//	[None req-ID USER PROJECT DOMAIN SYSTEM_SCOPE USER_DOMAIN PROJECT_DOMAIN]             since Zed
//	[req-GLOBAL req-ID USER PROJECT DOMAIN SYSTEM_SCOPE USER_DOMAIN PROJECT_DOMAIN]
//	[instance: UUID]
func readContext(payload string, c *context) {
	*c = context{}
	i := strings.IndexByte(payload, '[')
	if i < 0 {
		return
	}
	instance, n := readInstance(payload[i:])
	c.instance = instance
	i += n
	if n > 0 && (i >= len(payload) || payload[i] != '[') {
		c.end = i
		return
	}
	n = c.readRequest(payload[i:])
	if n == 0 {
		if c.instance != "" {
			c.end = i
		}
		return
	}
	i += n
	c.end = i
	if c.instance == "" {
		c.instance, n = readInstance(payload[i:])
		c.end += n
	}
}

const instancePrefix = "[instance: "

// readInstance reads `[instance: UUID] `; n is its length, 0 when there is none.
func readInstance(s string) (uuid string, n int) {
	if !strings.HasPrefix(s, instancePrefix) {
		return "", 0
	}
	s = s[len(instancePrefix):]
	end := strings.IndexByte(s, ']')
	if end < 0 || !isUUID(s[:end]) {
		return "", 0
	}
	n = len(instancePrefix) + end + 1
	if end+1 < len(s) && s[end+1] == ' ' {
		n++
	}
	return s[:end], n
}

// readRequest reads a request context; n is its length with the space behind it, 0 for other brackets.
func (c *context) readRequest(s string) (n int) {
	end := strings.IndexByte(s, ']')
	if end < 0 {
		return 0
	}
	n = end + 1
	if n < len(s) && s[n] == ' ' {
		n++
	}
	inner := s[1:end]
	if inner == "-" {
		return n
	}
	first, rest := logline.Word(inner)
	second, afterSecond := logline.Word(rest)
	id, isID := requestID(first)
	local, isLocal := requestID(second)
	switch {
	case first == "None" || first == "-":
		if !isLocal {
			return 0
		}
		c.request = local
		c.identity(afterSecond, true)
	case !isID || rest == "" && len(id) == len(first):
		return 0
	case strings.HasPrefix(second, "req-"):
		if !isLocal {
			return 0
		}
		c.request, c.global = local, id
		c.identity(afterSecond, true)
	default:
		c.request = id
		c.identity(rest, false)
	}
	return n
}

// identity reads the values behind the ids.
func (c *context) identity(s string, zed bool) {
	user, rest := logline.Word(s)
	tenant, rest := logline.Word(rest)
	if tenant == "" {
		return
	}
	c.user, c.tenant = value(user), value(tenant)
	c.domain, rest = nextValue(rest)
	if zed {
		c.systemScope, rest = nextValue(rest)
	}
	c.userDomain, rest = nextValue(rest)
	c.projectDomain, _ = nextValue(rest)
}

// nextValue reads a word, "" for one that stands for none.
func nextValue(s string) (v, rest string) {
	if len(s) > 1 && s[0] == '-' && s[1] == ' ' {
		return "", s[2:]
	}
	v, rest = logline.Word(s)
	return value(v), rest
}

func value(s string) string {
	if s == "-" || s == "None" {
		return ""
	}
	return s
}

// requestID reads `req-UUID` or a bare uuid, and gives the uuid.
func requestID(s string) (id string, ok bool) {
	id = strings.TrimPrefix(s, "req-")
	return id, isUUID(id)
}

// isUUID tells whether s is a uuid, with the four usual dashes or with none.
func isUUID(s string) bool {
	switch len(s) {
	case 32:
		return isHex(s)
	case 36:
		return s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' &&
			isHex(s[:8]) && isHex(s[9:13]) && isHex(s[14:18]) && isHex(s[19:23]) && isHex(s[24:])
	}
	return false
}

// isHex tells whether s has hexadecimal digits only.
func isHex(s string) bool {
	for len(s) >= 8 {
		if !isHexWord(s) {
			return false
		}
		s = s[8:]
	}
	var other uint8
	for i := range len(s) {
		other |= notHex[s[i]]
	}
	return other == 0
}

// isHexWord tells it of the first eight bytes, all at once: in each byte of a word the top bit tells
// whether it is a digit, or, in lower case, a letter from a to f.
func isHexWord(s string) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	_ = s[7]
	w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	low := w | ones*0x20
	digit := (w + ones*(0x80-'0')) & (ones*(0x80+'9') - w)
	letter := (low + ones*(0x80-'a')) & (ones*(0x80+'f') - low)
	return (digit|letter)&tops == tops && w&tops == 0
}

// notHex is 1 for all bytes but hexadecimal digits.
var notHex = func() (table [256]uint8) {
	for c := range table {
		table[c] = 1
	}
	for _, c := range []byte("0123456789abcdefABCDEF") {
		table[c] = 0
	}
	return table
}()

// dash writes a uuid of 32 digits with its dashes.
func dash(to *[36]byte, s string) {
	_ = s[31]
	copy(to[:8], s[:8])
	copy(to[9:13], s[8:12])
	copy(to[14:18], s[12:16])
	copy(to[19:23], s[16:20])
	copy(to[24:], s[20:32])
	to[8], to[13], to[18], to[23] = '-', '-', '-', '-'
}
