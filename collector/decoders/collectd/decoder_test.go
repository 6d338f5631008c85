package collectd

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

const load = `{"values":[0.25,0.5,1],"dstypes":["gauge","gauge","gauge"],"dsnames":["shortterm","midterm","longterm"],` +
	`"time":1454503052.513,"interval":10,"host":"node-1","plugin":"load","plugin_instance":"","type":"load","type_instance":""}`

func newDecoder(t testing.TB, c *Config, env *plugin.Env) *Decoder {
	t.Helper()
	d, err := c.NewDecoder(env)
	if err != nil {
		t.Fatal(err)
	}
	return d.(*Decoder)
}

// batchEmitter seals drafts as the pipeline does.
type batchEmitter struct{ batch *message.Batch }

func (e batchEmitter) Emit(d *message.Draft) { e.batch.Append(d) }

func testEnv() *plugin.Env {
	return &plugin.Env{Hostname: "here", Metrics: new(plugin.Metrics), Health: new(plugin.Health)}
}

// decode gives the messages of a body in their JSON form.
func decode(t *testing.T, d plugin.Decoder, record *message.Draft) (list []map[string]any, err error) {
	t.Helper()
	b := message.NewBatch()
	defer b.Release()
	err = d.Decode(record, batchEmitter{b})
	for i := range b.Len() {
		var m map[string]any
		if err := json.Unmarshal(message.AppendJSON(nil, b.At(i)), &m); err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	return list, err
}

// summary is "name value{tag=value,…}" of each message of a body.
func summary(t *testing.T, d *Decoder, body string) (lines []string, err error) {
	t.Helper()
	b := message.NewBatch()
	defer b.Release()
	err = d.Decode(&message.Draft{Payload: body, Hostname: "receiver", HasTimestamp: true, Timestamp: 1e18}, batchEmitter{b})
	for i := range b.Len() {
		m := b.At(i)
		line := strings.Clone(m.Text("name")) + "{"
		if tags, ok := m.Field("tag_fields", 0); ok {
			for tag := range tags.Values {
				line += tag.Text() + "=" + m.Text(tag.Text()) + ","
			}
		}
		lines = append(lines, strings.TrimSuffix(line, ",")+"}")
	}
	return lines, err
}

func TestErrors(t *testing.T) {
	d := newDecoder(t, defaultConfig(), testEnv())
	f := func(body, want string) {
		t.Helper()
		_, err := summary(t, d, body)
		if err == nil || err.Error() != want {
			t.Errorf("%s\n got %v\nwant %s", body, err, want)
		}
	}
	unusable := "nothing usable in what collectd sent: "
	f(``, "bad JSON at byte 0: expected a value")
	f(`null`, "expected an array of value lists")
	f(`"x"`, "expected an array of value lists")
	f(`hello`, "bad JSON at byte 0: expected a value")
	f(`{`, "bad JSON at byte 1: the text ends too early")
	f(`[`+load+`] x`, "bad JSON at byte 229: text after the end of the value")
	f(`[`+load[:100], "bad JSON at byte 101: a string does not end")
	f(`[`+strings.Replace(load, "0.5", "1.", 1)+`]`, "bad JSON at byte 17: bad number: no digit after the point")
	f(`[1]`, unusable+"an element is no object")
	f(`[`+strings.Replace(load, `"plugin"`, `"x"`, 1)+`]`, unusable+`plugin is missing (plugin "", type "load", host "node-1")`)
	f(`[`+strings.Replace(load, `"type"`, `"x"`, 1)+`]`, unusable+`type is missing (plugin "load", type "", host "node-1")`)
	f(`[`+strings.Replace(load, `"time"`, `"x"`, 1)+`]`, unusable+`time is missing (plugin "load", type "load", host "node-1")`)
	f(`[`+strings.Replace(load, `"values"`, `"x"`, 1)+`]`, unusable+`values is missing (plugin "load", type "load", host "node-1")`)
	f(`[`+strings.Replace(load, `"dsnames"`, `"x"`, 1)+`]`, unusable+`dsnames is missing (plugin "load", type "load", host "node-1")`)
	f(`[`+strings.Replace(load, `"midterm","longterm"`, `"midterm"`, 1)+`]`, unusable+`dsnames is shorter than values (plugin "load", type "load", host "node-1")`)
	f(`[`+strings.Replace(load, `0.5`, `"0.5"`, 1)+`]`, unusable+`values holds something that is no number (plugin "load", type "load", host "node-1")`)
	f(`[`+strings.Replace(load, `1454503052.513`, `"soon"`, 1)+`]`, unusable+`time is no number of seconds (plugin "load", type "load", host "node-1")`)
	f(`[`+strings.Replace(load, `"node-1"`, `7`, 1)+`]`, unusable+`host is no text (plugin "load", type "load", host "")`)
	one := func(plugin, instance, typeInstance string) string {
		return `[{"values":[1],"dstypes":["gauge"],"dsnames":["value"],"time":1,"host":"n","plugin":"` + plugin +
			`","plugin_instance":"` + instance + `","type":"gauge","type_instance":"` + typeInstance + `"}]`
	}
	f(one("neutron", "", "nodot"), unusable+`type_instance is not <resource>.<state> (plugin "neutron", type_instance "nodot", host "n")`)
	f(one("glance", "", "images"), unusable+`meta is missing (plugin "glance", type_instance "images", host "n")`)
	f(one("nova", "nova_services", ""), unusable+`meta is missing (plugin "nova", type_instance "", host "n")`)
}

func TestEmptyBodies(t *testing.T) {
	d := newDecoder(t, defaultConfig(), testEnv())
	for _, body := range []string{`[]`, `{}`, `[null]`, ` [ {} ] `, `[` + strings.Replace(load, "0.25,0.5,1", "", 1) + `]`} {
		if lines, err := summary(t, d, body); err != nil || lines != nil {
			t.Errorf("%s: %q, %v", body, lines, err)
		}
	}
}

func TestGoodListsBesideBadOnes(t *testing.T) {
	var log bytes.Buffer
	env := testEnv()
	env.Log = slog.New(slog.NewTextHandler(&log, nil))
	d := newDecoder(t, defaultConfig(), env)
	body := `[` + load + `,` + strings.Replace(load, `"type"`, `"x"`, 1) + `,5,` + load + `]`
	for range 2 {
		lines, err := summary(t, d, body)
		if err != nil || len(lines) != 6 {
			t.Fatalf("%d messages, %v", len(lines), err)
		}
	}
	if n := env.Metrics.Counter("refused_value_lists", "", "").Value(); n != 4 {
		t.Errorf("counted %d", n)
	}
	if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "type is missing") {
		t.Errorf("logged %s", log.String())
	}
}

