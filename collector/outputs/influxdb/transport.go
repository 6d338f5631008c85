package influxdb

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"

	"lma_collector/collector/httpclient"
)

// connection is the client and what its requests go through. The client's own retries and batches
// are not used: they are the runner's. One goroutine uses it.
type connection struct {
	server         *url.URL // without credentials
	user, password string
	base           http.RoundTripper
	write          func(context.Context) error // makes the request of the chosen API; its body is put in by RoundTrip

	gzip   bool
	zip    *gzip.Writer
	zipped bytes.Buffer

	body   *httpclient.Body   // of the next request
	answer *httpclient.Answer // to the last request, nil when it was a success or there was none
}

// maxAnswer bounds an answer in bytes: one error text for each line of a request.
const maxAnswer = 4 << 20

func connect(c *Config, server *url.URL, user, password string) (*connection, error) {
	client, err := httpclient.New(httpclient.Options{TLS: c.TLS, ConnectTimeout: c.ConnectTimeout, Timeout: c.Timeout})
	if err != nil {
		return nil, err
	}
	k := &connection{server: server, user: user, password: password, base: client.Transport, gzip: c.Gzip}
	client.Transport = k
	options := influxdb2.DefaultOptions().SetHTTPClient(client).SetMaxRetries(0).SetApplicationName("lma_collector")
	options.SetPrecision(map[string]time.Duration{"ns": time.Nanosecond, "us": time.Microsecond, "s": time.Second}[c.TimePrecision])
	if c.TimePrecision == "ms" {
		options.SetPrecision(time.Millisecond)
	}
	api := influxdb2.NewClientWithOptions(server.String(), c.Token, options)
	if c.v2() {
		writer := api.WriteAPIBlocking(c.Org, c.Bucket)
		k.write = func(ctx context.Context) error { return writer.WriteRecord(ctx, "") }
		return k, nil
	}
	service, address := api.HTTPService(), c.writeURL(server)
	k.write = func(ctx context.Context) error {
		if err := service.DoPostRequest(ctx, address, http.NoBody, nil, closeBody); err != nil {
			return err
		}
		return nil
	}
	return k, nil
}

// writeURL is the address of the 1.x API, which the client does not know.
func (c *Config) writeURL(server *url.URL) string {
	q := url.Values{}
	q.Set("db", c.Database)
	if c.Database == "" {
		q.Set("db", defaultDatabase)
	}
	if c.RetentionPolicy != "" {
		q.Set("rp", c.RetentionPolicy)
	}
	precision := c.TimePrecision
	switch precision {
	case "ns":
		precision = "n"
	case "us":
		precision = "u"
	}
	q.Set("precision", precision)
	return strings.TrimSuffix(server.String(), "/") + "/write?" + q.Encode()
}

func closeBody(r *http.Response) error { return r.Body.Close() }

// post sends pieces of line protocol. The answer is nil when all of it was written.
func (k *connection) post(ctx context.Context, pieces [][]byte) (*httpclient.Answer, error) {
	if k.gzip {
		pieces = [][]byte{k.compress(pieces)}
	}
	k.body, k.answer = httpclient.NewBody(pieces...), nil
	defer k.body.Release()
	err := k.write(ctx)
	switch {
	case k.answer != nil:
		return k.answer, nil
	case err != nil:
		return nil, httpclient.Failure(k.server, err)
	}
	return nil, nil
}

func (k *connection) compress(pieces [][]byte) []byte {
	if k.zip == nil {
		k.zip, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed)
	}
	k.zipped.Reset()
	k.zip.Reset(&k.zipped)
	for _, p := range pieces {
		_, _ = k.zip.Write(p) // a buffer takes everything
	}
	_ = k.zip.Close()
	return k.zipped.Bytes()
}

// RoundTrip sends a request with our body, and keeps the answer unless it is a success: the client
// would read only some forms of it, and without a limit.
func (k *connection) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	k.body.Attach(req)
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	if k.gzip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	if k.user != "" {
		req.SetBasicAuth(k.user, k.password)
	}
	resp, err := k.base.RoundTrip(req)
	if err != nil || resp.StatusCode/100 == 2 {
		return resp, err
	}
	k.answer, _ = httpclient.Take(resp, maxAnswer) // one that breaks off still has its status
	resp.Body = io.NopCloser(bytes.NewReader(nil))
	return resp, nil
}

// CloseIdleConnections drops the connections.
func (k *connection) CloseIdleConnections() {
	if c, can := k.base.(interface{ CloseIdleConnections() }); can {
		c.CloseIdleConnections()
	}
}
