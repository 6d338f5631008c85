package elasticsearch

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"lma_collector/collector/httpclient"
	"lma_collector/collector/plugin"
)

// Output is the plugin. One goroutine uses it.
type Output struct {
	config    Config
	transport *transport
	existing  *plugin.Number

	pieces [][]byte
	zipped bytes.Buffer
	zip    *gzip.Writer
}

var (
	_ plugin.Output  = (*Output)(nil)
	_ plugin.Batcher = (*Output)(nil)
	_ plugin.Closer  = (*Output)(nil)
)

// filterPath leaves out of the answer what is not needed to judge the items.
var filterPath = []string{"errors", "items.*.status", "items.*.error.type", "items.*.error.reason", "items.*.error.caused_by.reason"}

// maxAnswer bounds an answer in bytes; one with a full error text for each item is far smaller.
const maxAnswer = 64 << 20

// Deliver sends the items as one bulk request, or as several where the server finds one too large.
func (o *Output) Deliver(ctx context.Context, items []plugin.Item) error {
	if o.transport.client == nil {
		client, err := httpclient.New(httpclient.Options{
			TLS: o.config.TLS, ConnectTimeout: o.config.ConnectTimeout, Timeout: o.config.HTTPTimeout,
			DisableKeepAlives: o.config.HTTPDisableKeepalives,
		})
		if err != nil {
			return err
		}
		o.transport.client = client
	}
	return o.send(ctx, items)
}

func (o *Output) send(ctx context.Context, items []plugin.Item) error {
	answer, err := o.post(ctx, items)
	if err != nil {
		return err
	}
	if tooLarge(answer) || malformed(answer) {
		return o.divide(ctx, items, answer)
	}
	if err := o.judgeStatus(answer); err != nil {
		return err
	}
	return o.judgeItems(answer.Body, items)
}

// post makes the request.
func (o *Output) post(ctx context.Context, items []plugin.Item) (*httpclient.Answer, error) {
	o.pieces = o.pieces[:0]
	for i := range items {
		o.pieces = append(o.pieces, items[i].Data)
	}
	o.transport.compressed = o.config.Gzip
	if o.config.Gzip {
		if o.zip == nil {
			o.zip, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed)
		}
		compress(&o.zipped, o.zip, o.pieces)
		o.pieces = append(o.pieces[:0], o.zipped.Bytes())
	}
	body := httpclient.NewBody(o.pieces...)
	defer body.Release()
	o.transport.body = body
	resp, err := esapi.BulkRequest{Body: http.NoBody, FilterPath: filterPath}.Do(ctx, o.transport)
	if err != nil {
		return nil, httpclient.Failure(o.transport.server, err)
	}
	text := fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	answer, err := httpclient.Take(&http.Response{StatusCode: resp.StatusCode, Status: text, Body: resp.Body, Header: resp.Header}, maxAnswer)
	if err != nil {
		return nil, httpclient.Failure(o.transport.server, err)
	}
	return answer, nil
}

func tooLarge(a *httpclient.Answer) bool { return a.Status == http.StatusRequestEntityTooLarge }

// malformed tells whether the server could not read the request: one item may spoil it for all. Other
// servers, such as a proxy that expects TLS, would refuse whatever is sent, and without this form.
func malformed(a *httpclient.Answer) bool {
	var said struct {
		Error json.RawMessage `json:"error"`
	}
	return a.Status == http.StatusBadRequest && json.Unmarshal(a.Body, &said) == nil && said.Error != nil
}

// divide sends the halves of a request that the server refused as a whole; a single item is refused.
func (o *Output) divide(ctx context.Context, items []plugin.Item, answer *httpclient.Answer) error {
	if len(items) > 1 {
		half := len(items) / 2
		settle(items[:half], o.send(ctx, items[:half]))
		return o.send(ctx, items[half:])
	}
	if tooLarge(answer) {
		items[0].Refuse(fmt.Errorf("its %d bytes are more than the server takes (%s)", len(items[0].Data), answer))
	} else {
		items[0].Refuse(fmt.Errorf("the server cannot read it: %s", answer))
	}
	return nil
}

// settle applies what send returned to the items that it did not judge one by one.
func settle(items []plugin.Item, err error) {
	for i := range items {
		it := &items[i]
		_, refused := it.Refused()
		_, retried := it.ToRetry()
		switch {
		case refused, retried, it.Accepted():
		case err != nil:
			it.Retry(err)
		default:
			it.Accept()
		}
	}
}

// judgeStatus gives the error of an answer that says nothing of single items.
func (o *Output) judgeStatus(a *httpclient.Answer) error {
	advice := ""
	switch {
	case a.Status == http.StatusOK:
		return nil
	case a.Status == http.StatusBadRequest:
		advice = "; is server the address of Elasticsearch or OpenSearch itself, with https where it is demanded?"
	case a.Status == http.StatusUnauthorized:
		advice = "; check username and password or api_key"
	case a.Status == http.StatusForbidden:
		advice = "; the user needs the right to create documents in these indices"
	case a.Status == http.StatusNotFound:
		advice = "; is server the address of Elasticsearch or OpenSearch itself?"
	case a.Status >= 300 && a.Status < 400:
		advice = "; redirects are not followed, set server to where it points"
	}
	return fmt.Errorf("%s answers %s%s", httpclient.Redacted(o.transport.server), a, advice)
}

// Close drops the connections.
func (o *Output) Close() error {
	if o.transport.client != nil {
		o.transport.client.CloseIdleConnections()
	}
	return nil
}

var errNoResult = errors.New("gives no bulk result; is server the address of Elasticsearch or OpenSearch itself?")
