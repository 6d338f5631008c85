package integration

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lma_collector/tests/servers"
)

// A service of Nagios.
type service struct{ host, name string }

var (
	rootFS       = service{"ctl1", "controller.root-fs"}
	novaErrors   = service{"ctl1", "nova-logs.error"}
	heartbeat    = service{"ctl1", "lma_collector"}
	controllers  = service{"00-node-clusters", "nodes-controller"}
	novaLogs     = service{"00-service-clusters", "services-nova-logs"}
	globalSystem = service{"00-global-clusters", "global-system"}
	globalNova   = service{"00-global-clusters", "global-nova"}
)

func (w *watched) expect(state int, list ...service) {
	w.t.Helper()
	for _, s := range list {
		w.nagios.WaitState(w.t, s.host, s.name, state, patience)
		w.t.Logf("%s: state %d at %s", s.name, state, time.Now().UTC().Format(time.TimeOnly))
	}
}

// never fails the test if Nagios was told that state of a service since its log had that length.
func (w *watched) never(state, since int, list ...service) {
	w.t.Helper()
	log := w.nagios.Log()[since:]
	for _, s := range list {
		if strings.Contains(log, fmt.Sprintf(";%s;%s;%d;", s.host, s.name, state)) {
			w.t.Errorf("%s of %s was reported as %d:\n%s", s.name, s.host, state, log)
		}
	}
}

// neverRefused fails the test if Nagios did not know a service, or the output had to drop something.
func (w *watched) neverRefused() {
	w.t.Helper()
	for _, name := range []string{"refused", "dropped_full", "dropped_injected"} {
		if n, err := w.counter("nagios_output", name); err != nil || n != 0 {
			w.t.Errorf("nagios_output: %s is %d (%v)", name, n, err)
		}
	}
}

// A filesystem that fills up turns Nagios CRITICAL, on the host and for the cloud, and back.
func TestFaultReachesNagios(t *testing.T) {
	t.Parallel()
	w := watch(t, nil)
	d := postDisk(t, w.listen, 50)
	w.Start()
	w.expect(servers.OK, rootFS, controllers, globalSystem, heartbeat)

	d.free.Store(3)
	w.expect(servers.Critical, rootFS, controllers, globalSystem)
	w.never(servers.Critical, 0, novaErrors, globalNova, heartbeat)
	t.Logf("CRITICAL in Nagios %v after the first bad value, for the cloud %v", w.delay(d, 3, rootFS, servers.Critical), w.delay(d, 3, globalSystem, servers.Critical))
	if log := w.nagios.Log(); !strings.Contains(log, `controller.root-fs CRITICAL\nThe root filesystem is nearly full (CRITICAL, rule='min(fs_space_percent_free[fs="/"])<5', current=3.00)`) {
		t.Errorf("the reason is not in Nagios's log:\n%s", log)
	}
	if log := w.nagios.Log(); !strings.Contains(log, `;global-system;2;global-system CRITICAL\nThe root filesystem is nearly full (CRITICAL, rule='min(fs_space_percent_free[fs="/"])<5', current=3.00, host=ctl1)`) {
		t.Errorf("the cloud's reason is not in Nagios's log:\n%s", log)
	}

	d.free.Store(8)
	w.expect(servers.Warning, rootFS, controllers, globalSystem)
	d.free.Store(50)
	w.expect(servers.OK, rootFS, controllers, globalSystem)
	w.neverRefused()
}

// Errors in a log file turn Nagios WARNING, and back when they cease.
func TestLogErrorsReachNagios(t *testing.T) {
	t.Parallel()
	w := watch(t, func(c *collector) string {
		return logSection(c.within("logs/nova-compute.log"), "nova_nova-compute", "OpenStackLogDecoder")
	})
	failing := logErrors(t, w.collector, "logs/nova-compute.log")
	postDisk(t, w.listen, 50)
	w.Start()
	w.expect(servers.OK, novaErrors, novaLogs, globalNova)
	failing.Store(true)
	w.expect(servers.Warning, novaErrors, novaLogs, globalNova)
	w.never(servers.Warning, 0, rootFS, globalSystem)
	if _, output, _ := w.nagios.ServiceState(novaErrors.host, novaErrors.name); output != "nova-logs.error WARN" {
		t.Errorf("output %q", output)
	}
	failing.Store(false)
	w.expect(servers.OK, novaErrors, novaLogs, globalNova)
	noDecodeFailures(t, w.collector)
	w.neverRefused()
}

// A collector that is killed is noticed by Nagios, by every service; after its restart nothing is OK
// before it is: the filesystem has filled up meanwhile.
func TestNagiosNoticesADeadCollector(t *testing.T) {
	t.Parallel()
	w := watch(t, nil)
	d := postDisk(t, w.listen, 50)
	w.Start()
	w.expect(servers.OK, rootFS, controllers, globalSystem, heartbeat)

	w.Kill()
	w.expect(servers.Critical, heartbeat)
	w.expect(servers.Unknown, rootFS, controllers, globalSystem, novaErrors, globalNova)

	d.free.Store(3)
	marks := len(w.nagios.Log())
	w.Start()
	w.expect(servers.OK, heartbeat)
	w.expect(servers.Critical, rootFS, controllers, globalSystem)
	w.never(servers.OK, marks, rootFS, controllers, globalSystem) // the filesystem was full all the time
	d.free.Store(50)
	w.expect(servers.OK, rootFS, controllers, globalSystem, heartbeat)
	w.neverRefused()
}

// What nagios-config writes, for one host and for a cloud, is a configuration that Nagios takes
// without a warning.
func TestNagiosTakesTheObjects(t *testing.T) {
	t.Parallel()
	c := configure(t, nagiosSection("http://127.0.0.1:1/", "u", "p"))
	c.copyShipped("filter-afd.toml", "filter-gse.toml")
	for _, args := range [][]string{
		nil,
		{"--host", "ctl1=controller,rabbitmq-nodes,mysql-nodes", "--host", "cmp1=compute", "--host", "mon1=elasticsearch-nodes,influxdb-nodes"},
	} {
		text, errText, code := c.run(append([]string{"nagios-config", "--config", c.conf}, args...)...)
		if code != 0 {
			t.Fatalf("%v: exit code %d, %s", args, code, errText)
		}
		out, err := servers.VerifyNagios(t, text)
		if err != nil || !strings.Contains(out, "Total Warnings: 0") || !strings.Contains(out, "Total Errors:   0") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	if _, errText, code := c.run("nagios-config", "--config", c.conf, "--host", "ctl1=controler"); code != 2 || !strings.Contains(errText, `no watch is for the role "controler"`) {
		t.Errorf("a wrong role: exit code %d, %s", code, errText)
	}
}