func TestNullHidesOnlyItself(t *testing.T) {
	env := testEnv()
	d := newDecoder(t, defaultConfig(), env)
	lines, err := summary(t, d, `[`+strings.Replace(load, "0.25", "null", 1)+`]`)
	want := []string{"load_midterm{hostname=node-1}", "load_longterm{hostname=node-1}"}
	if err != nil || !reflect.DeepEqual(lines, want) {
		t.Errorf("got %q, %v", lines, err)
	}
	if n := env.Metrics.Counter("null_values", "", "").Value(); n != 1 {
		t.Errorf("counted %d", n)
	}
}

func TestInstanceTags(t *testing.T) {
	body := `[{"values":[1,2],"dstypes":["derive","derive"],"dsnames":["rx","tx"],"time":1,"host":"n","plugin":"interface","plugin_instance":"eth0","type":"if_octets"},` +
		`{"values":[1],"dsnames":["value"],"time":1,"host":"n","plugin":"numa","plugin_instance":"node0","type":"vmpage_action","type_instance":"numa_hit"}]`
	f := func(tags bool, want ...string) {
		t.Helper()
		c := defaultConfig()
		c.InstanceTags = tags
		lines, err := summary(t, newDecoder(t, c, testEnv()), body)
		if err != nil || !reflect.DeepEqual(lines, want) {
			t.Errorf("got %q, %v", lines, err)
		}
	}
	f(true, "if_octets_rx{interface=eth0,hostname=n}", "if_octets_tx{interface=eth0,hostname=n}", "vmpage_action_numa_hit{plugin_instance=node0,hostname=n}")
	f(false, "if_octets_rx{hostname=n}", "if_octets_tx{hostname=n}", "vmpage_action_numa_hit{hostname=n}")
}

