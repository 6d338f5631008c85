package openstack

import (
	"strconv"
	"strings"

	"lma_collector/collector/logline"
)

// request is one HTTP request that was served. Strings are views of the line.
type request struct {
	method, url, version, client string
	status, size                 int64
	seconds                      float64
	hasTime                      bool

	quote int // where the request begins in the payload, -1 when the client is known
}

// find looks for a request line in a payload, as eventlet's server and OpenStack's own request logs write it:
//
//	192.0.2.10 "GET /v2/servers HTTP/1.1" status: 200 len: 1893 time: 0.1420219
//	192.0.2.10 - - [03/Feb/2016 10:11:12] "POST /v2/tokens HTTP/1.1" 200 4196 0.098377
//	192.0.2.10 "GET /placement" status: 200 len: 412 microversion: 1.0 time: 0.01
func (q *request) find(payload string) bool {
	for from := 0; ; {
		i := strings.IndexByte(payload[from:], '"')
		if i < 0 {
			return false
		}
		from += i + 1
		if q.line(payload[from:]) {
			q.quote = from - 1
			return true
		}
	}
}

// line reads `METHOD URL HTTP/1.1" status: 200 len: 5 time: 0.1`.
func (q *request) line(s string) bool {
	n := 0
	for n < len(s) && s[n] >= 'A' && s[n] <= 'Z' {
		n++
	}
	if n < 3 || n >= len(s) || s[n] != ' ' {
		return false
	}
	q.method, s = s[:n], s[n+1:]
	end := strings.IndexByte(s, '"')
	if end < 0 {
		return false
	}
	target := s[:end]
	s = s[end+1:]
	q.version = ""
	q.url = target
	if i := strings.IndexByte(target, ' '); i >= 0 {
		version := target[i+1:]
		if len(version) != 8 || version[:5] != "HTTP/" || !isDigit(version[5]) || version[6] != '.' || !isDigit(version[7]) {
			return false
		}
		q.url, q.version = target[:i], version[5:]
	}
	return q.url != "" && q.result(s)
}

// result reads ` status: 200 len: 5 time: 0.1`; the names may be missing behind a request with version.
func (q *request) result(s string) bool {
	s, ok := gap(s)
	if !ok {
		return false
	}
	s, named := strings.CutPrefix(s, "status: ")
	if q.version == "" && !named {
		return false
	}
	var n int
	if q.status, n = logline.Digits(s); n < 3 {
		return false
	}
	if s, ok = gap(s[n:]); !ok {
		return false
	}
	s = strings.TrimPrefix(s, "len: ")
	if q.size, n = logline.Digits(s); n == 0 {
		return false
	}
	s = s[n:]
	if after, found := strings.CutPrefix(s, " microversion: "); found {
		n = strings.IndexByte(after, ' ')
		if n < 0 {
			n = len(after)
		}
		s = after[n:]
	} else if q.version == "" {
		return false
	}
	if s, ok = gap(s); !ok {
		q.hasTime = false
		return q.version == "" // placement gives no time
	}
	q.seconds, n = decimal(strings.TrimPrefix(s, "time: "))
	q.hasTime = n > 0
	return q.hasTime
}

// gap passes over spaces, of which there must be one.
func gap(s string) (string, bool) {
	rest := strings.TrimLeft(s, " ")
	return rest, len(rest) < len(s)
}

// powers are exact in a float64.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// decimal reads a number with an optional fraction; n is its length, 0 when there is none.
func decimal(s string) (v float64, n int) {
	var mantissa int64
	digits, point := 0, -1
	for ; n < len(s); n++ {
		switch c := s[n]; {
		case isDigit(c):
			if digits++; digits <= 15 {
				mantissa = mantissa*10 + int64(c-'0')
			}
			continue
		case c == '.' && point < 0:
			point = n
			continue
		}
		break
	}
	if digits == 0 || n < len(s) && s[n]|0x20 == 'e' {
		return exponent(s)
	}
	decimals := 0
	if point >= 0 {
		decimals = n - point - 1
	}
	if digits <= 15 {
		return float64(mantissa) / powers[decimals], n // one exact operation: rounded correctly
	}
	v, err := strconv.ParseFloat(s[:n], 64)
	if err != nil {
		return 0, 0
	}
	return v, n
}

// exponent reads a number such as 9.5e-05.
func exponent(s string) (v float64, n int) {
	for n < len(s) && (isDigit(s[n]) || s[n] == '.' || s[n]|0x20 == 'e' || s[n] == '-' || s[n] == '+') {
		n++
	}
	v, err := strconv.ParseFloat(s[:n], 64)
	if err != nil || v < 0 {
		return 0, 0
	}
	return v, n
}

// clientAddress is the first word between the context and the request when it is an address, else
// the first IPv4 address of the payload.
func clientAddress(payload string, text, quote int) string {
	if text < quote {
		end := text
		for end < quote && payload[end] != ' ' && payload[end] != ',' {
			end++
		}
		if isAddress(payload[text:end]) {
			return payload[text:end]
		}
	}
	return findIPv4(payload)
}

// isAddress tells whether s looks like an IPv4 or IPv6 address.
func isAddress(s string) bool {
	if n := ipv4Length(s); n > 0 && n == len(s) {
		return true
	}
	colons := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == ':':
			colons++
		case c != '.' && notHex[c] != 0:
			return false
		}
	}
	return colons >= 2
}

func findIPv4(s string) string {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			continue
		}
		if n := ipv4Length(s[i:]); n > 0 {
			return s[i : i+n]
		}
	}
	return ""
}

// ipv4Length is the length of four groups of up to three digits at the start of s, 0 for none.
func ipv4Length(s string) (n int) {
	for group := range 4 {
		digits := 0
		for n < len(s) && digits < 3 && isDigit(s[n]) {
			n++
			digits++
		}
		if digits == 0 {
			return 0
		}
		if group < 3 {
			if n >= len(s) || s[n] != '.' {
				return 0
			}
			n++
		}
	}
	return n
}
