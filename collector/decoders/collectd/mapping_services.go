package collectd

import (
	"strings"

	"lma_collector/collector/message"
)

// dbi's instance mysql_status holds what SHOW STATUS says of Galera.
func dbi(d *Decoder, m *metric, l *valueList, i int) string {
	if l.pluginInstance != "mysql_status" {
		return plain(d, m, l, i)
	}
	m.write("mysql_", l.typeInstance)
	m.dotless(0)
	return ""
}

func mysql(_ *Decoder, m *metric, l *valueList, i int) string {
	switch l.typ {
	case "threads":
		m.write("mysql_")
		m.writeName(l, i)
	case "mysql_commands":
		m.write(l.typ)
		m.tag("statement", l.typeInstance)
	case "mysql_handler":
		m.write(l.typ)
		m.tag("handler", l.typeInstance)
	default:
		m.writeName(l, i)
	}
	return ""
}

func rabbitmqInfo(_ *Decoder, m *metric, l *valueList, _ int) string {
	m.write("rabbitmq_", l.typeInstance)
	m.metaTag("queue", l, "queue")
	return ""
}

func memcached(_ *Decoder, m *metric, l *valueList, i int) string {
	m.write("memcached_")
	m.writeName(l, i)
	m.drop(len("memcached_"), "memcached_")
	return ""
}

func apache(_ *Decoder, m *metric, l *valueList, i int) string {
	const prefix, from, to = "apache_", "scoreboard", "workers"
	m.write(prefix)
	m.writeName(l, i)
	m.drop(len(prefix), prefix)
	if at := strings.Index(message.View(m.name), from); at >= 0 {
		copy(m.name[at:], to)
		m.name = append(m.name[:at+len(to)], m.name[at+len(from):]...)
	}
	return ""
}

func haproxy(_ *Decoder, m *metric, l *valueList, _ int) string {
	m.write("haproxy_", l.typeInstance)
	if _, ok := l.metaValue("backend"); !ok {
		m.metaTag("frontend", l, "frontend")
		return ""
	}
	m.metaTag("backend", l, "backend")
	m.metaTag("state", l, "state")
	m.metaTag("server", l, "server")
	return ""
}

func pacemaker(_ *Decoder, m *metric, l *valueList, _ int) string {
	m.write("pacemaker_", l.typeInstance)
	m.hostname = l.metaText("host")
	m.metaTag("status", l, "status")
	m.metaTag("resource", l, "resource")
	return ""
}

func cephPerf(_ *Decoder, m *metric, l *valueList, _ int) string {
	m.write("ceph_perf_", l.typ)
	m.tag("cluster", l.pluginInstance)
	m.tag("osd", l.typeInstance)
	return ""
}

// ceph's type instance is a pool, a state or the number of an OSD, as the type says.
func ceph(_ *Decoder, m *metric, l *valueList, i int) string {
	m.write("ceph_", l.typ)
	m.writeSource(l, i)
	m.tag("cluster", l.pluginInstance)
	switch {
	case l.typeInstance == "":
	case strings.HasPrefix(l.typ, "pool_"):
		m.tag("pool", l.typeInstance)
	case strings.HasPrefix(l.typ, "pg_state"):
		m.tag("state", l.typeInstance)
	case strings.HasPrefix(l.typ, "osd_"):
		m.tag("osd", l.typeInstance)
	}
	return ""
}
