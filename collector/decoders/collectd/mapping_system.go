package collectd

import (
	"strings"

	"lma_collector/collector/message"
)

func df(_ *Decoder, m *metric, l *valueList, _ int) string {
	switch l.typ {
	case "df_inodes":
		m.write("fs_inodes_")
	case "percent_inodes":
		m.write("fs_inodes_percent_")
	case "percent_bytes":
		m.write("fs_space_percent_")
	default:
		m.write("fs_space_")
	}
	m.write(l.typeInstance)
	m.tag("fs", m.mountPoint(l.pluginInstance))
	return ""
}

// mountPoint undoes what collectd's df does to mount points; a real dash in one is lost.
func (m *metric) mountPoint(instance string) string {
	if instance == "root" {
		return "/"
	}
	m.path = append(append(m.path[:0], '/'), instance...)
	for i, c := range m.path {
		if c == '-' {
			m.path[i] = '/'
		}
	}
	return message.View(m.path)
}

func disk(_ *Decoder, m *metric, l *valueList, i int) string {
	m.writeName(l, i)
	m.tag("device", l.pluginInstance)
	return ""
}

func cpu(_ *Decoder, m *metric, l *valueList, _ int) string {
	m.write("cpu_", l.typeInstance)
	m.tag("cpu_number", l.pluginInstance)
	return ""
}

func users(_ *Decoder, m *metric, _ *valueList, _ int) string {
	m.write("logged_users")
	return ""
}

// netlink puts the direction behind the kind of error, as if_octets has it.
func netlink(_ *Decoder, m *metric, l *valueList, i int) string {
	switch {
	case strings.HasPrefix(l.typ, "if_rx_errors"):
		m.write("if_errors_rx", l.typ[len("if_rx_errors"):])
	case strings.HasPrefix(l.typ, "if_tx_errors"):
		m.write("if_errors_tx", l.typ[len("if_tx_errors"):])
	default:
		m.write(l.typ)
	}
	m.writeSource(l, i)
	if l.typeInstance != "" {
		m.write("_", l.typeInstance)
	}
	m.tag("interface", l.pluginInstance)
	return ""
}

// processMetrics are the types that collectd sends for each watched process, and our names.
var processMetrics = map[string]string{
	"ps_code":        "_memory_code",
	"ps_count":       "",
	"ps_cputime":     "_cputime",
	"ps_data":        "_memory_data",
	"ps_disk_octets": "_disk_bytes",
	"ps_disk_ops":    "_disk_ops",
	"ps_pagefaults":  "_pagefaults",
	"ps_rss":         "_memory_rss",
	"ps_stacksize":   "_stacksize",
	"ps_vm":          "_memory_virtual",
}

func processes(_ *Decoder, m *metric, l *valueList, i int) string {
	if l.typ == "ps_state" {
		m.write("processes_count")
		m.tag("state", l.typeInstance)
		return ""
	}
	suffix, known := processMetrics[l.typ]
	if !known {
		m.write("processes_", l.typ)
		return ""
	}
	m.write("lma_components", suffix)
	m.writeSource(l, i)
	m.tag("service", l.pluginInstance)
	if l.typ == "ps_cputime" {
		m.value = 100 * m.value / 1e6 // µs of CPU time per second -> percent
	}
	return ""
}

// libvirt's host is the uuid of the instance; the metric belongs to the compute node.
func libvirt(d *Decoder, m *metric, l *valueList, i int) string {
	m.write("virt_")
	m.tag("instance_id", l.host)
	switch {
	case strings.HasPrefix(l.typ, "disk_"):
		m.write(l.typ, "_", l.dsnames[i])
		m.tag("device", l.typeInstance)
	case strings.HasPrefix(l.typ, "if_"):
		m.write(l.typ, "_", l.dsnames[i])
		m.tag("interface", l.typeInstance)
	case l.typ == "virt_cpu_total":
		m.write("cpu_time")
	case l.typ == "virt_vcpu":
		m.write("vcpu_time")
		m.tag("vcpu_number", l.typeInstance)
	default:
		m.writeName(l, i)
	}
	m.hostname, m.header = d.config.Hostname, d.config.Hostname
	return ""
}
