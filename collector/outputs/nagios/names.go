package nagios

import (
	"errors"
	"fmt"
	"strings"

	"lma_collector/collector/interpolate"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Level is what a status is about.
type Level int

// The levels of status messages, and messages of the form `STATE:text`.
const (
	Other Level = iota
	NodeCheck
	ServiceCheck
	NodeCluster
	ServiceCluster
	GlobalCluster
)

// types are the message types of the levels, as the health filters inject them.
var types = map[string]Level{
	"heka.sandbox.afd_node_metric":            NodeCheck,
	"heka.sandbox.afd_service_metric":         ServiceCheck,
	"heka.sandbox.gse_node_cluster_metric":    NodeCluster,
	"heka.sandbox.gse_service_cluster_metric": ServiceCluster,
	"heka.sandbox.gse_cluster_metric":         GlobalCluster,
}

// Status names something that has a status: a check of a member of a cluster on a host, or a cluster.
type Status struct {
	Level    Level
	Cluster  string
	Member   string // of a check
	Hostname string // of a check
}

// Names gives statuses their host and service in Nagios: for results as for object definitions. It is
// not safe for use by several goroutines.
type Names struct {
	levels [GlobalCluster + 1]pair
}

// pair are the templates of a level. plain is host without a deployment, nil where that is no matter.
type pair struct{ host, plain, service *interpolate.Template }

const deployment = "deployment_id"

var defaultNames = [GlobalCluster + 1][2]string{
	Other:          {"%{Hostname}", "%{Logger}"},
	NodeCheck:      {"%{hostname}", "%{node_role}.%{source}"},
	ServiceCheck:   {"%{hostname}", "%{service}.%{source}"},
	NodeCluster:    {"00-node-clusters", "nodes-%{cluster_name}"},
	ServiceCluster: {"00-service-clusters", "services-%{cluster_name}"},
	GlobalCluster:  {"00-global-clusters", "global-%{cluster_name}"},
}

// Names prepares the names that the options ask for. tags stand in for fields that a message lacks.
func (c *Config) Names(tags []plugin.Tag) (*Names, error) {
	n := &Names{}
	var errs []error
	parse := func(option, text string) *interpolate.Template {
		t, err := interpolate.Parse(text)
		if err != nil {
			errs = append(errs, plugin.BadOption(option, "%v", err))
			t, _ = interpolate.Parse("")
		}
		for _, tag := range tags {
			t.Default(tag.Name, tag.Value)
		}
		return t
	}
	hosts := [GlobalCluster + 1][2]string{
		NodeCluster:    {"node_cluster_host", c.NodeClusterHost},
		ServiceCluster: {"service_cluster_host", c.ServiceClusterHost},
		GlobalCluster:  {"global_cluster_host", c.GlobalClusterHost},
	}
	for level := range n.levels {
		p := &n.levels[level]
		option, host := hosts[level][0], hosts[level][1]
		switch {
		case c.NagiosHost != "":
			p.host = parse("nagios_host", c.NagiosHost)
		case host != "":
			p.host = parse(option, host)
		case option != "":
			p.host, p.plain = parse(option, defaultNames[level][0]+"-env%{"+deployment+"}"), parse(option, defaultNames[level][0])
		default:
			p.host = parse("nagios_host", defaultNames[level][0])
		}
		service := defaultNames[level][1]
		if c.NagiosServiceDescription != "" {
			service = c.NagiosServiceDescription
		}
		p.service = parse("nagios_service_description", service)
	}
	return n, firstOf(errs)
}

// firstOf drops repetitions: an option that several levels share is reported once.
func firstOf(errs []error) error {
	var list []error
	seen := map[string]bool{}
	for _, err := range errs {
		if !seen[err.Error()] {
			seen[err.Error()] = true
			list = append(list, err)
		}
	}
	return errors.Join(list...)
}

// Of gives the names for a message. The error tells which field is missing.
func (n *Names) Of(m *message.Message) (host, service string, err error) {
	p := &n.levels[types[m.Type()]]
	h, missing := p.host.Append(nil, m, m.Timestamp())
	if missing == deployment && p.plain != nil {
		h, missing = p.plain.Append(h[:0], m, m.Timestamp())
	}
	if missing != "" {
		return "", "", fmt.Errorf("the message (Type %q, Logger %q) has no Fields[%s], which is part of the Nagios host's name", m.Type(), m.Logger(), missing)
	}
	s, missing := p.service.Append(nil, m, m.Timestamp())
	if missing != "" {
		return "", "", fmt.Errorf("the message (Type %q, Logger %q) has no Fields[%s], which is part of the Nagios service's name", m.Type(), m.Logger(), missing)
	}
	host, service = cleanName(string(h)), cleanName(string(s))
	if host == "" || service == "" {
		return "", "", fmt.Errorf("the message (Type %q, Logger %q) gives an empty Nagios host %q or service %q", m.Type(), m.Logger(), host, service)
	}
	return host, service, nil
}

// For gives the names of a status as its messages will have them.
func (n *Names) For(s Status) (host, service string, err error) {
	var d message.Draft
	for typ, level := range types {
		if level == s.Level {
			d.Type = typ
		}
	}
	switch s.Level {
	case NodeCheck:
		d.AddString("node_role", s.Cluster)
	case ServiceCheck:
		d.AddString("service", s.Cluster)
	case NodeCluster, ServiceCluster, GlobalCluster:
		d.AddString("cluster_name", s.Cluster)
	}
	if s.Member != "" {
		d.AddString("source", s.Member)
	}
	if s.Hostname != "" {
		d.Hostname = s.Hostname
		d.AddString("hostname", s.Hostname)
	}
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		return "", "", err
	}
	return n.Of(&m)
}

// illegal characters are those that Nagios refuses in names of objects (illegal_object_name_chars), and
// what separates the parts of its commands.
const illegal = "`~!$%^&*|'\"<>?,()=;"

// cleanName replaces what cannot be in a name.
func cleanName(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' || strings.ContainsRune(illegal, r) {
			return '_'
		}
		return r
	}, s))
}
