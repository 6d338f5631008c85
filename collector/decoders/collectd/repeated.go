package collectd

import (
	"slices"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// origin is the fields that tell where a value comes from: those of the value before, mostly, so that
// they are copied as they were encoded. Its strings are views of the body.
type origin struct {
	made        bool
	typ, source string
	hasType     bool
	interval    float64
	hasInterval bool
	fields      message.Draft
}

// forget must be called before another body is decoded.
func (o *origin) forget() { *o = origin{fields: o.fields} }

// of gives the fields type, source and interval of the ith value.
func (o *origin) of(l *valueList, i int) *message.Draft {
	typ, hasType := "", i < len(l.dstypes)
	if hasType {
		typ = l.dstypes[i]
	}
	if o.made && o.typ == typ && o.source == l.plugin && o.interval == l.interval && o.hasInterval == l.hasInterval && o.hasType == hasType {
		return &o.fields
	}
	o.made, o.typ, o.hasType, o.source, o.interval, o.hasInterval = true, typ, hasType, l.plugin, l.interval, l.hasInterval
	o.fields.Reset()
	if hasType {
		o.fields.AddString("type", typ)
	}
	o.fields.AddString("source", l.plugin)
	if l.hasInterval {
		o.fields.AddFloat("interval", "", l.interval)
	}
	return &o.fields
}

// ending is the fields that all messages end with, kept in the same way: the hostname, the names of
// the tags, and the site's tags.
type ending struct {
	made     bool
	hostname string
	tags     []string
	fields   message.Draft
	// clash says that a site's tag has the name of a field that messages have before, so that each
	// message must be looked at.
	clash bool
}

func (e *ending) forget() { *e = ending{tags: e.tags[:0], fields: e.fields, clash: e.clash} }

// earlier are the names of fields that come before the ending, besides tags.
var earlier = []string{"name", "value", "type", "source", "interval", "details", "os_region"}

func newEnding(env *plugin.Env) ending {
	clash := slices.ContainsFunc(env.Tags, func(t plugin.Tag) bool { return slices.Contains(earlier, t.Name) })
	return ending{clash: clash}
}

// add ends a message with a hostname, "" for none, whose own fields are to be tags besides it.
func (e *ending) add(out *message.Draft, hostname string, tags []string, env *plugin.Env) {
	if !e.made || e.hostname != hostname || !slices.Equal(e.tags, tags) {
		e.make(hostname, tags, env)
	}
	out.AddFields(&e.fields)
	if e.clash {
		env.AppendTags(out)
	}
}

func (e *ending) make(hostname string, tags []string, env *plugin.Env) {
	e.made, e.hostname, e.tags = true, hostname, append(e.tags[:0], tags...)
	e.fields.Reset()
	if hostname != "" {
		e.fields.AddString("hostname", hostname)
		tags = append(tags, "hostname")
	}
	if len(tags) > 0 {
		e.fields.AddStrings("tag_fields", tags)
	}
	if e.clash {
		return
	}
	for _, t := range env.Tags {
		if !slices.Contains(tags, t.Name) && e.fields.FindField(t.Name, 0) < 0 {
			e.fields.AddString(t.Name, t.Value)
		}
	}
}
