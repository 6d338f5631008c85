package servers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"testing"
)

// OpenSearch is a single node without security.
type OpenSearch struct {
	*Daemon
	// URL is the address of the HTTP API, without a path.
	URL string
}

// The runner that starts a node from its Maven artifacts takes ports up to 9299
// only.
const (
	firstSearchPort = 9201
	lastSearchPort  = 9299
)

// StartOpenSearch starts OpenSearch 2, whose bulk API, index templates and data
// streams are those of Elasticsearch 7.
func StartOpenSearch(t testing.TB) *OpenSearch {
	t.Helper()
	Require(t, "opensearch")
	d := newDaemon(t, "opensearch", account{})
	port := reservePort(t, firstSearchPort, lastSearchPort)
	o := &OpenSearch{Daemon: d, URL: "http://" + loopback(port)}
	d.mkdir("config")
	d.write("config/opensearch.yml", fmt.Sprintf(`network.host: 127.0.0.1
transport.port: %d
discovery.type: single-node
cluster.routing.allocation.disk.threshold_enabled: false
`, Port(t)))
	d.args = []string{
		program("java"), "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
		"-Djava.io.tmpdir=" + d.Dir,
		"-cp", filepath.Join(filepath.Dir(cached(t, opensearchMarker)), "lib", "*"),
		"org.codelibs.opensearch.runner.OpenSearchRunner",
		"-basePath", d.Dir, "-confPath", d.path("config"), "-clusterName", filepath.Base(d.Dir),
		// The runner numbers its nodes from 1 and adds the number to the port.
		"-numOfNode", "1", "-baseHttpPort", fmt.Sprint(port - 1),
	}
	d.ready = o.green
	d.Start()
	return o
}

// green reports nil once the node answers under its own name with its shards
// in place.
func (o *OpenSearch) green() error {
	var health struct {
		Cluster string `json:"cluster_name"`
		Status  string
	}
	if err := o.Do(http.MethodGet, "/_cluster/health", nil, &health); err != nil {
		return err
	}
	if health.Cluster != filepath.Base(o.Dir) || health.Status == "red" {
		return fmt.Errorf("cluster %q is %s", health.Cluster, health.Status)
	}
	return nil
}

// Do sends a request with a JSON (or, for _bulk, NDJSON) body and decodes the
// answer into result unless that is nil. A status of 300 or more is an error.
func (o *OpenSearch) Do(method, path string, body []byte, result any) error {
	req, err := http.NewRequest(method, o.URL+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: status %d: %s", method, path, resp.StatusCode, answer)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer, result)
}

// Search refreshes an index (or pattern) and gives the documents that a query
// string finds, at most 1000, by their id. An index that does not exist yet has
// none.
func (o *OpenSearch) Search(index, query string) (map[string]json.RawMessage, error) {
	if err := o.Do(http.MethodPost, "/"+index+"/_refresh?ignore_unavailable=true", nil, nil); err != nil {
		return nil, err
	}
	request, err := json.Marshal(map[string]any{
		"size": 1000, "query": map[string]any{"query_string": map[string]string{"query": query}},
	})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Hits struct {
			Hits []struct {
				ID     string          `json:"_id"`
				Source json.RawMessage `json:"_source"`
			}
		}
	}
	if err := o.Do(http.MethodPost, "/"+index+"/_search?ignore_unavailable=true", request, &answer); err != nil {
		return nil, err
	}
	found := make(map[string]json.RawMessage, len(answer.Hits.Hits))
	for _, hit := range answer.Hits.Hits {
		found[hit.ID] = hit.Source
	}
	return found, nil
}
