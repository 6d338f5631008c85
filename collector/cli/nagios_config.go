package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lma_collector/collector/filters/afd"
	"lma_collector/collector/filters/gse"
	"lma_collector/collector/health"
	"lma_collector/collector/outputs/nagios"
	"lma_collector/collector/pipeline"
)

func newNagiosConfig() *cobra.Command {
	var path string
	var hosts []string
	cmd := &cobra.Command{
		Use:   "nagios-config --config PATH [--host NAME=ROLE,ROLE]…",
		Short: "Writes hosts, services, freshness and a heartbeat of each collector, for Nagios, of exactly what will be reported",
		Long: `Writes the Nagios objects of what a configuration reports: a passive service for each check of each
host, virtual hosts for clusters, and a heartbeat service for each collector. Results that stop coming
turn a service UNKNOWN, and the heartbeat CRITICAL.

Without --host it is this host with the roles of its AFDFilter. For an aggregator name every host of
the cloud with its roles.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, tools, err := load(cmd, path)
			if err != nil {
				return err
			}
			return writeNagiosConfig(cmd, tools, hosts)
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().StringArrayVar(&hosts, "host", nil, "a host and its roles; may be given many times")
	return cmd
}

func writeNagiosConfig(cmd *cobra.Command, tools *pipeline.Tools, hostFlags []string) error {
	section, err := onlySection(tools, "NagiosOutput")
	if err != nil {
		return problem{err}
	}
	output, env, _ := tools.Plugin(section)
	names, err := output.(*nagios.Config).Names(env.Tags)
	if err != nil {
		return problem{err}
	}
	catalogue, hosts, err := reporting(cmd, tools, env.Hostname, hostFlags)
	if err != nil {
		return err
	}
	var objects []nagios.Object
	for _, r := range catalogue.Reported(hosts, clusterLevels(tools)...) {
		host, service, err := names.For(statusOf(r))
		if err != nil {
			return problem{err}
		}
		objects = append(objects, nagios.Object{Host: host, Service: service, Description: r.Description})
	}
	collectors := make([]string, len(hosts))
	for i, h := range hosts {
		collectors[i] = h.Name
	}
	if err := nagios.WriteObjects(cmd.OutOrStdout(), objects, output.(*nagios.Config).ObjectOptions(collectors...)); err != nil {
		return problem{err}
	}
	return nil
}

// clusterLevels are the levels whose clusters this configuration computes.
func clusterLevels(tools *pipeline.Tools) (levels []string) {
	for _, name := range tools.Sections("GSEFilter") {
		conf, _, _ := tools.Plugin(name)
		levels = append(levels, conf.(*gse.Config).Level)
	}
	return levels
}

// onlySection is the name of the section of a type that there must be.
func onlySection(tools *pipeline.Tools, typ string) (string, error) {
	names := tools.Sections(typ)
	switch len(names) {
	case 0:
		return "", fmt.Errorf("the configuration has no section of type %s", typ)
	case 1:
		return names[0], nil
	}
	return "", fmt.Errorf("the configuration has %d sections of type %s: %s", len(names), typ, strings.Join(names, ", "))
}

// reporting gives the definitions of the configuration's AFDFilter and the hosts whose results are expected.
func reporting(cmd *cobra.Command, tools *pipeline.Tools, hostname string, flags []string) (*health.Catalogue, []health.Host, error) {
	section, err := onlySection(tools, "AFDFilter")
	if err != nil {
		return nil, nil, problem{err}
	}
	conf, env, _ := tools.Plugin(section)
	c := conf.(*afd.Config)
	catalogue, err := health.ForFilter(env.SharePath(c.AlarmsDirectory), c.Parameters, c.Roles)
	if err != nil {
		return nil, nil, problem{err}
	}
	hosts := make([]health.Host, 0, len(flags))
	for _, text := range flags {
		h, err := parseHost(text, catalogue.Roles())
		if err != nil {
			return nil, nil, err
		}
		hosts = append(hosts, h)
	}
	if len(hosts) == 0 {
		if c.Roles == nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "warning: [%s] has no roles, so every service that may run here is defined; those that never report turn UNKNOWN. Set roles there, or give --host\n", section)
		}
		hosts = []health.Host{{Name: hostname, Roles: c.Roles}}
	}
	return catalogue, hosts, nil
}

// parseHost reads NAME=ROLE,ROLE.
func parseHost(text string, known []string) (health.Host, error) {
	name, roles, _ := strings.Cut(text, "=")
	h := health.Host{Name: name, Roles: strings.Split(roles, ",")}
	if name == "" || roles == "" {
		return h, fmt.Errorf("--host %q: write NAME=ROLE,ROLE", text)
	}
	for _, role := range h.Roles {
		if !slices.Contains(known, role) {
			return h, fmt.Errorf("--host %q: no watch is for the role %q; the definitions know %s", text, role, strings.Join(known, ", "))
		}
	}
	return h, nil
}

// statusOf is what a report is called for Nagios.
func statusOf(r health.Reported) nagios.Status {
	s := nagios.Status{Cluster: r.Cluster, Member: r.Member, Hostname: r.Host}
	switch {
	case r.Level == health.LevelGlobal:
		s.Level = nagios.GlobalCluster
	case r.Level == health.LevelNode && r.Member != "":
		s.Level = nagios.NodeCheck
	case r.Level == health.LevelNode:
		s.Level = nagios.NodeCluster
	case r.Member != "":
		s.Level = nagios.ServiceCheck
	default:
		s.Level = nagios.ServiceCluster
	}
	return s
}
