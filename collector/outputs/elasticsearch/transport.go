package elasticsearch

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/url"
	"strings"

	"lma_collector/collector/httpclient"
)

// transport is what the API functions of the Elasticsearch client send requests through. It is not
// the client's own, which retries and refuses servers that are not Elastic's.
type transport struct {
	server         *url.URL
	user, password string
	apiKey         string
	client         *http.Client
	body           *httpclient.Body // of the next request
	compressed     bool
}

// Perform sends a request of the API to the server.
func (t *transport) Perform(req *http.Request) (*http.Response, error) {
	path := req.URL.Path
	req.URL.Scheme, req.URL.Host = t.server.Scheme, t.server.Host
	req.URL.Path = strings.TrimSuffix(t.server.Path, "/") + path
	req.Host = ""
	req.Header.Set("Content-Type", "application/x-ndjson")
	req.Header.Set("Accept", "application/json")
	if t.compressed {
		req.Header.Set("Content-Encoding", "gzip")
	}
	switch {
	case t.apiKey != "":
		req.Header.Set("Authorization", "ApiKey "+t.apiKey)
	case t.user != "":
		req.SetBasicAuth(t.user, t.password)
	}
	t.body.Attach(req)
	return t.client.Do(req)
}

// compress makes one compressed piece of the pieces, in the memory of buf.
func compress(buf *bytes.Buffer, z *gzip.Writer, pieces [][]byte) {
	buf.Reset()
	z.Reset(buf)
	for _, p := range pieces {
		_, _ = z.Write(p) // a buffer takes everything
	}
	_ = z.Close()
}
