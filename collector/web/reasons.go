package web

import (
	"slices"
	"time"

	"lma_collector/collector/health"
)

// Limits of what one page shows; /api/status has it all.
const (
	maxCauses = 20
	maxChecks = 200
)

// reason is a cluster that is not OKAY, and why.
type reason struct {
	health.ClusterState
	Because, Hints []cause
	More           int // causes that are left out
}

// cause is an alarm behind a cluster's status.
type cause struct {
	health.AlarmState
	Path string // the cluster and member that it belongs to
}

// check is a member of a cluster as a host reports it.
type check struct {
	health.MemberState
	Level, Cluster string
}

// headline sums the statuses up.
type headline struct {
	health.Tree
	Known  bool      // something reports
	Since  time.Time // zero where nothing is known
	Faulty int       // top clusters that are not OKAY
	Tiles  []health.ClusterState
}

// summarize finds the clusters that matter to a user of the cloud: global ones, or all where there are none.
func summarize(t health.Tree) headline {
	h := headline{Tree: t, Tiles: t.Global}
	if len(h.Tiles) == 0 {
		h.Tiles = slices.Concat(t.Services, t.Nodes)
		slices.SortStableFunc(h.Tiles, func(a, b health.ClusterState) int {
			switch {
			case a.Status.Worse(b.Status):
				return -1
			case b.Status.Worse(a.Status):
				return 1
			}
			return 0
		})
	}
	for _, x := range h.Tiles {
		h.Known = true
		if x.Status != health.Okay {
			h.Faulty++
		}
		if x.Status == t.Status && (h.Since.IsZero() || x.Since.Before(h.Since)) {
			h.Since = x.Since
		}
	}
	return h
}

// reasons explains each of the clusters that is not OKAY.
func reasons(t health.Tree, clusters []health.ClusterState) (list []reason) {
	for _, x := range clusters {
		if x.Status == health.Okay {
			continue
		}
		r := reason{ClusterState: x}
		for _, a := range behind(x) {
			if len(r.Because)+len(r.Hints) == maxCauses {
				r.More++
				continue
			}
			c := cause{a, pathOf(t, x, a)}
			if a.Tags["dependency_level"] == "hint" {
				r.Hints = append(r.Hints, c)
			} else {
				r.Because = append(r.Because, c)
			}
		}
		list = append(list, r)
	}
	return list
}

// behind lists a cluster's alarms, or those of its members where there is no cluster that reports.
func behind(x health.ClusterState) []health.AlarmState {
	if x.Reported {
		return x.Alarms
	}
	var list []health.AlarmState
	for _, m := range x.Members {
		for _, a := range m.Alarms {
			if a.Hostname == "" {
				a.Hostname = m.Host
			}
			list = append(list, a)
		}
	}
	return list
}

// pathOf names where an alarm comes from: the cluster it was handed up by, and the member that
// reports the same alarm.
func pathOf(t health.Tree, x health.ClusterState, a health.AlarmState) string {
	from := a.Tags["dependency_name"]
	if from == "" {
		return x.Name
	}
	if x.Level != health.LevelGlobal {
		return from
	}
	for _, list := range [][]health.ClusterState{t.Nodes, t.Services} {
		for _, y := range list {
			if y.Name == from {
				if m := memberWith(y, a); m != "" {
					return from + " › " + m
				}
			}
		}
	}
	return from
}

func memberWith(x health.ClusterState, a health.AlarmState) string {
	for _, m := range x.Members {
		if a.Hostname != "" && m.Host != "" && a.Hostname != m.Host {
			continue
		}
		for _, b := range m.Alarms {
			if a.Message == b.Message && a.Metric == b.Metric && a.Severity == b.Severity {
				return m.Member
			}
		}
	}
	return ""
}

// checks lists the members of all clusters, split into those that are not OKAY, worst first, and those that are.
func checks(t health.Tree) (faulty, okay []check) {
	for _, list := range [][]health.ClusterState{t.Services, t.Nodes} {
		for _, x := range list {
			for _, m := range x.Members {
				c := check{m, x.Level, x.Name}
				if m.Status == health.Okay {
					okay = append(okay, c)
				} else {
					faulty = append(faulty, c)
				}
			}
		}
	}
	slices.SortStableFunc(faulty, func(a, b check) int {
		switch {
		case a.Status.Worse(b.Status):
			return -1
		case b.Status.Worse(a.Status):
			return 1
		}
		return 0
	})
	return faulty, okay
}
