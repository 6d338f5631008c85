package health

import (
	"cmp"
	"slices"
)

// Reported is one status that will be reported: of a member on a host, or (without a member) of a cluster.
type Reported struct {
	Level       string // of the cluster: node, service or global
	Cluster     string
	Member      string // "" for the cluster itself
	Host        string // of a member
	Description string // for people: what it watches
}

// Host is a host whose watches are reported, with its roles; nil roles stand for all.
type Host struct {
	Name  string
	Roles []string
}

// Reported lists what the hosts' AFDs and, where some host is the aggregator of them all, the clusters
// will report, members first. What is not to be alerted of is left out.
// levels are those whose clusters are computed.
func (c *Catalogue) Reported(hosts []Host, levels ...string) []Reported {
	var list []Reported
	var watched []*Watch
	for _, h := range hosts {
		for _, w := range c.Watched(h.Roles) {
			if w.Alerting != "disabled" && len(c.enabled(w)) > 0 {
				watched = append(watched, w)
				list = append(list, Reported{w.Type, w.Cluster, w.Member, h.Name, watchText(c, w)})
			}
		}
	}
	slices.SortFunc(list, func(a, b Reported) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Level, b.Level), cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Member, b.Member))
	})
	for _, level := range levels {
		for _, x := range c.fedBy(level, watched) {
			if x.Alerting != "disabled" {
				list = append(list, Reported{Level: level, Cluster: x.Name, Description: level + " cluster " + x.Name})
			}
		}
	}
	return list
}

// watchText is what the alarms of a watch are about, in words.
func watchText(c *Catalogue, w *Watch) string {
	text := ""
	for i, a := range c.enabled(w) {
		if i > 0 {
			text += "; "
		}
		text += a.Description
	}
	return text
}
