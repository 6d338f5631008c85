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
	n := c.readInstance(payload[i:])
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
		c.end += c.readInstance(payload[i:])
	}
}

const instancePrefix = "[instance: "

// readInstance reads `[instance: UUID] `; n is its length, 0 when there is none.
func (c *context) readInstance(s string) (n int) {
	if !strings.HasPrefix(s, instancePrefix) {
		return 0
	}
	s = s[len(instancePrefix):]
	end := strings.IndexByte(s, ']')
	if end < 0 || !isUUID(s[:end]) {
		return 0
	}
	c.instance = s[:end]
	n = len(instancePrefix) + end + 1
	if end+1 < len(s) && s[end+1] == ' ' {
		n++
	}
	return n
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
	next := func() (v string) {
		v, rest = logline.Word(rest)
		return value(v)
	}
	c.domain = next()
	if zed {
		c.systemScope = next()
	}
	c.userDomain = next()
	c.projectDomain = next()
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
		for i := range len(s) {
			if !hexDigit[s[i]] {
				return false
			}
		}
		return true
	case 36:
		for i := range len(s) {
			if dash := i == 8 || i == 13 || i == 18 || i == 23; dash && s[i] != '-' || !dash && !hexDigit[s[i]] {
				return false
			}
		}
		return true
	}
	return false
}

var hexDigit = func() (table [256]bool) {
	for _, c := range []byte("0123456789abcdefABCDEF") {
		table[c] = true
	}
	return table
}()

// dashed gives a uuid of 32 digits its dashes, in the memory of buf; anything else stays as it is.
func dashed(buf []byte, s string) ([]byte, string) {
	if len(s) != 32 || !isUUID(s) {
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
