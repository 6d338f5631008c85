package nagios

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"text/template"
	"time"
)

// Object is a service that results are submitted for.
type Object struct {
	Host        string
	Service     string
	Description string // in words, shown as notes; "" for none
}

// ObjectOptions are what the definitions have in common. The zero value of each stands for its default.
type ObjectOptions struct {
	// Freshness is after how long without a result a service turns UNKNOWN. Default 3 minutes.
	Freshness time.Duration
	// HeartbeatService is the heartbeat of each collector, "" for none; HeartbeatHosts are the hosts they run on.
	HeartbeatService string
	HeartbeatHosts   []string
	// HeartbeatFreshness is after how long a silent collector is CRITICAL. Default 3 minutes.
	HeartbeatFreshness time.Duration
	// ContactGroup is who is notified. Default "admins".
	ContactGroup string
	// Period is when checks and notifications happen. Default "24x7".
	Period string
	// Addresses are addresses of hosts; a host that is not listed has its name as its address, one that only
	// stands for clusters 127.0.0.1.
	Addresses map[string]string
}

// ObjectOptions are the options that fit a section's results: a service is stale after three refreshes.
func (c *Config) ObjectOptions(heartbeatHosts ...string) ObjectOptions {
	o := ObjectOptions{Freshness: 3 * max(c.RefreshInterval, 20*time.Second)}
	if c.HeartbeatService == "" {
		return o
	}
	o.HeartbeatService, o.HeartbeatHosts, o.HeartbeatFreshness = c.HeartbeatService, heartbeatHosts, 3*c.HeartbeatInterval
	if c.HeartbeatHost != "" {
		o.HeartbeatHosts = []string{c.HeartbeatHost}
	}
	return o
}

func (o *ObjectOptions) setDefaults() {
	if o.Freshness == 0 {
		o.Freshness = 3 * time.Minute
	}
	if o.HeartbeatFreshness == 0 {
		o.HeartbeatFreshness = 3 * time.Minute
	}
	if o.ContactGroup == "" {
		o.ContactGroup = "admins"
	}
	if o.Period == "" {
		o.Period = "24x7"
	}
}

// hostObject is a host with its services, as they are written.
type hostObject struct {
	Name, Address string
	Services      []serviceObject
}

type serviceObject struct {
	Name, Notes string
	Heartbeat   bool
}

// ErrNoObjects says that there is nothing to define.
var ErrNoObjects = errors.New("nothing is reported to Nagios, so there is nothing to define")

// WriteObjects writes the definitions of hosts and services for Nagios 3 and 4: passive, watched for
// freshness. Names are written as results have them.
func WriteObjects(w io.Writer, objects []Object, o ObjectOptions) error {
	o.setDefaults()
	hosts := arrange(objects, &o)
	if len(hosts) == 0 {
		return ErrNoObjects
	}
	b := bufio.NewWriter(w)
	data := map[string]any{
		"Options": o, "Hosts": hosts,
		"Freshness": seconds(o.Freshness), "HeartbeatFreshness": seconds(o.HeartbeatFreshness),
	}
	if err := definitions.Execute(b, data); err != nil {
		return fmt.Errorf("cannot write the Nagios objects: %w", err)
	}
	return b.Flush()
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// arrange groups services by host, in order of their names and each once.
func arrange(objects []Object, o *ObjectOptions) []hostObject {
	byHost := map[string]map[string]serviceObject{}
	add := func(host string, s serviceObject) {
		if host = cleanName(host); host == "" || s.Name == "" {
			return
		}
		if byHost[host] == nil {
			byHost[host] = map[string]serviceObject{}
		}
		byHost[host][s.Name] = s
	}
	for _, obj := range objects {
		add(obj.Host, serviceObject{Name: cleanName(obj.Service), Notes: cleanNotes(obj.Description)})
	}
	if o.HeartbeatService != "" {
		for _, host := range o.HeartbeatHosts {
			add(host, serviceObject{Name: cleanName(o.HeartbeatService), Notes: "The monitoring collector of this host runs", Heartbeat: true})
		}
	}
	var list []hostObject
	for name, services := range byHost {
		h := hostObject{Name: name, Address: o.address(name)}
		for _, s := range services {
			h.Services = append(h.Services, s)
		}
		sort.Slice(h.Services, func(i, j int) bool { return h.Services[i].Name < h.Services[j].Name })
		list = append(list, h)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

func (o *ObjectOptions) address(host string) string {
	if a := o.Addresses[host]; a != "" {
		return cleanNotes(a)
	}
	if strings.HasPrefix(host, "00-") { // the prefix puts hosts that stand for clusters first in lists
		return "127.0.0.1"
	}
	return strings.ReplaceAll(host, " ", "_")
}

// cleanNotes makes one line without what Nagios takes for a comment or a macro.
func cleanNotes(s string) string {
	s = strings.ReplaceAll(cleanText(s), lineBreak, " ")
	return strings.TrimSpace(strings.NewReplacer(";", ",", "$", "", `\`, "/").Replace(s))
}

var definitions = template.Must(template.New("objects").Parse(`# Hosts and services for what the LMA collector reports.
# Written by lma_collector nagios-config; changes will be lost when it is run again.

define command {
  command_name lma_collector_host_ok
  command_line $USER1$/check_dummy 0 "assumed up, its services tell"
}

define command {
  command_name lma_collector_stale
  command_line $USER1$/check_dummy 3 "no result from the collector for too long"
}

define command {
  command_name lma_collector_dead
  command_line $USER1$/check_dummy 2 "the collector is silent, nothing on this host is watched"
}

define host {
  name                    lma-collector-host
  register                0
  check_command           lma_collector_host_ok
  active_checks_enabled   0
  passive_checks_enabled  1
  max_check_attempts      1
  check_period            {{.Options.Period}}
  notification_period     {{.Options.Period}}
  notification_interval   0
  contact_groups          {{.Options.ContactGroup}}
}

define service {
  name                    lma-collector-service
  register                0
  check_command           lma_collector_stale
  active_checks_enabled   0
  passive_checks_enabled  1
  check_freshness         1
  freshness_threshold     {{.Freshness}}
  max_check_attempts      1
  check_interval          1
  retry_interval          1
  check_period            {{.Options.Period}}
  notification_period     {{.Options.Period}}
  notification_interval   60
  contact_groups          {{.Options.ContactGroup}}
}

define service {
  name                    lma-collector-heartbeat
  use                     lma-collector-service
  register                0
  check_command           lma_collector_dead
  freshness_threshold     {{.HeartbeatFreshness}}
}
{{range $host := .Hosts}}
define host {
  use                     lma-collector-host
  host_name               {{.Name}}
  address                 {{.Address}}
}
{{range .Services}}
define service {
  use                     lma-collector-{{if .Heartbeat}}heartbeat{{else}}service{{end}}
  host_name               {{$host.Name}}
  service_description     {{.Name}}
{{- with .Notes}}
  notes                   {{.}}
{{- end}}
}
{{end}}{{end}}`))
