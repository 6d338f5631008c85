package logscounter

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	// maxServices bounds the datapoints: each service has one for each level, for ever.
	maxServices = 1000
	// maxLoggers bounds what is remembered of loggers; beyond it, the pattern is matched again.
	maxLoggers = 4096
	// maxLogger is the longest name in bytes: it becomes a tag.
	maxLogger = 255
)

// loggers remembers which service each Logger belongs to.
type loggers struct {
	pattern *regexp.Regexp
	known   map[string]*logger
}

type logger struct {
	name, service string
	err           error    // why it has no service
	counter       *counter // nil until a message of it counted
}

// find gives a logger, which may have no service. The error is for names that are not kept.
func (all *loggers) find(name string) (*logger, error) {
	if l := all.known[name]; l != nil {
		return l, nil
	}
	if len(name) > maxLogger {
		return nil, fmt.Errorf("no service in logger %.60q…: it has %d bytes, more than %d", name, len(name), maxLogger)
	}
	l := &logger{name: strings.Clone(name)}
	l.service = firstGroup(all.pattern, l.name)
	if l.service == "" {
		l.err = fmt.Errorf("no service in logger %q: logger_matcher %q does not match it; change it, or keep such messages out by message_matcher", l.name, all.pattern)
	}
	if len(all.known) >= maxLoggers {
		clear(all.known)
	}
	all.known[l.name] = l
	return l, nil
}

// firstGroup is what the first group of a pattern matches, or all of it where it has none.
func firstGroup(pattern *regexp.Regexp, text string) string {
	match := pattern.FindStringSubmatch(text)
	switch len(match) {
	case 0:
		return ""
	case 1:
		return match[0]
	}
	return match[1]
}

// counter holds how many messages of a service there were in this interval, by level.
type counter struct {
	service string
	head    string // of its datapoints' JSON, up to the name of the level
	counts  [levels]int64
}

// services are the counters of all services that had a message.
type services struct {
	known  map[string]*counter
	sorted []*counter // by service
}

// counter gives the counter of a service, nil when there are too many services.
func (all *services) counter(service, hostname string) *counter {
	if c := all.known[service]; c != nil {
		return c
	}
	if len(all.sorted) >= maxServices {
		return nil
	}
	c := &counter{service: service, head: `{"name":"log_messages","tags":{"hostname":` + quoted(hostname) + `,"service":` + quoted(service) + `,"level":"`}
	all.known[service] = c
	i, _ := slices.BinarySearchFunc(all.sorted, service, func(c *counter, s string) int { return cmp.Compare(c.service, s) })
	all.sorted = slices.Insert(all.sorted, i, c)
	return c
}

// quoted is a string in JSON; bytes that are no UTF-8 become the replacement character.
func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic("BUG: a string that JSON cannot hold: " + err.Error())
	}
	return string(text)
}