func TestTagsOfTheSiteUUIDsAndPayload(t *testing.T) {
	env := testEnv()
	env.Tags = []plugin.Tag{{Name: "environment_label", Value: "env-1"}, {Name: "source", Value: "lost"}}
	c := defaultConfig()
	c.Payload = false
	record := &message.Draft{Payload: `[` + load + `]`}
	record.SetUUID([16]byte{3: 255, 15: 1})
	list, err := decode(t, newDecoder(t, c, env), record)
	if err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	for i, uuid := range []string{"000000ff-0000-0000-0000-000000000001", "00000100-0000-0000-0000-000000000001", "00000101-0000-0000-0000-000000000001"} {
		fields := list[i]["fields"].(map[string]any)
		if list[i]["uuid"] != uuid || fields["environment_label"] != "env-1" || fields["source"] != "load" || fields["type"] != "gauge" || fields["interval"] != 10.0 || list[i]["payload"] != nil {
			t.Errorf("message %d: %v", i, list[i])
		}
		if list[i]["timestamp"] != 1454503052513000000.0 {
			t.Errorf("message %d: timestamp %v", i, list[i]["timestamp"])
		}
	}
}

// The rows of the mapping table that the recorded and the made cases of testdata do not reach.
func TestMapping(t *testing.T) {
	c := defaultConfig()
	c.Hostname = "compute-1"
	d := newDecoder(t, c, testEnv())
	f := func(plugin, instance, typ, typeInstance, dsname, meta, want string) {
		t.Helper()
		body := `[{"values":[1],"dsnames":["` + dsname + `"],"time":1,"host":"n","plugin":"` + plugin + `","plugin_instance":"` + instance +
			`","type":"` + typ + `","type_instance":"` + typeInstance + `","meta":` + meta + `}]`
		lines, err := summary(t, d, body)
		if got := strings.Join(lines, " "); err != nil || got != want {
			t.Errorf("%s: got %s, %v; want %s", body, got, err, want)
		}
	}
	f("df", "root", "df_inodes", "free", "value", "null", "fs_inodes_free{fs=/,hostname=n}")
	f("df", "var-lib-nova", "percent_bytes", "used", "value", "null", "fs_space_percent_used{fs=/var/lib/nova,hostname=n}")
	f("netlink", "eth0", "if_rx_errors", "crc", "value", "null", "if_errors_rx_crc{interface=eth0,hostname=n}")
	f("netlink", "eth0", "if_tx_errors", "carrier", "value", "null", "if_errors_tx_carrier{interface=eth0,hostname=n}")
	f("netlink", "eth0", "if_octets", "", "rx", "null", "if_octets_rx{interface=eth0,hostname=n}")
	f("netlink", "eth0", "if_multicast", "", "value", "null", "if_multicast{interface=eth0,hostname=n}")
	f("processes", "hekad", "ps_count", "", "threads", "null", "lma_components_threads{service=hekad,hostname=n}")
	f("processes", "hekad", "ps_vm", "", "value", "null", "lma_components_memory_virtual{service=hekad,hostname=n}")
	f("processes", "hekad", "ps_cputime", "", "user", "null", "lma_components_cputime_user{service=hekad,hostname=n}")
	f("processes", "", "ps_state", "zombies", "value", "null", "processes_count{state=zombies,hostname=n}")
	f("processes", "", "fork_rate", "", "value", "null", "processes_fork_rate{hostname=n}")
	f("apache", "localhost", "apache_scoreboard", "open", "value", "null", "apache_workers_open{hostname=n}")
	f("apache", "localhost", "apache_requests", "", "value", "null", "apache_requests{hostname=n}")
	f("memcached", "", "df", "cache_used", "value", "null", "memcached_df_cache_used{hostname=n}")
	f("memcached", "", "memcached_octets", "", "rx", "null", "memcached_octets_rx{hostname=n}")
	f("haproxy", "", "gauge", "connections", "value", `{"0":true}`, "haproxy_connections{hostname=n}")
	f("haproxy", "", "gauge", "backend_server", "value", `{"backend":"b","state":"up","server":"s"}`, "haproxy_backend_server{backend=b,state=up,server=s,hostname=n}")
	f("libvirt", "", "virt_cpu_total", "", "value", "null", "virt_cpu_time{instance_id=n,hostname=compute-1}")
	f("libvirt", "", "disk_octets", "vda", "read", "null", "virt_disk_octets_read{instance_id=n,device=vda,hostname=compute-1}")
	f("libvirt", "", "memory", "total", "value", "null", "virt_memory_total{instance_id=n,hostname=compute-1}")
	f("mysql", "db", "mysql_commands", "insert", "value", "null", "mysql_commands{statement=insert,hostname=n}")
	f("mysql", "db", "mysql_handler", "commit", "value", "null", "mysql_handler{handler=commit,hostname=n}")
	f("mysql", "db", "threads", "running", "value", "null", "mysql_threads_running{hostname=n}")
	f("hypervisor_stats", "", "gauge", "free_ram_MB", "value", `{"host":"c2"}`, "openstack_nova_free_ram{hostname=c2}")
	f("hypervisor_stats", "", "gauge", "total_free_ram_MB", "value", `{"aggregate":"a","aggregate_id":"7"}`, "openstack_nova_total_free_ram{aggregate=a,aggregate_id=7}")
	f("hypervisor_stats", "", "gauge", "xMB", "value", "null", "openstack_nova_xMB{}")
	f("ceph_mon", "ceph", "pg_state_count", "active", "value", "null", "ceph_pg_state_count{cluster=ceph,state=active}")
	f("ceph_osd_perf", "ceph", "osd_op", "3", "value", "null", "ceph_perf_osd_op{cluster=ceph,osd=3,hostname=n}")
	f("check_openstack_api", "nova-api", "gauge", "", "value", `{"region":"r"}`, "openstack_check_api{service=nova-api}")
	f("http_check", "", "gauge", "influxdb-cluster", "value", `{"0":true}`, "http_check{service=influxdb-cluster}")
	f("nova", "nova_service", "gauge", "", "value", `{"service":"compute","state":"up","host":"c2"}`, "openstack_nova_service{service=compute,state=up,hostname=c2}")
	f("nova", "instances", "gauge", "active", "value", "null", "openstack_nova_instances{state=active}")
	f("cinder", "cinder_services_percent", "gauge", "", "value", `{"service":"volume","state":"up"}`, "openstack_cinder_services_percent{service=volume,state=up}")
	f("cinder", "volumes.size", "gauge", "in-use", "value", "null", "openstack_cinder_volumes_size{state=in-use}")
	f("glance", "", "gauge", "images", "value", `{"status":"active","visibility":"public"}`, "openstack_glance_images{state=active,visibility=public}")
	f("keystone", "", "gauge", "roles", "value", "null", "openstack_keystone_roles{}")
	f("neutron", "", "gauge", "neutron_agent", "value", `{"service":"l3","state":"up","host":"c2"}`, "openstack_neutron_agent{service=l3,state=up,hostname=c2}")
	f("neutron", "", "gauge", "ports.compute.active", "value", "null", "openstack_neutron_ports{owner=compute,state=active}")
	f("neutron", "", "gauge", "floatingips.free", "value", "null", "openstack_neutron_floatingips{state=free}")
	f("neutron", "", "gauge", "networks", "value", "null", "")
	f("neutron", "", "gauge", "subnets", "value", "null", "openstack_neutron_subnets{}")
	f("influxdb", "", "gauge", "heap_idle", "value", "null", "influxdb_heap_idle{hostname=n}")
	f("dbi", "mysql_status", "gauge", "cluster.size", "value", "null", "mysql_cluster_size{hostname=n}")
	f("dbi", "services", "gauge", "nova.up", "value", "null", "gauge_nova_up{plugin_instance=services,hostname=n}")
	f("nova", "", "check", "", "value", `{"service_check":"nova","local_check":true,"failure":"no"}`, "nova_check{hostname=n}")
	f("nova", "", "check", "", "value", `{"service_check":"nova","local_check":false}`, "nova_check{}")
}

