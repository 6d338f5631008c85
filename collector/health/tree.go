package health

import (
	"sort"
	"strings"
	"time"
)

func (k trackedKey) clone() trackedKey {
	return trackedKey{k.level, strings.Clone(k.cluster), strings.Clone(k.member), strings.Clone(k.host)}
}

// MemberState is what one host last reported of a member of a cluster.
type MemberState struct {
	Member string       `json:"member"`
	Host   string       `json:"host,omitempty"`
	Status Status       `json:"status"`
	Since  time.Time    `json:"since"`            // of the status
	Seen   time.Time    `json:"seen"`             // the last report
	Silent bool         `json:"silent"`           // no report for a while: the status is old
	Alarms []AlarmState `json:"alarms,omitempty"` // worst first
}

// ClusterState is the status of a cluster with what is behind it.
type ClusterState struct {
	Level    string        `json:"level"`
	Name     string        `json:"name"`
	Status   Status        `json:"status"`
	Since    time.Time     `json:"since"`
	Seen     time.Time     `json:"seen"`
	Reported bool          `json:"reported"`          // false: only members report, there is no GSE cluster
	Silent   bool          `json:"silent"`            // no report for a while
	Members  []MemberState `json:"members,omitempty"` // worst first
	Alarms   []AlarmState  `json:"alarms,omitempty"`  // its members' and hints, as reported with it
}

// Tree is everything that reports, worst first at each step.
type Tree struct {
	Status   Status         `json:"status"` // the worst of global clusters, else of all
	Global   []ClusterState `json:"global"`
	Services []ClusterState `json:"services"`
	Nodes    []ClusterState `json:"nodes"`
	Okay     int            `json:"okay"`   // members that are OKAY
	Faulty   int            `json:"faulty"` // members that are not
	Silent   int            `json:"silent"` // members that stopped reporting
}

// Tree gives the current statuses.
func (t *Tracker) Tree() Tree {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	clusters := map[trackedKey]*ClusterState{}
	for key, s := range t.all {
		if now.Sub(s.seen) > forgetAfter {
			delete(t.all, key)
			continue
		}
		t.place(clusters, s, now)
	}
	return arrange(clusters)
}

func (t *Tracker) place(clusters map[trackedKey]*ClusterState, s *tracked, now time.Time) {
	id := trackedKey{level: s.key.level, cluster: s.key.cluster}
	x := clusters[id]
	if x == nil {
		x = &ClusterState{Level: id.level, Name: id.cluster}
		clusters[id] = x
	}
	silent := now.Sub(s.seen) > staleAfter
	status, alarms := s.status, append([]AlarmState(nil), s.alarms...)
	if silent {
		status = Unknown
	}
	if s.key.member == "" {
		x.Status, x.Since, x.Seen, x.Alarms, x.Reported, x.Silent = status, s.since, s.seen, alarms, true, silent
		return
	}
	sortAlarms(alarms)
	x.Members = append(x.Members, MemberState{
		Member: s.key.member, Host: s.key.host, Status: status,
		Since: s.since, Seen: s.seen, Silent: silent, Alarms: alarms,
	})
}

func sortAlarms(alarms []AlarmState) {
	sort.SliceStable(alarms, func(i, j int) bool { return statusOf(alarms[i].Severity).Worse(statusOf(alarms[j].Severity)) })
}

func statusOf(label string) Status {
	for i, l := range labels {
		if l == label {
			return Status(i)
		}
	}
	return Unknown
}

func arrange(clusters map[trackedKey]*ClusterState) Tree {
	tree := Tree{Global: []ClusterState{}, Services: []ClusterState{}, Nodes: []ClusterState{}}
	for _, x := range clusters {
		for i, m := range x.Members {
			tree.count(m)
			if !x.Reported && (i == 0 || m.Status.Worse(x.Status)) {
				x.Status, x.Since, x.Seen = m.Status, m.Since, m.Seen
			}
		}
		sort.Slice(x.Members, func(i, j int) bool { return x.Members[i].before(x.Members[j]) })
		switch x.Level {
		case LevelGlobal:
			tree.Global = append(tree.Global, *x)
		case LevelService:
			tree.Services = append(tree.Services, *x)
		default:
			tree.Nodes = append(tree.Nodes, *x)
		}
	}
	top := tree.Global
	if len(top) == 0 {
		top = append(append(top, tree.Services...), tree.Nodes...)
	}
	tree.Status = Unknown
	for i, x := range top {
		if i == 0 || x.Status.Worse(tree.Status) {
			tree.Status = x.Status
		}
	}
	for _, list := range [][]ClusterState{tree.Global, tree.Services, tree.Nodes} {
		sort.Slice(list, func(i, j int) bool { return list[i].before(list[j]) })
	}
	return tree
}

func (t *Tree) count(m MemberState) {
	switch {
	case m.Silent:
		t.Silent++
	case m.Status == Okay:
		t.Okay++
	default:
		t.Faulty++
	}
}

func (m MemberState) before(other MemberState) bool {
	switch {
	case m.Status != other.Status:
		return m.Status.Worse(other.Status)
	case m.Member != other.Member:
		return m.Member < other.Member
	}
	return m.Host < other.Host
}

func (x ClusterState) before(other ClusterState) bool {
	if x.Status != other.Status {
		return x.Status.Worse(other.Status)
	}
	return x.Name < other.Name
}
