package health

import (
	"strings"
	"testing"

	"lma_collector/collector/health"
	"lma_collector/collector/message"
)

// A plain machine: metrics of its own, nothing else.
func (s *stage) machine(rootFree float64) {
	s.point("cpu_idle", 90, map[string]string{"cpu_number": "0"})
	s.point("cpu_wait", 1, map[string]string{"cpu_number": "0"})
	s.point("swap_free", 0, nil)
	s.point("swap_used", 0, nil)
	s.point("swap_io_in", 0, nil)
	s.point("swap_io_out", 0, nil)
	s.point("fs_space_percent_free", rootFree, map[string]string{"fs": "/"})
	s.point("fs_space_percent_free", 40, map[string]string{"fs": "/home"})
	s.point("if_dropped_rx", 0, map[string]string{"interface": "eth0"})
	s.point("if_dropped_tx", 0, map[string]string{"interface": "eth0"})
}

func (s *stage) run(seconds int, rootFree float64) {
	for i := range seconds {
		if i%10 == 3 {
			s.machine(rootFree)
		}
		s.second()
	}
}

func find(t *testing.T, list []health.ClusterState, name string) health.ClusterState {
	t.Helper()
	for _, x := range list {
		if x.Name == name {
			return x
		}
	}
	t.Fatalf("no cluster %s in %v", name, list)
	return health.ClusterState{}
}

func TestPlainMachineShowsItsStatesWithinAMinute(t *testing.T) {
	for name, roles := range map[string][]string{"role default": {"default"}, "no roles": nil} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, roles...)
			tracker := health.NewTracker(nil)
			s.heard = func(m *message.Message) { tracker.Take(m) }
			s.run(55, 50)
			tree := tracker.Tree()
			if got := find(t, tree.Global, "system"); got.Status != health.Okay || !got.Reported {
				t.Errorf("system is %v (reported %v)", got.Status, got.Reported)
			}
			machine := find(t, tree.Nodes, "default")
			if machine.Status != health.Okay || len(machine.Members) != 6 {
				t.Errorf("default is %v with %d members: %+v", machine.Status, len(machine.Members), machine.Members)
			}
		})
	}
}

func TestFullFilesystemReachesTheTopAndClears(t *testing.T) {
	s := newStage(t, "default")
	tracker := health.NewTracker(nil)
	s.heard = func(m *message.Message) { tracker.Take(m) }
	s.run(140, 50)
	s.run(40, 3)
	tree := tracker.Tree()
	system := find(t, tree.Global, "system")
	if tree.Status != health.Critical || system.Status != health.Critical {
		t.Fatalf("the tree is %v, system %v, want CRITICAL", tree.Status, system.Status)
	}
	if len(system.Alarms) != 1 || system.Alarms[0].Message != "The root filesystem is nearly full" || system.Alarms[0].Hostname != "ctl1" ||
		system.Alarms[0].Tags["dependency_name"] != "default" || system.Alarms[0].Value != 3 {
		t.Errorf("alarms of system: %+v", system.Alarms)
	}
	machine := find(t, tree.Nodes, "default")
	if worst := machine.Members[0]; worst.Member != "root-fs" || worst.Status != health.Critical || worst.Host != "ctl1" {
		t.Errorf("worst member: %+v", worst)
	}
	s.run(140, 50)
	if tree := tracker.Tree(); tree.Status != health.Okay {
		t.Errorf("afterwards the tree is %v", tree.Status)
	}
}

func TestDeadSourceOfMetricsIsUnknown(t *testing.T) {
	s := newStage(t, "default")
	tracker := health.NewTracker(nil)
	s.heard = func(m *message.Message) { tracker.Take(m) }
	s.run(140, 50)
	for range 150 {
		s.second()
	}
	machine := find(t, tracker.Tree().Nodes, "default")
	if machine.Status == health.Okay {
		t.Errorf("default is OKAY without any metric")
	}
	for _, m := range machine.Members {
		if m.Member != "other-fs" && m.Status != health.Unknown {
			t.Errorf("%s is %v, want UNKNOWN", m.Member, m.Status)
		}
	}
}

func TestLogErrorsInBulkFireTheAlarm(t *testing.T) {
	s := newStage(t, "controller")
	var nova []string
	s.heard = func(m *message.Message) {
		if m.Text("service") == "nova-logs" {
			v, _ := m.Value("value")
			nova = append(nova, health.Status(v.Float()).String())
		}
	}
	for i := range 200 {
		if i%60 == 5 {
			var d message.Draft
			d.SetTimestamp(s.now.UnixNano())
			d.Type, d.Logger = "heka.sandbox.bulk_metric", "logs_counter_filter"
			d.Payload = `[{"name":"log_messages","value":2.5,"tags":{"service":"nova","level":"error","hostname":"ctl1"}},` +
				`{"name":"log_messages","value":9,"tags":{"service":"nova","level":"info","hostname":"ctl1"}},{"name":"other"},7]`
			d.AddString("hostname", "ctl1")
			s.send(d.Encode(nil))
		}
		s.second()
	}
	if len(nova) == 0 || nova[len(nova)-1] != "WARN" {
		t.Errorf("nova-logs: %s", strings.Join(nova, " "))
	}
}