// TestWhatIsRepeated: members that are as in the value list before are not read again; whatever follows
// what, each value list says the same as alone.
func TestWhatIsRepeated(t *testing.T) {
	list := func(replace ...string) string { return strings.NewReplacer(replace...).Replace(load) }
	lists := []string{
		load,
		load,
		list(`"gauge","gauge","gauge"`, `"derive","gauge","gauge"`),
		list(`"shortterm","midterm"`, `"one","two"`),
		list(`"interval":10`, `"interval":30`),
		list(`"node-1"`, `"node-2"`),
		list(`"plugin":"load","plugin_instance":""`, `"plugin":"df","plugin_instance":"root"`),
		list(`"plugin":"load","plugin_instance":""`, `"plugin":"df","plugin_instance":"boot"`),
		list(`"dsnames":["shortterm","midterm","longterm"],`, `"x":1,"dsnames":["a","b","c"],`),
		list(`"time"`, `"dsnames":["d","e","f"],"time"`),
		list(`"type_instance":""`, `"type_instance":"","dsnames":["g","h","i"]`),
		list(`"host":"node-1",`, ``),
		list(`"interval":10,`, ``),
		list(`"interval":10`, `"interval":null`),
		list(`"host":"node-1"`, `"host":7`),
		list(`"node-1"`, `"no\u0064e-1"`),
		list(`"shortterm"`, `"sh\u006frt"`),
		list(`,"dstypes":["gauge","gauge","gauge"]`, ``),
		list(`"values":[0.25,0.5,1],`, ``) + `,{"values":[1],"dsnames":["value"],"time":1e9,"plugin":"users","type":"users"}`,
	}
	d := newDecoder(t, defaultConfig(), testEnv())
	of := func(body string) []map[string]any {
		made, _ := decode(t, d, &message.Draft{Payload: body})
		for _, m := range made {
			delete(m, "uuid")
		}
		return made
	}
	for i, first := range lists {
		for j, second := range lists {
			want := append(of(`[`+first+`]`), of(`[`+second+`]`)...)
			if got := of(`[` + first + `,` + second + `]`); !reflect.DeepEqual(got, want) {
				t.Errorf("%d, %d: got %v\nwant %v", i, j, got, want)
			}
		}
	}
}

