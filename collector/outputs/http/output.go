package http

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"lma_collector/collector/httpclient"
	"lma_collector/collector/plugin"
)

// Output is the plugin. One goroutine uses it.
type Output struct {
	config         Config
	method         string
	address        *url.URL
	user, password string
	client         *http.Client
}

var (
	_ plugin.Output = (*Output)(nil)
	_ plugin.Closer = (*Output)(nil)
)

// maxAnswer is how much of an answer is read, in bytes; a connection with more is not used again.
const maxAnswer = 64 << 10

// Deliver sends one request for each item, in order, until one has to be tried again.
func (o *Output) Deliver(ctx context.Context, items []plugin.Item) error {
	if o.client == nil {
		client, err := httpclient.New(httpclient.Options{TLS: o.config.TLS, ConnectTimeout: o.config.HTTPTimeout, Timeout: o.config.HTTPTimeout})
		if err != nil {
			return err
		}
		o.client = client
	}
	for i := range items {
		err := o.send(ctx, items[i].Data)
		var refused *refusal
		switch {
		case errors.As(err, &refused):
			items[i].Refuse(err)
		case err != nil:
			return err
		default:
			items[i].Accept()
		}
	}
	return nil
}

func (o *Output) send(ctx context.Context, data []byte) error {
	req, err := http.NewRequestWithContext(ctx, o.method, o.address.String(), nil)
	if err != nil {
		return httpclient.Failure(o.address, err)
	}
	body := httpclient.NewBody(data)
	defer body.Release()
	if o.method != http.MethodGet {
		body.Attach(req)
	}
	for name, values := range o.config.Headers {
		if strings.EqualFold(name, "Host") {
			req.Host = strings.Join(values, "")
			continue
		}
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	if o.user != "" || o.password != "" {
		req.SetBasicAuth(o.user, o.password)
	}
	resp, err := o.client.Do(req)
	if err != nil {
		return httpclient.Failure(o.address, err)
	}
	answer, err := httpclient.Take(resp, maxAnswer)
	if err != nil && answer.Status >= 300 {
		return httpclient.Failure(o.address, err)
	}
	return o.judge(answer)
}

// refusal is an answer that will not change: the request itself is at fault.
type refusal struct{ error }

// judge turns a status into an error. What the configuration or the server's condition causes is
// tried again: only the other client errors are about the message.
func (o *Output) judge(a *httpclient.Answer) error {
	if a.Status >= 200 && a.Status < 300 {
		return nil
	}
	advice := ""
	switch a.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		advice = "; check username and password"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		advice = "; check address and method"
	}
	if a.Status >= 300 && a.Status < 400 {
		advice = "; redirects are not followed, set address to where it points"
	}
	err := fmt.Errorf("%s answers %s%s", httpclient.Redacted(o.address), a, advice)
	switch a.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusProxyAuthRequired, http.StatusTooEarly:
		return err
	}
	if a.Status >= 400 && a.Status < 500 {
		return &refusal{err}
	}
	return err
}

// Close drops the connection.
func (o *Output) Close() error {
	if o.client != nil {
		o.client.CloseIdleConnections()
	}
	return nil
}
