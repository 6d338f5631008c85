package collectd

import "strings"

// mapping gives a value of one plugin its name and tags. apply answers "" or why the value list
// cannot be used.
type mapping struct {
	apply       func(d *Decoder, m *metric, l *valueList, i int) string
	clusterWide bool // the host that measured is not the one concerned: no hostname of its own
}

// skipped is the answer for values that are left out on purpose.
const skipped = "skipped"

// mappings is the table by collectd plugin.
var mappings = map[string]mapping{
	"apache":                {apply: apache},
	"ceph_mon":              {apply: ceph, clusterWide: true},
	"ceph_osd_perf":         {apply: cephPerf},
	"ceph_pool":             {apply: ceph, clusterWide: true},
	"check_local_endpoint":  {apply: checkLocalEndpoint},
	"check_openstack_api":   {apply: checkOpenStackAPI, clusterWide: true},
	"cinder":                {apply: cinder, clusterWide: true},
	"cpu":                   {apply: cpu},
	"dbi":                   {apply: dbi},
	"df":                    {apply: df},
	"disk":                  {apply: disk},
	"elasticsearch_cluster": {apply: pluginAndInstance},
	"glance":                {apply: glance, clusterWide: true},
	"haproxy":               {apply: haproxy},
	"http_check":            {apply: httpCheck, clusterWide: true},
	"hypervisor_stats":      {apply: hypervisorStats, clusterWide: true},
	"influxdb":              {apply: pluginAndInstance},
	"keystone":              {apply: keystone, clusterWide: true},
	"libvirt":               {apply: libvirt},
	"memcached":             {apply: memcached},
	"mysql":                 {apply: mysql},
	"netlink":               {apply: netlink},
	"neutron":               {apply: neutron, clusterWide: true},
	"nova":                  {apply: nova, clusterWide: true},
	"pacemaker":             {apply: pacemaker, clusterWide: true},
	"processes":             {apply: processes},
	"rabbitmq_info":         {apply: rabbitmqInfo},
	"users":                 {apply: users},
}

// mappingOf finds the row for a value list, of which a plugin sends many in a row. A service check is
// one whatever plugin sent it.
func (d *Decoder) mappingOf(l *valueList) mapping {
	if l.plugin != d.known {
		d.known, d.mapped = l.plugin, mappingOfPlugin(l.plugin)
	}
	if len(l.meta) > 0 && l.metaText("service_check") != "" {
		return mapping{apply: serviceCheck, clusterWide: d.mapped.clusterWide}
	}
	return d.mapped
}

func mappingOfPlugin(name string) mapping {
	how, known := mappings[name]
	if !known {
		how.apply = plain
		if strings.HasPrefix(name, "ceph") {
			how.apply = ceph
		}
	}
	return how
}

// serviceCheck maps the result of a check: 1 when the service works, 0 when it does not.
func serviceCheck(_ *Decoder, m *metric, l *valueList, _ int) string {
	m.write(l.metaText("service_check"), "_check")
	if v, ok := l.metaValue("failure"); ok {
		m.field("details", v)
	}
	if l.metaTrue("local_check") {
		m.hostname = l.host
	}
	return ""
}

// plain maps every plugin that the table does not name.
func plain(d *Decoder, m *metric, l *valueList, i int) string {
	m.writeName(l, i)
	m.dotless(0)
	if d.config.InstanceTags && l.pluginInstance != "" {
		name := "plugin_instance"
		if l.plugin == "interface" {
			name = "interface"
		}
		m.tag(name, l.pluginInstance)
	}
	return ""
}

// pluginAndInstance maps plugins whose metrics are told apart by the type instance alone.
func pluginAndInstance(_ *Decoder, m *metric, l *valueList, _ int) string {
	m.write(l.plugin, "_", l.typeInstance)
	return ""
}
