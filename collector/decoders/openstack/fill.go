package openstack

import (
	"strings"

	"lma_collector/collector/message"
)

// fill makes the message of a record.
func (c *Decoder) fill(d *message.Draft, r *record) {
	logger, program := c.names.of(d.Logger, r)
	d.Type, d.Logger, d.Payload = "log", logger, r.payload
	d.SetTimestamp(r.ns)
	d.SetSeverity(r.severity)
	if r.pid != 0 {
		d.SetPid(r.pid)
	}
	d.AddFields(c.usual.of(r.label, program, r.module))
	if r.facility >= 0 {
		d.AddInt("syslogfacility", "", int64(r.facility))
	}
	c.addContext(d, c.contextOf(d, r))
	if r.request != nil {
		c.addRequest(d, r)
	}
	c.env.AppendTags(d)
}

// usual remembers the fields that most messages of a log share.
type usual [4]struct {
	label           string
	program, module []byte
	fields          message.Draft
}

// of gives the fields of a level, a program and a module.
func (u *usual) of(label, program, module string) *message.Draft {
	mixed := len(label) + len(module)
	if module != "" {
		mixed += int(module[len(module)-1])
	}
	slot := &u[mixed%len(u)]
	d := &slot.fields
	if string(slot.module) == module && string(slot.program) == program && slot.label == label {
		return d
	}
	slot.label, slot.program, slot.module = label, append(slot.program[:0], program...), append(slot.module[:0], module...)
	d.Reset()
	d.AddString("severity_label", label)
	d.AddString("programname", program)
	if module != "" {
		d.AddString("python_module", module)
	}
	return d
}

// contextOf reads the context of a record, wherever it has it.
func (c *Decoder) contextOf(d *message.Draft, r *record) *context {
	switch {
	case r.json != nil:
		if r.json.hostname != "" {
			d.Hostname = r.json.hostname
		}
		return &r.json.context
	case r.module == "": // uWSGI, or another program behind syslog
		c.context = context{}
	case r.context != "":
		readContext(r.context, &c.context)
	case r.instance != "":
		c.context = context{}
	default:
		readContext(r.payload, &c.context)
	}
	if r.instance != "" {
		c.context.instance = r.instance
	}
	return &c.context
}

func (c *Decoder) addContext(d *message.Draft, x *context) {
	c.addID(d, "request_id", x.request)
	c.addID(d, "global_request_id", x.global)
	c.addID(d, "user_id", x.user)
	c.addID(d, "tenant_id", x.tenant)
	add := func(name, v string) {
		if v != "" {
			d.AddString(name, v)
		}
	}
	add("domain", x.domain)
	add("system_scope", x.systemScope)
	add("user_domain", x.userDomain)
	add("project_domain", x.projectDomain)
	c.addID(d, "instance_uuid", x.instance)
}

// addID adds an id, a uuid always in its dashed form.
func (c *Decoder) addID(d *message.Draft, name, id string) {
	if id == "" {
		return
	}
	if len(id) == 32 && isHex(id) {
		dash(&c.id, id)
		id = message.View(c.id[:])
	}
	d.AddString(name, id)
}

func (c *Decoder) addRequest(d *message.Draft, r *record) {
	q := r.request
	if q.quote >= 0 {
		q.client = clientAddress(r.payload, c.context.end, q.quote)
	}
	d.AddString("http_method", q.method)
	d.AddString("http_url", q.url)
	if q.version != "" {
		d.AddString("http_version", q.version)
	}
	d.AddInt("http_status", "", q.status)
	d.AddInt("http_response_size", "", q.size)
	if q.hasTime {
		d.AddFloat("http_response_time", "", q.seconds)
	}
	if q.client != "" {
		d.AddString("http_client_ip_address", q.client)
	}
}

// names gives messages their logger and program by the logger of their source, which it remembers.
type names struct{ source, logger, program string }

// of gives logger and program: of a source named nova_nova-api these are openstack.nova and nova-api.
// A program that the record names itself wins. A source without a name is known by its Python module.
func (n *names) of(source string, r *record) (logger, program string) {
	if source == "" {
		source = nameless(r)
	}
	if source != n.source || n.logger == "" {
		n.source = strings.Clone(source)
		service, program := splitSource(n.source)
		n.logger, n.program = "openstack."+service, program
	}
	if r.program != "" {
		return n.logger, r.program
	}
	return n.logger, n.program
}

// nameless names a source by what a record says.
func nameless(r *record) string {
	service, _, _ := strings.Cut(r.module, ".")
	switch {
	case service != "":
		return service
	case r.program != "":
		return r.program
	}
	return "uwsgi" // its lines are all that name neither
}

// splitSource takes SERVICE_PROGRAM apart; where one of them is missing the other stands for both.
func splitSource(source string) (service, program string) {
	source = strings.TrimPrefix(source, "openstack.")
	service, program, _ = strings.Cut(source, "_")
	switch {
	case program == "":
		program = service
	case service == "":
		service = program
	}
	return service, program
}
