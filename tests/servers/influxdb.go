package servers

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// InfluxDB is a server without authentication.
type InfluxDB struct {
	*Daemon
	// URL is the address of the HTTP API, without a path.
	URL string
}

// StartInfluxDB starts InfluxDB 1.8, which speaks the v1 API and the write and
// query parts of the v2 API.
func StartInfluxDB(t testing.TB) *InfluxDB {
	t.Helper()
	Require(t, "influxdb")
	return startInfluxDB(t, cached(t, influxBinary))
}

// StartInfluxDB16 starts InfluxDB 1.6, which has no v2 API.
func StartInfluxDB16(t testing.TB) *InfluxDB {
	t.Helper()
	Require(t, "influxdb16")
	return startInfluxDB(t, "/usr/bin/influxd")
}

func startInfluxDB(t testing.TB, binary string) *InfluxDB {
	t.Helper()
	d := newDaemon(t, "influxdb", account{})
	port := Port(t)
	conf := d.write("influx.conf", fmt.Sprintf(`reporting-disabled = true
bind-address = %q
[meta]
  dir = %q
[data]
  dir = %q
  wal-dir = %q
[http]
  bind-address = %q
  log-enabled = false
[monitor]
  store-enabled = false
`, loopback(Port(t)), d.path("meta"), d.path("data"), d.path("wal"), loopback(port)))
	i := &InfluxDB{Daemon: d, URL: "http://" + loopback(port)}
	d.args = []string{binary, "run", "-config", conf}
	d.ready = answersHTTP(i.URL+"/ping", http.StatusNoContent)
	d.Start()
	return i
}

// Series is one series of a query's result.
type Series struct {
	Name    string            `json:"name"`
	Tags    map[string]string `json:"tags"`
	Columns []string          `json:"columns"`
	Values  [][]any           `json:"values"`
}

// CreateDatabase creates a database with the retention policy autogen.
func (i *InfluxDB) CreateDatabase(name string) {
	i.t.Helper()
	if _, err := i.Query("", fmt.Sprintf("CREATE DATABASE %q", name)); err != nil {
		i.t.Fatalf("influxdb: %v", err)
	}
}

// Query runs InfluxQL statements on database db and gives all their series.
// Numbers are json.Number, times are nanoseconds since 1970.
func (i *InfluxDB) Query(db, influxql string) ([]Series, error) {
	form := url.Values{"db": {db}, "q": {influxql}, "epoch": {"ns"}}
	resp, err := client.PostForm(i.URL+"/query", form)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Error   string
		Results []struct {
			Error  string
			Series []Series
		}
	}
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	if err := decoder.Decode(&answer); err != nil {
		return nil, fmt.Errorf("status %d: %w: %s", resp.StatusCode, err, body)
	}
	if answer.Error != "" {
		return nil, errors.New(answer.Error)
	}
	var series []Series
	for _, r := range answer.Results {
		if r.Error != "" {
			return nil, errors.New(r.Error)
		}
		series = append(series, r.Series...)
	}
	return series, nil
}
