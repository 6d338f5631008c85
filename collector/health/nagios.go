package health

import (
	"fmt"
	"sort"
)

// NagiosService is one service that results will be reported for.
type NagiosService struct {
	Host        string `json:"host"`
	Service     string `json:"service"`
	Description string `json:"description"` // for people: what it watches
}

// NagiosHost is a host whose watches are reported, with its roles as in the section
// of its AFDFilter, nil for none.
type NagiosHost struct {
	Name  string
	Roles []string
}

// Names of the virtual hosts that clusters are reported under, for an environment.
func virtualHost(level, environment string) string {
	suffix := ""
	if environment != "" {
		suffix = "-env" + environment
	}
	return "00-" + level + "-clusters" + suffix
}

var clusterServicePrefix = map[string]string{LevelGlobal: "global-", LevelNode: "nodes-", LevelService: "services-"}

// NagiosObjects lists what the hosts' AFDs, and what the clusters that they feed, will report, ordered
// by host and service. environment ends the names of virtual hosts, "" for none. What is not to be
// alerted of is left out.
func NagiosObjects(c *Catalogue, hosts []NagiosHost, environment string) []NagiosService {
	var list []NagiosService
	var all []*Watch
	for _, h := range hosts {
		for _, w := range c.Watched(h.Roles) {
			if w.Alerting == "disabled" || len(c.enabled(w)) == 0 {
				continue
			}
			all = append(all, w)
			list = append(list, NagiosService{h.Name, w.Cluster + "." + w.Member, watchText(c, w)})
		}
	}
	for _, level := range []string{LevelGlobal, LevelNode, LevelService} {
		for _, x := range c.fedBy(level, all) {
			if x.Alerting != "disabled" {
				list = append(list, NagiosService{virtualHost(level, environment), clusterServicePrefix[level] + x.Name,
					fmt.Sprintf("%s cluster %s", level, x.Name)})
			}
		}
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].Host != list[j].Host {
			return list[i].Host < list[j].Host
		}
		return list[i].Service < list[j].Service
	})
	return list
}

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
