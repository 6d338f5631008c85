package openstack

import (
	"strings"

	"lma_collector/collector/logline"
)

// uwsgiLine reads a request line of uWSGI, with or without its first bracket:
//
//	[pid: 21|app: 0|req: 24/72] 192.0.2.10 (user) {50 vars in 1043 bytes} [Fri Nov 20 07:18:44 2026]
//	GET /v3/auth/tokens => generated 2310 bytes in 149 msecs (HTTP/1.1 201) 6 headers in 268 bytes …
func (c *Decoder) uwsgiLine(line string, r *record, q *request) bool {
	s := line
	r.pid = 0
	if after, found := strings.CutPrefix(s, "[pid: "); found {
		pid, n := logline.Digits(after)
		end := strings.IndexByte(after, ']')
		if n == 0 || pid > 1<<31-1 || end < 0 || !strings.HasPrefix(after[end:], "] ") {
			return false
		}
		r.pid, s = int32(pid), after[end+2:]
	}
	address, s := logline.Word(s)
	vars := strings.Index(s, " vars in ")
	if vars < 0 || s == "" || s[0] != '(' {
		return false
	}
	open := strings.IndexByte(s[vars:], '[')
	if open < 0 {
		return false
	}
	ns, n, ok := c.zone.Asctime(s[vars+open+1:])
	if !ok {
		return false
	}
	s, ok = strings.CutPrefix(s[vars+open+1+n:], "] ")
	if !ok || !q.uwsgi(s) {
		return false
	}
	q.client, q.quote = "", -1
	if isAddress(address) {
		q.client = address
	}
	r.ns, r.severity, r.label = ns, logline.Info, "INFO"
	r.module, r.payload = "", line
	r.request = q
	return true
}

// uwsgi reads `GET /url => generated 10 bytes in 5 msecs (HTTP/1.1 200) …`.
func (q *request) uwsgi(s string) bool {
	q.method, s = logline.Word(s)
	i := strings.Index(s, " => generated ")
	if i < 0 || q.method == "" {
		return false
	}
	q.url, s = s[:i], s[i+len(" => generated "):]
	var n int
	if q.size, n = logline.Digits(s); n == 0 {
		return false
	}
	s, ok := strings.CutPrefix(s[n:], " bytes in ")
	if !ok {
		return false
	}
	duration, n := logline.Digits(s)
	if n == 0 {
		return false
	}
	unit, s := logline.Word(strings.TrimPrefix(s[n:], " "))
	switch unit {
	case "msecs":
		q.seconds = float64(duration) / 1e3
	case "micros":
		q.seconds = float64(duration) / 1e6
	default:
		return false
	}
	q.hasTime = true
	s, ok = strings.CutPrefix(s, "(HTTP/")
	if !ok {
		return false
	}
	q.version, s = logline.Word(s)
	q.status, n = logline.Digits(s)
	return n == 3 && strings.HasPrefix(s[n:], ")")
}

// uwsgiNotice reads what uWSGI's server says for itself with a time: its first line, and lines such
// as `Fri Nov 20 07:41:54 2026 - SIGPIPE: writing to a closed pipe !!!`.
func (c *Decoder) uwsgiNotice(line string, r *record) bool {
	r.pid, r.module, r.payload = 0, "", line
	r.severity, r.label = logline.Info, "INFO"
	if strings.HasPrefix(line, "*** Starting uWSGI ") {
		i := strings.LastIndexByte(line, '[')
		if i < 0 {
			return false
		}
		ns, _, ok := c.zone.Asctime(line[i+1:])
		r.ns = ns
		return ok
	}
	ns, n, ok := c.zone.Asctime(line)
	if !ok || !strings.HasPrefix(line[n:], " - ") {
		return false
	}
	r.ns, r.payload = ns, line[n+3:]
	if strings.HasSuffix(line, "!!!") { // uWSGI's mark of a problem
		r.severity, r.label = logline.Warning, "WARNING"
	}
	return true
}
