package openstack

import (
	"strings"

	"lma_collector/collector/logline"
	"lma_collector/collector/message"
	"lma_collector/collector/timeparse"
)

// jsonLine is a record of oslo.log's JSON formatter. Its memory is used again.
type jsonLine struct {
	members, inner logline.JSON
	text           []byte // message and traceback, joined

	context                   context
	name, levelName, hostname string
	message, traceback        string
	asctime, created          string
	process                   string
	tracebackIsList           bool
}

// read takes the members that are wanted; false when the line is no record of oslo.log.
func (j *jsonLine) read(line string) bool {
	*j = jsonLine{
		members: logline.JSON{Buf: j.members.Buf[:0]}, inner: logline.JSON{Buf: j.inner.Buf[:0]}, text: j.text[:0],
	}
	if !j.members.Open(line) {
		return false
	}
	for {
		key, v, ok := j.members.Next()
		if !ok {
			return j.members.Valid() && j.levelName != "" && (j.created != "" || j.asctime != "")
		}
		j.member(key, v)
	}
}

func (j *jsonLine) member(key string, v logline.JSONValue) {
	if v.Kind == logline.JSONNull {
		return
	}
	switch key {
	case "message":
		j.message = v.Text
	case "name":
		j.name = v.Text
	case "levelname":
		j.levelName = v.Text
	case "created":
		j.created = v.Text
	case "asctime":
		j.asctime = v.Text
	case "process":
		j.process = v.Text
	case "hostname":
		j.hostname = v.Text
	case "traceback":
		j.traceback, j.tracebackIsList = v.Text, v.Kind == logline.JSONArray
	case "context":
		if v.Kind == logline.JSONObject {
			j.readContext(v.Text)
		}
	}
}

func (j *jsonLine) readContext(text string) {
	c := &j.context
	j.inner.Open(text)
	for {
		key, v, ok := j.inner.Next()
		if !ok {
			return
		}
		if v.Kind != logline.JSONString || v.Text == "-" || v.Text == "" {
			continue
		}
		switch key {
		case "request_id":
			c.request = strings.TrimPrefix(v.Text, "req-")
		case "global_request_id":
			c.global = strings.TrimPrefix(v.Text, "req-")
		case "user_id", "user":
			c.user = v.Text
		case "project_id", "tenant", "project":
			c.tenant = v.Text
		case "domain_id", "domain":
			c.domain = v.Text
		case "system_scope":
			c.systemScope = v.Text
		case "user_domain_id", "user_domain":
			c.userDomain = v.Text
		case "project_domain_id", "project_domain":
			c.projectDomain = v.Text
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
	j.inner.Open(j.traceback)
	for {
		_, v, ok := j.inner.Next()
		if !ok {
			return message.View(j.text)
		}
		j.text = append(append(j.text, '\n'), v.Text...)
	}
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
