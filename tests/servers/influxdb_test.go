package servers

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

func post(t *testing.T, url, body string) int {
	t.Helper()
	resp, err := client.Post(url, "text/plain", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func TestInfluxDBTakesWritesOfBothAPIs(t *testing.T) {
	i := StartInfluxDB(t)
	i.CreateDatabase("lma")
	writesAndQueries(t, i)
	const line = "cpu_idle,hostname=b value=7 2000000000"
	if got := post(t, i.URL+"/api/v2/write?bucket=lma/autogen&precision=ns", line); got != http.StatusNoContent {
		t.Errorf("v2 write: status %d, want 204", got)
	}
	series, err := i.Query("lma", "SELECT value FROM cpu_idle WHERE hostname='b'")
	if err != nil || len(series) != 1 {
		t.Errorf("the point of the v2 API: %v, %v", series, err)
	}
	listensOnLoopbackOnly(t, i.Daemon, portOf(t, i.URL))
}

func TestInfluxDB16HasNoV2API(t *testing.T) {
	i := StartInfluxDB16(t)
	i.CreateDatabase("lma")
	writesAndQueries(t, i)
	if got := post(t, i.URL+"/api/v2/write?bucket=lma/autogen", "a b=1"); got != http.StatusNotFound {
		t.Errorf("v2 write: status %d, want 404", got)
	}
	listensOnLoopbackOnly(t, i.Daemon, portOf(t, i.URL))
}

// writesAndQueries proves the v1 API, and that points outlive a kill.
func writesAndQueries(t *testing.T, i *InfluxDB) {
	t.Helper()
	const line = "cpu_idle,hostname=a value=42.5 1000000000"
	if got := post(t, i.URL+"/write?db=lma", line); got != http.StatusNoContent {
		t.Errorf("v1 write: status %d, want 204", got)
	}
	if got := post(t, i.URL+"/write?db=lma", "cpu_idle value="); got != http.StatusBadRequest {
		t.Errorf("v1 write of a bad line: status %d, want 400", got)
	}
	i.Kill()
	i.Start()
	series, err := i.Query("lma", "SELECT value FROM cpu_idle GROUP BY hostname")
	if err != nil {
		t.Fatal(err)
	}
	if len(series) != 1 || series[0].Tags["hostname"] != "a" || len(series[0].Values) != 1 {
		t.Fatalf("series %+v, want one of hostname a with one value", series)
	}
	value, err := strconv.ParseFloat(fmt.Sprint(series[0].Values[0][1]), 64)
	if err != nil || value != 42.5 {
		t.Errorf("value %v, want 42.5", series[0].Values[0][1])
	}
	if _, err := i.Query("lma", "SELEKT"); err == nil {
		t.Error("Query of bad InfluxQL: no error")
	}
}
