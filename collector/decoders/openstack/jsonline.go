package openstack

import (
	"strings"

	"lma_collector/collector/jsonscan"
	"lma_collector/collector/logline"
	"lma_collector/collector/message"
	"lma_collector/collector/timeparse"
)

// jsonLine is a record of oslo.log's JSON formatter. Its memory is used again.
type jsonLine struct {
	scan, frames jsonscan.Scanner // of the line, and of its traceback
	text         []byte           // message and traceback, joined

	context                   context
	name, levelName, hostname string
	message, traceback        string
	asctime, created          string
	process                   string
	tracebackIsList           bool
}

// read takes the members that are wanted; false when the line is no record of oslo.log.
func (j *jsonLine) read(line string) bool {
	*j = jsonLine{scan: j.scan, frames: j.frames, text: j.text[:0]}
	s := &j.scan
	s.Reset(line)
	s.Open('{')
	first := true
	for key, ok := s.Key(&first); ok; key, ok = s.Key(&first) {
		j.member(key)
	}
	return s.End() && j.levelName != "" && (j.created != "" || j.asctime != "")
}

func (j *jsonLine) member(key string) {
	kind := j.scan.Kind()
	if key == "context" && kind == jsonscan.Object {
		j.readContext()
		return
	}
	v, ok := j.scan.Value()
	if !ok || kind == jsonscan.Null {
		return
	}
	switch key {
	case "message":
		j.message = v
	case "name":
		j.name = v
	case "levelname":
		j.levelName = v
	case "created":
		j.created = v
	case "asctime":
		j.asctime = v
	case "process":
		j.process = v
	case "hostname":
		j.hostname = v
	case "traceback":
		j.traceback, j.tracebackIsList = v, kind == jsonscan.Array
	}
}

func (j *jsonLine) readContext() {
	c, s := &j.context, &j.scan
	s.Open('{')
	first := true
	for key, ok := s.Key(&first); ok; key, ok = s.Key(&first) {
		kind := s.Kind()
		v, _ := s.Value() // its error ends the loop
		if kind != jsonscan.String || v == "-" || v == "" {
			continue
		}
		switch key {
		case "request_id":
			c.request = strings.TrimPrefix(v, "req-")
		case "global_request_id":
			c.global = strings.TrimPrefix(v, "req-")
		case "user_id", "user":
			c.user = v
		case "project_id", "tenant", "project":
			c.tenant = v
		case "domain_id", "domain":
			c.domain = v
		case "system_scope":
			c.systemScope = v
		case "user_domain_id", "user_domain":
			c.userDomain = v
		case "project_domain_id", "project_domain":
			c.projectDomain = v
		}
	}
}

// payload is the message with its traceback.
func (j *jsonLine) payload() string {
	if j.traceback == "" {
		return j.message
	}
	j.text = append(j.text, j.message...)
	if !j.tracebackIsList {
		j.text = append(append(j.text, '\n'), j.traceback...)
		return message.View(j.text)
	}
	j.frames.Reset(j.traceback)
	j.frames.Open('[')
	for first := true; j.frames.Next(']', &first); {
		v, _ := j.frames.Value()
		j.text = append(append(j.text, '\n'), v...)
	}
	return message.View(j.text)
}

// jsonRecord reads a JSON line.
func (c *Decoder) jsonRecord(line string, r *record) bool {
	j := &c.json
	if !j.read(line) {
		return false
	}
	ns, _, ok := timeparse.Epoch(j.created)
	if !ok {
		var n int
		if ns, n, ok = c.zone.DateTime(j.asctime); !ok || n == 0 {
			return false
		}
	}
	severity, label := level(j.levelName)
	if severity < 0 {
		return false
	}
	*r = record{ns: ns, severity: severity, label: label, module: j.name, payload: j.payload(), facility: -1, json: j}
	if pid, n := logline.Digits(j.process); n == len(j.process) && pid <= 1<<31-1 {
		r.pid = int32(pid)
	}
	return true
}
