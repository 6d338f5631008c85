package collectd

import (
	"strings"

	"lma_collector/collector/message"
)

const noMeta = "meta is missing"

func checkOpenStackAPI(_ *Decoder, m *metric, l *valueList, _ int) string {
	m.write("openstack_check_api")
	m.tag("service", l.pluginInstance)
	if region := l.metaText("region"); region != "" {
		m.field("os_region", message.StringValue(region))
	}
	return ""
}

func checkLocalEndpoint(_ *Decoder, m *metric, l *valueList, _ int) string {
	m.write("openstack_check_local_api")
	m.tag("service", l.typeInstance)
	return ""
}

func httpCheck(_ *Decoder, m *metric, l *valueList, _ int) string {
	m.write("http_check")
	m.tag("service", l.typeInstance)
	return ""
}

// hypervisorStats takes a unit at the end of the name (_GB, _MB) as the value's representation.
func hypervisorStats(_ *Decoder, m *metric, l *valueList, _ int) string {
	name := l.typeInstance
	if n := len(name) - 3; n >= 0 && name[n] == '_' && name[n+2] == 'B' {
		name, m.unit = name[:n], name[n+1:]
	}
	m.write("openstack_nova_", name)
	m.hostname = l.metaText("host")
	m.metaTag("aggregate", l, "aggregate")
	m.metaTag("aggregate_id", l, "aggregate_id")
	return ""
}

func nova(_ *Decoder, m *metric, l *valueList, _ int) string { return project(m, l, "nova") }

func cinder(_ *Decoder, m *metric, l *valueList, _ int) string { return project(m, l, "cinder") }

// project maps nova's and cinder's services, and the counts of their resources by state.
func project(m *metric, l *valueList, name string) string {
	rest, services := strings.CutPrefix(l.pluginInstance, name+"_service")
	if services && (rest == "" || rest == "s" || rest == "s_percent") {
		m.write("openstack_", l.pluginInstance)
		return serviceTags(m, l, rest == "")
	}
	m.write("openstack_", name, "_")
	from := len(m.name)
	m.write(l.pluginInstance)
	m.dotless(from)
	m.tag("state", l.typeInstance)
	return ""
}

// serviceTags tags a service or agent; a single one belongs to the host that it runs on.
func serviceTags(m *metric, l *valueList, single bool) string {
	if !l.hasMeta {
		return noMeta
	}
	m.metaTag("service", l, "service")
	m.metaTag("state", l, "state")
	if single {
		m.hostname = l.metaText("host")
	}
	return ""
}

func glance(_ *Decoder, m *metric, l *valueList, _ int) string {
	if !l.hasMeta {
		return noMeta
	}
	m.write("openstack_glance_", l.typeInstance)
	m.metaTag("state", l, "status")
	m.metaTag("visibility", l, "visibility")
	return ""
}

func keystone(_ *Decoder, m *metric, l *valueList, _ int) string {
	m.write("openstack_keystone_", l.typeInstance)
	m.metaTag("state", l, "state")
	return ""
}

// neutron's type instance is a total (left out: the sum of what follows), an agent, or
// <resource>.<state>, for ports with the owner between them.
func neutron(_ *Decoder, m *metric, l *valueList, _ int) string {
	switch l.typeInstance {
	case "networks", "ports", "routers", "floatingips":
		return skipped
	case "subnets":
		m.write("openstack_neutron_subnets")
		return ""
	case "neutron_agents", "neutron_agents_percent", "neutron_agent":
		m.write("openstack_", l.typeInstance)
		return serviceTags(m, l, l.typeInstance == "neutron_agent")
	}
	resource, state, dotted := strings.Cut(l.typeInstance, ".")
	if !dotted {
		return "type_instance is not <resource>.<state>"
	}
	m.write("openstack_neutron_", resource)
	if owner, of, owned := strings.Cut(state, "."); owned && resource == "ports" {
		m.tag("owner", owner)
		state = of
	}
	m.tag("state", state)
	return ""
}
