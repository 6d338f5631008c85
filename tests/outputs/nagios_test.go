package outputs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/outputs/nagios"
	"lma_collector/collector/plugin"
	"lma_collector/tests/servers"
)

const patience = 60 * time.Second

// nagiosOutput makes an output of a running Nagios, with options set as in a section.
func nagiosOutput(t *testing.T, n *servers.Nagios, change func(*nagios.Config)) (plugin.Output, *plugin.Env) {
	t.Helper()
	typ, _ := plugin.Lookup("NagiosOutput")
	c := typ.NewConfig().(*nagios.Config)
	c.URL, c.Username, c.Password = n.CmdURL, n.User, n.Password
	c.ResponseHeaderTimeout = 10 * time.Second // a busy machine is no failure
	if change != nil {
		change(c)
	}
	env := &plugin.Env{Hostname: "node-1", TickerInterval: 10 * time.Second, Health: &plugin.Health{}, Metrics: &plugin.Metrics{}}
	o, err := c.NewOutput(env)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.(plugin.Closer).Close() })
	return o, env
}

// status is an item with the status of a check on node-1.
func status(member string, value float64, alarms ...string) plugin.Item {
	d := message.Draft{Type: "heka.sandbox.afd_node_metric", Payload: `{"alarms":[` + strings.Join(alarms, ",") + `]}`}
	d.SetTimestamp(time.Now().UnixNano())
	d.AddFloat("value", "", value)
	d.AddString("node_role", "controller")
	d.AddString("source", member)
	d.AddString("hostname", "node-1")
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		panic(err)
	}
	return plugin.Item{Message: &m}
}

func submit(t *testing.T, o plugin.Output, items ...plugin.Item) []plugin.Item {
	t.Helper()
	if err := o.Deliver(context.Background(), items); err != nil {
		t.Fatal(err)
	}
	for i := range items {
		if why, again := items[i].ToRetry(); again {
			t.Fatalf("item %d is to be tried again: %v", i, why)
		}
	}
	return items
}

func alarm(text string) string {
	return fmt.Sprintf(`{"severity":"CRITICAL","function":"min","metric":"fs_space_percent_free","fields":{"fs":"/"},"operator":"<","value":4,"threshold":5,"message":%q}`, text)
}

func objects(t *testing.T, o nagios.ObjectOptions, services ...string) string {
	t.Helper()
	var list []nagios.Object
	for _, s := range services {
		list = append(list, nagios.Object{Host: "node-1", Service: "controller." + s, Description: "a check; its $1$ notes"})
	}
	list = append(list, nagios.Object{Host: "00-global-clusters-env7", Service: "global-nova"})
	var b strings.Builder
	if err := nagios.WriteObjects(&b, list, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNagiosVerifiesTheObjects(t *testing.T) {
	typ, _ := plugin.Lookup("NagiosOutput")
	o := typ.NewConfig().(*nagios.Config).ObjectOptions("node-1", "node-2", "no'de;3")
	out, err := servers.VerifyNagios(t, objects(t, o, "cpu", "a b", "ü", "x'|;y"))
	if err != nil || !strings.Contains(out, "Checked 8 services") || !strings.Contains(out, "Total Warnings: 0") || !strings.Contains(out, "Total Errors:   0") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestNagiosTakesStatuses(t *testing.T) {
	n := servers.StartNagios(t, objects(t, nagios.ObjectOptions{HeartbeatService: "lma_collector", HeartbeatHosts: []string{"node-1"}}, "cpu", "disk", "long", "odd name"))
	o, env := nagiosOutput(t, n, nil)
	text := strings.Repeat("ü", 100) + ` a|b; "c" <d> & 'e' $f % \ ` + "`"
	items := submit(t, o, status("cpu", 0), status("disk", 3, alarm("The filesystem | is nearly full; see\nthe log")),
		status("long", 4, strings.TrimSuffix(strings.Repeat(alarm(text)+",", 40), ",")), status("odd name", 1), status("unknown", 3))
	if why, refused := items[4].Refused(); !refused || !strings.Contains(why.Error(), `does not know service "controller.unknown" of host "node-1"`) {
		t.Errorf("the unknown service: %v, %v", why, refused)
	}
	if list := env.Health.Conditions(); len(list) != 1 || !strings.Contains(list[0].Text, "node-1 / controller.unknown") {
		t.Errorf("conditions: %v", list)
	}
	n.WaitState(t, "node-1", "controller.cpu", servers.OK, patience)
	n.WaitState(t, "node-1", "controller.disk", servers.Critical, patience)
	n.WaitState(t, "node-1", "controller.long", servers.Critical, patience)
	n.WaitState(t, "node-1", "controller.odd name", servers.Warning, patience)
	if _, output, _ := n.ServiceState("node-1", "controller.disk"); output != "controller.disk CRITICAL" {
		t.Errorf("output %q", output)
	}
	if log := n.Log(); !strings.Contains(log, `;controller.disk;2;controller.disk CRITICAL\nThe filesystem ¦ is nearly full; see\nthe log (CRITICAL, rule='min(fs_space_percent_free[fs="/"])<5', current=4.00)`) {
		t.Errorf("the text is not in\n%s", log)
	}
	submit(t, o, status("disk", 0))
	n.WaitState(t, "node-1", "controller.disk", servers.OK, patience)

	if err := o.(plugin.Ticker).Tick(context.Background(), time.Now()); err != nil {
		t.Fatal(err)
	}
	n.WaitState(t, "node-1", "lma_collector", servers.OK, patience)
}

// Without results, services and the heartbeat leave OK by themselves.
func TestNagiosNoticesSilence(t *testing.T) {
	n := servers.StartNagios(t, objects(t, nagios.ObjectOptions{
		Freshness: 3 * time.Second, HeartbeatService: "lma_collector", HeartbeatHosts: []string{"node-1"}, HeartbeatFreshness: 3 * time.Second,
	}, "cpu"))
	o, _ := nagiosOutput(t, n, nil)
	submit(t, o, status("cpu", 0))
	if err := o.(plugin.Ticker).Tick(context.Background(), time.Now()); err != nil {
		t.Fatal(err)
	}
	n.WaitState(t, "node-1", "controller.cpu", servers.OK, patience)
	n.WaitState(t, "node-1", "controller.cpu", servers.Unknown, patience)
	n.WaitState(t, "node-1", "lma_collector", servers.Critical, patience)
}

func TestNagiosThatDied(t *testing.T) {
	n := servers.StartNagios(t, objects(t, nagios.ObjectOptions{}, "cpu"))
	o, _ := nagiosOutput(t, n, func(c *nagios.Config) { c.ResponseHeaderTimeout = time.Second })
	n.Kill()
	items := []plugin.Item{status("cpu", 3)}
	servers.WaitFor(t, patience, "an error", func() error {
		if err := o.Deliver(context.Background(), items); err == nil {
			return errors.New("a dead Nagios took a result")
		}
		return nil
	})
	n.Start()
	servers.WaitFor(t, patience, "a result taken", func() error { return o.Deliver(context.Background(), items) })
	n.WaitState(t, "node-1", "controller.cpu", servers.Critical, patience)
}

func TestNagiosWrongPassword(t *testing.T) {
	n := servers.StartNagios(t, objects(t, nagios.ObjectOptions{}, "cpu"))
	o, _ := nagiosOutput(t, n, func(c *nagios.Config) { c.Password = "wrong" })
	err := o.Deliver(context.Background(), []plugin.Item{status("cpu", 3)})
	if want := n.CmdURL + " answers 401 Unauthorized; check username and password"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