func TestNotifications(t *testing.T) {
	text, err := os.ReadFile("testdata/notifications.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	d := newDecoder(t, defaultConfig(), testEnv())
	list, err := decode(t, d, &message.Draft{Payload: `[` + lines[0] + `,` + lines[2] + `]`})
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	want := map[string]any{
		"type": "notification", "logger": "collectd", "severity": 2.0, "hostname": "node-1.test.local", "timestamp": 1795161744749941445.0,
		"payload": `Host node-1.test.local, plugin load type load: Data source "shortterm" is currently 1.649902. That is above the failure threshold of 1.200000.`,
		"fields": map[string]any{
			"publisher": "collectd", "event_type": "collectd_load", "hostname": "node-1.test.local", "severity_label": "FAILURE",
			"service": "collectd", "data_source": "shortterm", "current_value": 1.64990234375, "warning_max": 0.2, "failure_max": 1.2,
		},
	}
	if delete(list[1], "uuid"); !reflect.DeepEqual(list[1], want) {
		t.Errorf("got  %v\nwant %v", list[1], want)
	}
	if list[0]["severity"] != 4.0 {
		t.Errorf("severity of a warning: %v", list[0]["severity"])
	}
	odd := `{"labels":{"severity":5,"instance":"n"},"annotations":[],"startsAt":"then"}`
	if list, err := decode(t, d, &message.Draft{Payload: odd}); err != nil || len(list) != 1 || list[0]["payload"] != odd {
		t.Errorf("odd: %v, %v", list, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`[` + load + `]`)
	f.Add(`[{"values":[1],"dsnames":["value"],"time":"1.5","plugin":"apache","type":"apache_scoreboard","meta":{"service_check":"x","failure":1}}]`)
	f.Add(`{"labels":{"alertname":"x"},"annotations":{"CurrentValue":"nan"},"startsAt":""}`)
	f.Add(`[{"values":[null,1e999],"dsnames":["a","b"],"time":1e9,"plugin":"neutron","type":"t","type_instance":"ports.a.b"}]`)
	d := newDecoder(f, defaultConfig(), testEnv())
	d.config.SwapSize = 1
	f.Fuzz(func(t *testing.T, body string) {
		b := message.NewBatch()
		defer b.Release()
		if err := d.Decode(&message.Draft{Payload: body}, batchEmitter{b}); err != nil {
			return
		}
		for i := range b.Len() {
			m := b.At(i)
			if _, err := message.Index(m.Bytes()); err != nil {
				t.Fatal(err)
			}
			if _, ok := m.Value("value"); !ok && m.Type() == "metric" {
				t.Fatalf("no value in %q", m.Bytes())
			}
		}
	})
}

// BenchmarkDecode gives the time and the allocations of one value of a recorded body.
func BenchmarkDecode(b *testing.B) {
	body, err := os.ReadFile("testdata/body.json")
	if err != nil {
		b.Fatal(err)
	}
	env := testEnv()
	env.Tags = []plugin.Tag{{Name: "deployment_id", Value: "1"}, {Name: "environment_label", Value: "env-1"}}
	d := newDecoder(b, defaultConfig(), env)
	run := func() int {
		batch := message.NewBatch()
		defer batch.Release()
		if err := d.Decode(&message.Draft{Payload: message.View(body)}, batchEmitter{batch}); err != nil {
			b.Fatal(err)
		}
		return batch.Len()
	}
	values := run()
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += values {
		run()
	}
}
