package nagios

import (
	"strings"
	"testing"

	"lma_collector/collector/matcher"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func TestNames(t *testing.T) {
	env7 := []plugin.Tag{{Name: "deployment_id", Value: "7"}, {Name: "site", Value: "a;b"}}
	f := func(s Status, tags []plugin.Tag, want string, change func(*Config)) {
		t.Helper()
		c := defaultConfig()
		if change != nil {
			change(c)
		}
		n, err := c.Names(tags)
		if err != nil {
			t.Fatal(err)
		}
		host, service, err := n.For(s)
		got := host + "/" + service
		if err != nil {
			got = err.Error()
		}
		same(t, "names", got, want)
	}
	f(Status{Level: NodeCheck, Cluster: "controller", Member: "cpu", Hostname: "node-1"}, nil, "node-1/controller.cpu", nil)
	f(Status{Level: ServiceCheck, Cluster: "mysql", Member: "check", Hostname: "node-1"}, env7, "node-1/mysql.check", nil)
	f(Status{Level: GlobalCluster, Cluster: "nova"}, nil, "00-global-clusters/global-nova", nil)
	f(Status{Level: GlobalCluster, Cluster: "nova"}, env7, "00-global-clusters-env7/global-nova", nil)
	f(Status{Level: NodeCluster, Cluster: "controller"}, env7, "00-node-clusters-env7/nodes-controller", nil)
	f(Status{Level: ServiceCluster, Cluster: "nova-api"}, env7, "00-service-clusters-env7/services-nova-api", nil)
	f(Status{Level: GlobalCluster, Cluster: "nova"}, env7, "clusters-a_b/global-nova", func(c *Config) { c.GlobalClusterHost = "clusters-%{site}" })
	f(Status{Level: NodeCluster, Cluster: "nova"}, env7, "one/x nova", func(c *Config) { c.NagiosHost, c.NagiosServiceDescription = "one", "x %{cluster_name}" })
	f(Status{Level: NodeCheck, Cluster: "a'b;c\n", Member: "$(x)|", Hostname: "n"}, nil, "n/a_b_c_.__x__", nil)
	f(Status{Level: NodeCheck, Cluster: "c", Hostname: "n"}, nil, `the message (Type "heka.sandbox.afd_node_metric", Logger "") has no Fields[source], which is part of the Nagios service's name`, nil)
	f(Status{Level: NodeCheck, Cluster: "c", Member: "m"}, nil, `the message (Type "heka.sandbox.afd_node_metric", Logger "") has no Fields[hostname], which is part of the Nagios host's name`, nil)
	f(Status{Level: Other, Hostname: "n"}, nil, `the message (Type "", Logger "") gives an empty Nagios host "n" or service ""`, nil)
}

// A deployment that only the message knows counts, too.
func TestDeploymentOfTheMessage(t *testing.T) {
	n, err := defaultConfig().Names(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := message.Draft{Type: "heka.sandbox.gse_cluster_metric"}
	d.AddString("cluster_name", "nova")
	d.AddString("deployment_id", "12")
	host, service, err := n.Of(seal(&d))
	if err != nil || host != "00-global-clusters-env12" || service != "global-nova" {
		t.Errorf("%q, %q, %v", host, service, err)
	}
}

func TestDefaultMatcher(t *testing.T) {
	m, err := matcher.Parse(defaultMatcher)
	if err != nil {
		t.Fatal(err)
	}
	f := func(typ, fields string, want bool) {
		t.Helper()
		d := message.Draft{Type: typ}
		for _, name := range strings.Fields(fields) {
			d.AddString(name, "x")
		}
		if got := m.Match(seal(&d)); got != want {
			t.Errorf("%s with %s: %v", typ, fields, got)
		}
	}
	f("heka.sandbox.afd_node_metric", "hostname", true)
	f("heka.sandbox.afd_service_metric", "hostname", true)
	f("heka.sandbox.afd_service_metric", "", false)
	f("heka.sandbox.afd_service_metric", "hostname aggregator", false)
	f("heka.sandbox.afd_service_metric", "hostname no_alerting", false)
	f("heka.sandbox.gse_cluster_metric", "", true)
	f("heka.sandbox.gse_node_cluster_metric", "", true)
	f("heka.sandbox.gse_service_cluster_metric", "", true)
	f("heka.sandbox.gse_service_cluster_metric", "aggregator", false)
	f("heka.sandbox.gse_service_cluster_metric", "no_alerting", false)
	f("heka.sandbox.metric", "hostname", false)
}
