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
	"generic_syslog":       one(logDecoder("SyslogDecoder")),
	"mysql_log":            one(logDecoder("MySQLLogDecoder")),
	"openstack_log":        one(logDecoder("OpenStackLogDecoder")),
	"rabbitmq":             one(logDecoder("RabbitMQLogDecoder")),
	"afd":                  one(shippedFilter("afd.lua")),
	"gse_cluster_filter":   one(shippedFilter("gse_cluster_filter.lua")),
	"logs_counter":         {{"logs_counter.lua", shippedFilter("logs_counter.lua")}, {"LogsCounterFilter", logsCounter}},
	"lma_utils":            one(lmaUtils),
	"value_matching":       one(valueMatching),
	"esjson":               one(esjsonEncoder),
	"payload_encoder":      one(payloadEncoder),
	"influxdb_accumulator": one(influxdbLines),
	"status_nagios":        one(nagiosOutput),
	"protobuf_framing":     one(framing),
	"message_matcher":      one(messageMatcher),
	"logstreamer":          one(logstreamerPlan),
}

// absent are the folders of what this version does not have.
var absent = map[string]bool{
	"hdd_errors_counter": true, "heka_monitoring": true, "http_metrics_aggregator": true, "influxdb_annotation": true,
	"instance_state": true, "keystone_wsgi_log": true, "libvirt_log": true, "metric": true, "noop": true, "notification": true,
	"ovs_log": true, "pacemaker_log": true, "pacemaker_resources": true, "patterns": true, "resource_creation_time": true,
	"status_smtp": true, "watchdog": true,
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
		switch {
		case known:
			for _, s := range subjects {
				t.Run(filepath.Join(name, s.name), func(t *testing.T) { golden.Run(t, name, s.name, s.runner(t)) })
			}
		case absent[name]:
			files, _ := filepath.Glob(filepath.Join(golden.Folder(), name, "*.json"))
			t.Logf("golden %s: not in this version (%d cases)", name, len(files))
		default:
			t.Errorf("nothing is known of the folder %s: name what runs it, or that this version has no such plugin", name)
		}
	}
	if ran == 0 {
		t.Errorf("%s holds no folders of cases", golden.Folder())
	}
}
