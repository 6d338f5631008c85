package health

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
)

func report(t *testing.T, typ string, fields map[string]string, value float64, payload string) *message.Message {
	t.Helper()
	d := message.Draft{Type: typ, Payload: payload}
	d.AddFloat("value", "", value)
	for name, v := range fields {
		d.AddString(name, v)
	}
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

func afdReport(t *testing.T, host, member string, value float64, payload string) *message.Message {
	return report(t, "heka.sandbox.afd_node_metric", map[string]string{"node_role": "controller", "source": member, "hostname": host}, value, payload)
}

const fullDisk = `{"alarms":[{"severity":"CRITICAL","function":"min","metric":"fs_space_percent_free","fields":{"fs":"/"},"tags":{},` +
	`"operator":"<","value":4,"threshold":5,"window":60,"periods":1,"message":"The root filesystem is nearly full"}]}`

func TestTreeIsWorstFirst(t *testing.T) {
	c, _ := Load(shipped, nil)
	tr := NewTracker(c)
	now := time.Date(2026, 11, 20, 7, 0, 0, 0, time.UTC)
	tr.now = func() time.Time { return now }
	tr.Take(afdReport(t, "ctl1", "cpu", 0, `{"alarms":[]}`))
	tr.Take(afdReport(t, "ctl2", "root-fs", 3, fullDisk))
	tr.Take(afdReport(t, "ctl1", "swap", 2, `{"alarms":[]}`))
	tr.Take(report(t, "heka.sandbox.gse_node_cluster_metric", map[string]string{"cluster_name": "controller"}, 1, fullDisk))
	tr.Take(report(t, "heka.sandbox.gse_cluster_metric", map[string]string{"cluster_name": "mysql"}, 0, `{"alarms":[]}`))
	tr.Take(report(t, "heka.sandbox.gse_cluster_metric", map[string]string{"cluster_name": "system"}, 1, fullDisk))
	tree := tr.Tree()
	if tree.Status != Warning || tree.Global[0].Name != "system" || tree.Global[1].Name != "mysql" {
		t.Errorf("tree %v: %+v", tree.Status, tree.Global)
	}
	if tree.Okay != 1 || tree.Faulty != 2 || tree.Silent != 0 {
		t.Errorf("okay %d, faulty %d, silent %d", tree.Okay, tree.Faulty, tree.Silent)
	}
	members := tree.Nodes[0].Members
	if members[0].Member != "root-fs" || members[1].Member != "swap" || members[2].Member != "cpu" {
		t.Errorf("members: %+v", members)
	}
	alarm := members[0].Alarms[0]
	if alarm.Name != "root-fs-critical" || alarm.Value != 4 || alarm.Fields["fs"] != "/" {
		t.Errorf("alarm: %+v", alarm)
	}
	data, err := json.Marshal(tree)
	if err != nil || !strings.Contains(string(data), `"status":"WARN"`) {
		t.Errorf("json %s, %v", data, err)
	}
}

// The status of all is that of the clusters of the cloud, and where nobody rolls up that far, the worst there is.
func TestStatusOfTheTree(t *testing.T) {
	tr := NewTracker(nil)
	is := func(want Status) {
		t.Helper()
		if got := tr.Tree().Status; got != want {
			t.Errorf("status %v, want %v", got, want)
		}
	}
	is(Unknown)
	tr.Take(afdReport(t, "ctl1", "cpu", 0, ""))
	is(Okay)
	tr.Take(report(t, "heka.sandbox.gse_service_cluster_metric", map[string]string{"cluster_name": "nova"}, 1, ""))
	is(Warning)
	tr.Take(afdReport(t, "ctl2", "cpu", 3, ""))
	is(Critical)
	tr.Take(report(t, "heka.sandbox.gse_cluster_metric", map[string]string{"cluster_name": "nova"}, 0, ""))
	is(Okay)
	tr.Take(report(t, "heka.sandbox.gse_cluster_metric", map[string]string{"cluster_name": "system"}, 4, ""))
	is(Down)
}

func TestAlarmsOfAMemberAreWorstFirst(t *testing.T) {
	tr := NewTracker(nil)
	tr.Take(afdReport(t, "ctl1", "cpu", 3, `{"alarms":[{"severity":"WARN","metric":"b"},{"severity":"UNKNOWN","metric":"c"},`+
		`{"severity":"CRITICAL","metric":"a"},{"severity":"??","metric":"d"}]}`))
	var order string
	for _, a := range tr.Tree().Nodes[0].Members[0].Alarms {
		order += a.Metric
	}
	if order != "abcd" {
		t.Errorf("order %s", order)
	}
}

func TestStatusOfOtherNumbers(t *testing.T) {
	for _, s := range []Status{-1, 5} {
		if s.String() != "UNKNOWN" || s.Worse(Unknown) || Unknown.Worse(s) {
			t.Errorf("%d is %v", s, s)
		}
	}
}

func TestSinceIsTheChangeAndSilenceIsShown(t *testing.T) {
	tr := NewTracker(nil)
	start := time.Date(2026, 11, 20, 7, 0, 0, 0, time.UTC)
	now := start
	tr.now = func() time.Time { return now }
	for i, value := range []float64{0, 3, 3, 3} {
		now = start.Add(time.Duration(i) * time.Minute)
		if changed := tr.Take(afdReport(t, "ctl1", "cpu", value, fullDisk)); changed != (i < 2) {
			t.Errorf("report %d: changed %v", i, changed)
		}
	}
	m := tr.Tree().Nodes[0].Members[0]
	if m.Since != start.Add(time.Minute) || m.Seen != now || m.Silent {
		t.Errorf("since %v, seen %v, silent %v", m.Since, m.Seen, m.Silent)
	}
	now = now.Add(3 * time.Minute)
	if m = tr.Tree().Nodes[0].Members[0]; !m.Silent || m.Status != Unknown {
		t.Errorf("three minutes later: %+v", m)
	}
	now = now.Add(25 * time.Hour)
	if tree := tr.Tree(); len(tree.Nodes) != 0 {
		t.Errorf("a day later: %+v", tree.Nodes)
	}
}

func TestTrackerIgnoresWhatIsNoReport(t *testing.T) {
	tr := NewTracker(nil)
	for _, m := range []*message.Message{
		report(t, "metric", map[string]string{"name": "x"}, 0, ""),
		afdReport(t, "ctl1", "cpu", 5, ""),
		afdReport(t, "ctl1", "cpu", 1.5, ""),
		report(t, "heka.sandbox.gse_cluster_metric", nil, 1, ""),
		report(t, "heka.sandbox.gse_cluster_metric", map[string]string{"value": "x"}, -1, ""),
	} {
		if tr.Take(m) {
			t.Errorf("%s was taken", m.Type())
		}
	}
	tr.Take(afdReport(t, "ctl1", "cpu", 3, `{"alarms":7}`))
	if got := tr.Tree(); len(got.Nodes) != 1 || len(got.Nodes[0].Members[0].Alarms) != 0 {
		t.Errorf("a broken payload: %+v", got.Nodes)
	}
}

func TestReported(t *testing.T) {
	c, _ := Load(shipped, nil)
	var lines []string
	for _, r := range c.Reported([]Host{{"ctl1", []string{"default"}}}, LevelGlobal, LevelNode, LevelService) {
		lines = append(lines, strings.TrimSpace(r.Host+" "+r.Level+" "+r.Cluster+" "+r.Member))
	}
	want := `ctl1 node default cpu
ctl1 node default network-rx
ctl1 node default network-tx
ctl1 node default other-fs
ctl1 node default root-fs
ctl1 node default swap
global system
node default`
	if strings.Join(lines, "\n") != want {
		t.Errorf("got\n%s", strings.Join(lines, "\n"))
	}
	if all := c.Reported([]Host{{"ctl1", nil}}, LevelGlobal, LevelNode, LevelService); len(all) != 6+10+1+6+6 { // nodes, services; and clusters of each level
		t.Errorf("%d reports without roles: %+v", len(all), all)
	}
}

func TestAlarmInWords(t *testing.T) {
	a := AlarmState{
		Severity: "CRITICAL", Message: "The root filesystem is nearly full", Function: "min", Metric: "fs_space_percent_free",
		Fields: map[string]any{"fs": "/", "dev": 3.0}, Operator: "<", Threshold: 5, Value: 4.126, Hostname: "ctl1",
	}
	want := `The root filesystem is nearly full (CRITICAL, rule='min(fs_space_percent_free[dev="3",fs="/"])<5', current=4.13, host=ctl1)`
	if got := a.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	a.Fields, a.Hostname = nil, ""
	want = `The root filesystem is nearly full (CRITICAL, rule='min(fs_space_percent_free)<5', current=4.13)`
	if got := a.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
