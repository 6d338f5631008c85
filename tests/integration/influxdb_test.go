package integration

import (
	"encoding/json"
	"fmt"
	"testing"

	"lma_collector/tests/servers"
)

// influxSection is an output of everything, quick enough for a test.
func influxSection(db *servers.InfluxDB) string {
	return fmt.Sprintf(`
[influxdb_output]
type = "InfluxDBOutput"
server = %q
database = "lma"
flush_interval = 200
retries = { max_delay = "500ms" }
`, db.URL)
}

// count is how many points of a measurement a condition holds for.
func count(db *servers.InfluxDB, measurement, where string) (int64, error) {
	series, err := db.Query("lma", fmt.Sprintf("SELECT count(value) FROM %s WHERE %s", measurement, where))
	if err != nil || len(series) == 0 {
		return 0, err
	}
	return series[0].Values[0][1].(json.Number).Int64()
}

func expectPoint(t *testing.T, db *servers.InfluxDB, measurement, where string) {
	t.Helper()
	servers.WaitFor(t, patience, fmt.Sprintf("a point of %s with %s", measurement, where), func() error {
		n, err := count(db, measurement, where)
		if err == nil && n == 0 {
			err = fmt.Errorf("none")
		}
		return err
	})
}

// The statuses of hosts and clusters are series of InfluxDB, with the tags that dashboards ask for.
func TestStatusesReachInfluxDB(t *testing.T) {
	t.Parallel()
	db := servers.StartInfluxDB(t)
	db.CreateDatabase("lma")
	listen := fmt.Sprintf("127.0.0.1:%d", servers.Port(t))
	c := configure(t, healthSections(t, listen)+influxSection(db))
	d := postDisk(t, listen, 50)
	c.Start()
	statuses := func(value int) {
		t.Helper()
		expectPoint(t, db, "node_status", fmt.Sprintf("value = %d AND node_role = 'controller' AND source = 'root-fs' AND hostname = 'ctl1'", value))
		expectPoint(t, db, "cluster_node_status", fmt.Sprintf("value = %d AND cluster_name = 'controller'", value))
		expectPoint(t, db, "cluster_status", fmt.Sprintf("value = %d AND cluster_name = 'system'", value))
	}
	statuses(0)
	expectPoint(t, db, "service_status", "value = 0 AND service = 'nova-logs' AND source = 'error' AND hostname = 'ctl1'")
	expectPoint(t, db, "cluster_service_status", "value = 0 AND cluster_name = 'nova-logs'")
	d.free.Store(3)
	statuses(3)
	if n, err := c.counter("influxdb_output", "refused"); err != nil || n != 0 {
		t.Errorf("%d points were refused (%v)", n, err)
	}
}

// A dead InfluxDB holds up neither alarms nor those who send metrics; when it is back it gets what it
// has missed, and every message is accounted for.
func TestDeadInfluxDB(t *testing.T) {
	t.Parallel()
	db := servers.StartInfluxDB(t)
	db.CreateDatabase("lma")
	listen := fmt.Sprintf("127.0.0.1:%d", servers.Port(t))
	c := configure(t, healthSections(t, listen)+influxSection(db))
	d := postDisk(t, listen, 50)
	c.Start()
	expectPoint(t, db, "fs_space_percent_free", "value = 50")
	c.waitCluster("global", "system", "OKAY")

	db.Kill()
	d.free.Store(3)
	c.waitComplaint("influxdb_output", "delivery fails and is tried again", "connection refused")
	c.waitCluster("global", "system", "CRITICAL")
	d.free.Store(60)
	c.waitCluster("global", "system", "OKAY")
	before := d.answers() // collectd must not have to wait
	servers.WaitFor(t, patience, "answers while InfluxDB is dead", func() error {
		if n := d.answers() - before; n < 5 {
			return fmt.Errorf("%d", n)
		}
		return nil
	})
	if n, err := c.counter("collectd_httplisten", "decode_failures"); err != nil || n != 0 {
		t.Errorf("%d bodies could not be decoded (%v)", n, err)
	}

	db.Start()
	expectPoint(t, db, "fs_space_percent_free", "value = 60")
	c.waitContent("influxdb_output", patience)
	servers.WaitFor(t, patience, "every value of the outage", func() error {
		n, err := count(db, "fs_space_percent_free", "value = 3")
		if want := d.times(3); err == nil && n != int64(want) {
			err = fmt.Errorf("%d points of %d values", n, want)
		}
		return err
	})
	servers.WaitFor(t, patience, "an account of every message", func() error {
		p, err := c.plugin("influxdb_output")
		if err != nil {
			return err
		}
		sum := p.Queue.Messages
		for _, name := range []string{"delivered", "refused", "dropped_full", "dropped_injected", "left_out", "encode_failures"} {
			sum += p.number(name)
		}
		if matched := p.number("matched"); sum != matched {
			return fmt.Errorf("%d of %d", sum, matched)
		}
		return nil
	})
	for _, name := range []string{"refused", "dropped_full", "dropped_injected", "encode_failures", "blocked"} {
		if n, err := c.counter("influxdb_output", name); err != nil || n != 0 {
			t.Errorf("%s is %d (%v)", name, n, err)
		}
	}
}
