package openstack

import (
	"strings"

	"lma_collector/collector/logline"
	"lma_collector/collector/message"
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
	switch {
	case first == "None" || first == "-":
		if c.request, isID = requestID(second); !isID {
			return 0
		}
		c.identity(afterSecond, true)
	case !isID || rest == "" && len(id) == len(first):
		return 0
	case strings.HasPrefix(second, "req-"):
		if c.request, isID = requestID(second); !isID {
			return 0
		}
		c.global = id
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
	var other uint8
	for i := range len(s) {
		other |= notHex[s[i]]
	}
	return other == 0
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

// dashed gives a uuid of 32 digits its dashes, in the memory of buf; anything else stays as it is.
func dashed(buf []byte, s string) ([]byte, string) {
	if len(s) != 32 || !isHex(s) {
		return buf, s
	}
	from := len(buf)
	buf = append(append(buf, s[:8]...), '-')
	buf = append(append(buf, s[8:12]...), '-')
	buf = append(append(buf, s[12:16]...), '-')
	buf = append(append(buf, s[16:20]...), '-')
	buf = append(buf, s[20:]...)
	return buf, message.View(buf[from:])
}
