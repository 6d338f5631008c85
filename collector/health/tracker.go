package health

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"lma_collector/collector/message"
)

// Status is a status of the wire: 0 OKAY, 1 WARN, 2 UNKNOWN, 3 CRITICAL, 4 DOWN.
type Status int

// The statuses.
const (
	Okay     Status = 0
	Warning  Status = 1
	Unknown  Status = 2
	Critical Status = 3
	Down     Status = 4
)

var (
	labels = [...]string{"OKAY", "WARN", "UNKNOWN", "CRITICAL", "DOWN"}
	weight = [...]int{1, 3, 2, 4, 5}
)

// String is the status as texts show it.
func (s Status) String() string {
	if s < 0 || int(s) >= len(labels) {
		return "UNKNOWN"
	}
	return labels[s]
}

// MarshalText gives the label.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Worse tells whether s is worse than other: DOWN, CRITICAL, WARN, UNKNOWN, OKAY.
func (s Status) Worse(other Status) bool { return s.weight() > other.weight() }

func (s Status) weight() int {
	if s < 0 || int(s) >= len(weight) {
		return weight[Unknown]
	}
	return weight[s]
}

// AlarmState is one thing that is wrong, as the engine reported it.
type AlarmState struct {
	Severity  string            `json:"severity"`
	Message   string            `json:"message"`
	Function  string            `json:"function"`
	Metric    string            `json:"metric"`
	Fields    map[string]any    `json:"fields,omitempty"`
	Operator  string            `json:"operator"`
	Threshold float64           `json:"threshold"`
	Value     float64           `json:"value"`
	Window    float64           `json:"window"`
	Tags      map[string]string `json:"tags,omitempty"`
	Hostname  string            `json:"hostname,omitempty"`
	Name      string            `json:"name,omitempty"`    // the alarm in the catalogue, where it is known
	Runbook   string            `json:"runbook,omitempty"` // of that alarm
}

// String is the alarm in words, as notifications show it.
func (a AlarmState) String() string {
	fields := make([]string, 0, len(a.Fields))
	for _, name := range sortedKeys(a.Fields) {
		fields = append(fields, fmt.Sprintf("%s=\"%v\"", name, a.Fields[name]))
	}
	selector, host := "", ""
	if len(fields) > 0 {
		selector = "[" + strings.Join(fields, ",") + "]"
	}
	if a.Hostname != "" {
		host = ", host=" + a.Hostname
	}
	return fmt.Sprintf("%s (%s, rule='%s(%s%s)%s%v', current=%.2f%s)",
		a.Message, a.Severity, a.Function, a.Metric, selector, a.Operator, a.Threshold, a.Value, host)
}

// maxTracked bounds the members and clusters that are remembered: names come from the network.
const maxTracked = 100000

// A status that nobody renews is shown as silent after a while, and forgotten after a day.
const (
	staleAfter  = 2 * time.Minute
	forgetAfter = 24 * time.Hour
)

type trackedKey struct{ level, cluster, member, host string }

type tracked struct {
	key    trackedKey
	status Status
	since  time.Time
	seen   time.Time
	alarms []AlarmState
}

// Tracker keeps the last status of each member and cluster. It is fed with AFD and GSE messages; any goroutine may use it.
type Tracker struct {
	mu        sync.Mutex
	catalogue *Catalogue // nil: names only as messages give them
	now       func() time.Time
	all       map[trackedKey]*tracked
}

// NewTracker is an empty Tracker. The catalogue tells which alarms are behind what is reported, nil for none.
func NewTracker(c *Catalogue) *Tracker {
	return &Tracker{catalogue: c, now: time.Now, all: map[trackedKey]*tracked{}}
}

// TrackerMatcher is the message_matcher of what a Tracker takes.
const TrackerMatcher = "Type == 'heka.sandbox.afd_node_metric' || Type == 'heka.sandbox.afd_service_metric' || " +
	"Type == 'heka.sandbox.gse_service_cluster_metric' || Type == 'heka.sandbox.gse_node_cluster_metric' || Type == 'heka.sandbox.gse_cluster_metric'"

// keyOf tells what a message reports on.
func keyOf(m *message.Message) (trackedKey, bool) {
	switch m.Type() {
	case "heka.sandbox.afd_node_metric":
		return trackedKey{LevelNode, m.Text("node_role"), m.Text("source"), m.Text("hostname")}, true
	case "heka.sandbox.afd_service_metric":
		return trackedKey{LevelService, m.Text("service"), m.Text("source"), m.Text("hostname")}, true
	case "heka.sandbox.gse_node_cluster_metric":
		return trackedKey{level: LevelNode, cluster: m.Text("cluster_name")}, true
	case "heka.sandbox.gse_service_cluster_metric":
		return trackedKey{level: LevelService, cluster: m.Text("cluster_name")}, true
	case "heka.sandbox.gse_cluster_metric":
		return trackedKey{level: LevelGlobal, cluster: m.Text("cluster_name")}, true
	}
	return trackedKey{}, false
}

// Take notes what a message reports; others are ignored. It tells whether a status changed. The
// message is not kept.
func (t *Tracker) Take(m *message.Message) (changed bool) {
	key, ok := keyOf(m)
	value, has := m.Value("value")
	number, numeric := value.Number()
	if !ok || !has || !numeric || key.cluster == "" || number < 0 || number > 4 || number != float64(int(number)) {
		return false
	}
	var payload struct {
		Alarms []AlarmState `json:"alarms"`
	}
	if Status(number) != Okay {
		if json.Unmarshal([]byte(m.Payload()), &payload) != nil {
			payload.Alarms = nil
		}
		t.explain(payload.Alarms)
	}
	return t.note(key, Status(number), payload.Alarms)
}

func (t *Tracker) note(key trackedKey, status Status, alarms []AlarmState) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	s := t.all[key]
	if s == nil {
		if len(t.all) >= maxTracked {
			return false
		}
		s = &tracked{key: key.clone(), since: now, status: -1}
		t.all[s.key] = s
	}
	changed := s.status != status
	if changed {
		s.since = now
	}
	s.status, s.seen, s.alarms = status, now, alarms
	return changed
}

// explain adds what the catalogue knows of alarms, which are found by their description and metric.
func (t *Tracker) explain(alarms []AlarmState) {
	if t.catalogue == nil {
		return
	}
	for i := range alarms {
		for _, a := range t.catalogue.Alarms {
			if a.Description == alarms[i].Message && len(a.Rules) > 0 && a.Rules[0].Metric == alarms[i].Metric {
				alarms[i].Name, alarms[i].Runbook = a.Name, a.Runbook
				break
			}
		}
	}
}
