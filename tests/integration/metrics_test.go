package integration

import (
	"fmt"
	"testing"
	"time"

	"lma_collector/tests/servers"
)

// collectd's values reach InfluxDB under LMA's names.
func TestCollectdToInfluxDB(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB) *servers.InfluxDB{"1.8": servers.StartInfluxDB, "1.6": servers.StartInfluxDB16} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := start(t)
			db.CreateDatabase("lma")
			listen := fmt.Sprintf("127.0.0.1:%d", servers.Port(t))
			c := configure(t, fmt.Sprintf(`
[collectd_httplisten]
type = "HttpListenInput"
address = %q
decoder = "collectd_decoder"
[collectd_decoder]
type = "CollectdDecoder"
[influxdb_output]
type = "InfluxDBOutput"
server = %q
database = "lma"
flush_interval = 200
`, listen, db.URL))
			c.Start()
			servers.StartCollectd(t, "http://"+listen+"/", "load", "cpu", "memory", "interface")
			for _, q := range []string{
				"SELECT last(value) FROM cpu_idle WHERE cpu_number = '0'",
				"SELECT last(value) FROM load_shortterm",
				"SELECT last(value) FROM memory_used",
				"SELECT last(value) FROM if_octets_rx GROUP BY interface",
			} {
				servers.WaitFor(t, 30*time.Second, q, func() error {
					series, err := db.Query("lma", q)
					if err == nil && len(series) == 0 {
						return fmt.Errorf("no series")
					}
					return err
				})
			}
			if n, err := c.counter("influxdb_output", "refused"); err != nil || n != 0 {
				t.Errorf("%d values were refused (%v)", n, err)
			}
		})
	}
}
