package golden_test

import (
	"os"
	"path/filepath"
	"testing"

	_ "lma_collector/collector/plugins"
	"lma_collector/tests/golden"
)

// subject is what runs the cases of a folder: several where there are several plugins for one task.
type subject struct {
	name   string // "" where there is one
	runner func(t *testing.T) golden.Runner
}

func one(runner func(*testing.T) golden.Runner) []subject { return []subject{{"", runner}} }

// folders are the folders of cases, and what runs them.
var folders = map[string][]subject{
	"collectd":             one(collectdDecoder),
	"generic_syslog":       {{"SyslogDecoder", logDecoder("SyslogDecoder")}, {"a site's script", siteDecoder("generic_syslog.lua")}},
	"mysql_log":            one(logDecoder("MySQLLogDecoder")),
	"openstack_log":        {{"OpenStackLogDecoder", logDecoder("OpenStackLogDecoder")}, {"a site's script", siteDecoder("openstack_log.lua")}},
	"rabbitmq":             one(logDecoder("RabbitMQLogDecoder")),
	"afd":                  one(shippedFilter("afd.lua")),
	"gse_cluster_filter":   one(shippedFilter("gse_cluster_filter.lua")),
	"logs_counter":         {{"logs_counter.lua", shippedFilter("logs_counter.lua")}, {"LogsCounterFilter", logsCounter}},
	"lma_utils":            one(lmaUtils),
	"value_matching":       one(valueMatching),
	"esjson":               one(esjsonEncoder),
	"payload_encoder":      one(payloadEncoder),
	"influxdb_accumulator": {{"influxdb_accumulator.lua", accumulatedLines}, {"InfluxDBOutput", influxdbLines}},
	"status_nagios":        {{"status_nagios.lua", nagiosForms}, {"NagiosOutput", nagiosOutput}},
	"protobuf_framing":     one(framing),
	"message_matcher":      one(messageMatcher),
	"logstreamer":          one(logstreamerPlan),

	"hdd_errors_counter":      one(shippedFilter("hdd_errors_counter.lua")),
	"heka_monitoring":         one(shippedFilter("heka_monitoring.lua")),
	"http_metrics_aggregator": one(shippedFilter("http_metrics_aggregator.lua")),
	"influxdb_annotation":     one(shippedFilter("influxdb_annotation.lua")),
	"instance_state":          one(shippedFilter("instance_state.lua")),
	"resource_creation_time":  one(shippedFilter("resource_creation_time.lua")),
	"watchdog":                one(shippedFilter("watchdog.lua")),
	"keystone_wsgi_log":       one(shippedDecoder("keystone_wsgi_log.lua")),
	"libvirt_log":             one(shippedDecoder("libvirt_log.lua")),
	"metric":                  one(shippedDecoder("metric.lua")),
	"noop":                    one(shippedDecoder("noop.lua")),
	"notification":            one(shippedDecoder("notification.lua")),
	"ovs_log":                 one(shippedDecoder("ovs_log.lua")),
	"pacemaker_log":           one(shippedDecoder("pacemaker_log.lua")),
	"pacemaker_resources":     one(shippedDecoder("pacemaker_resources.lua")),
	"status_smtp":             one(shippedEncoder("status_smtp.lua")),
	"patterns":                one(lmaPatterns),
}

// TestGolden runs every folder of recorded cases.
func TestGolden(t *testing.T) {
	entries, err := os.ReadDir(golden.Folder())
	if err != nil {
		t.Skipf("no recorded cases: %v; set GOLDEN_DIR to the folder that holds them", err)
	}
	ran := 0
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		ran++
		name := e.Name()
		subjects, known := folders[name]
		if !known {
			t.Errorf("nothing is known of the folder %s: name what runs it", name)
		}
		for _, s := range subjects {
			t.Run(filepath.Join(name, s.name), func(t *testing.T) { golden.Run(t, name, s.name, s.runner(t)) })
		}
	}
	if ran == 0 {
		t.Errorf("%s holds no folders of cases", golden.Folder())
	}
}
