package nagios

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lma_collector/collector/httpclient"
	"lma_collector/collector/tlsconfig"
)

// sender submits results. It sets each result's err; the error it returns is about the way to Nagios
// and concerns all results from the first that is not done.
type sender interface {
	submit(ctx context.Context, list []*result, limit int) (done int, err error)
	close()
}

// refusal is an error that will last until somebody changes Nagios's configuration.
type refusal struct{ error }

// cgi is cmd.cgi. Patched versions demand an id with its cookie, which a first request fetches and
// all later ones use; others take the plain form.
type cgi struct {
	address        *url.URL
	user, password string
	tls            tlsconfig.Config
	timeout        time.Duration
	client         *http.Client

	form   string // the id, "" while none was demanded
	cookie []*http.Cookie
	limit  int // bytes of text that it takes, 0 while that is not known
}

const (
	maxPage = 256 << 10 // bytes
	// cgiTextLimit is what cmd.cgi takes: fields of 1023 bytes (its MAX_INPUT_BUFFER less two) and more it skips.
	cgiTextLimit = 1022
)

func (c *cgi) submit(ctx context.Context, list []*result, limit int) (done int, err error) {
	if c.client == nil {
		c.client, err = httpclient.New(httpclient.Options{
			TLS: c.tls, ConnectTimeout: c.timeout, HeaderTimeout: c.timeout, Timeout: 2 * c.timeout,
		})
		if err != nil {
			return 0, err
		}
	}
	for i, r := range list {
		if err := c.one(ctx, r, limit); err != nil {
			return i, err
		}
	}
	return len(list), nil
}

// one submits a result. It is tried again at most twice: with a form id, with a shorter text.
func (c *cgi) one(ctx context.Context, r *result, limit int) error {
	for range 3 {
		if c.limit > 0 {
			limit = min(limit, c.limit)
		}
		text := truncate(r.text, limit)
		page, err := c.post(ctx, r, text)
		if err != nil {
			return err
		}
		v := judgePage(page)
		switch {
		case v == needsForm:
			if err := c.fetchForm(ctx, r); err != nil {
				return err
			}
			continue
		case v == blankOutput && len(text) > cgiTextLimit:
			c.limit = cgiTextLimit
			continue
		}
		r.err = c.explain(v, r, page)
		return nil
	}
	return fmt.Errorf("%s demands a form id and does not take the one that it gave", httpclient.Redacted(c.address))
}

// explain is the error of a verdict on a result.
func (c *cgi) explain(v verdict, r *result, page []byte) error {
	switch v {
	case taken:
		return nil
	case unauthorized:
		return &refusal{fmt.Errorf("does not know service %s, or user %q may not submit results for it", r, c.user)}
	case notCommitted:
		return fmt.Errorf("%s cannot pass on the result of service %s: does Nagios run, with check_external_commands=1? It says: %s",
			httpclient.Redacted(c.address), r, pageText(page))
	}
	return fmt.Errorf("%s answers the result of service %s with: %s", httpclient.Redacted(c.address), r, pageText(page))
}

// formBody is what is posted. The text comes last: one that is too long is skipped, and with it what follows.
func formBody(id string, r *result, text string) string {
	head := ""
	if id != "" {
		head = "nagFormId=" + url.QueryEscape(id) + "&"
	}
	return head + "cmd_typ=30&cmd_mod=2&host=" + url.QueryEscape(r.host) + "&service=" + url.QueryEscape(r.service) +
		"&plugin_state=" + strconv.Itoa(r.state) + "&performance_data=&plugin_output=" + url.QueryEscape(text)
}

// post sends the form.
func (c *cgi) post(ctx context.Context, r *result, text string) ([]byte, error) {
	body := strings.NewReader(formBody(c.form, r, text))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address.String(), body)
	if err != nil {
		return nil, httpclient.Failure(c.address, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, k := range c.cookie {
		req.AddCookie(&http.Cookie{Name: k.Name, Value: k.Value})
	}
	page, _, err := c.do(req)
	return page, err
}

var errNoForm = errors.New("demands a form id, but the form has none")

// fetchForm gets an id with its cookie.
func (c *cgi) fetchForm(ctx context.Context, r *result) error {
	u := *c.address
	u.RawQuery = url.Values{"cmd_typ": {"30"}, "cmd_mod": {"1"}, "host": {r.host}, "service": {r.service}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return httpclient.Failure(c.address, err)
	}
	page, cookies, err := c.do(req)
	if err != nil {
		return err
	}
	id := formID(page)
	if id == "" {
		return fmt.Errorf("%s %w: %s", httpclient.Redacted(c.address), errNoForm, pageText(page))
	}
	c.form, c.cookie = id, cookies
	return nil
}

// do gives the page of a request, or why there is none.
func (c *cgi) do(req *http.Request) ([]byte, []*http.Cookie, error) {
	if c.user != "" || c.password != "" {
		req.SetBasicAuth(c.user, c.password)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, nil, httpclient.Failure(c.address, err)
	}
	cookies := resp.Cookies()
	answer, err := httpclient.Take(resp, maxPage)
	if err != nil {
		return nil, nil, httpclient.Failure(c.address, err)
	}
	if answer.Status >= 200 && answer.Status < 300 {
		return answer.Body, cookies, nil
	}
	advice := ""
	switch s := answer.Status; {
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		advice = "; check username and password"
	case s == http.StatusNotFound:
		advice = "; is url the address of cmd.cgi?"
	case s >= 300 && s < 400:
		advice = "; redirects are not followed, set url to where it points"
	case s == http.StatusGatewayTimeout:
		advice = "; does Nagios run?"
	}
	return nil, nil, fmt.Errorf("%s answers %s%s", httpclient.Redacted(c.address), answer.Text, advice)
}

func (c *cgi) close() {
	if c.client != nil {
		c.client.CloseIdleConnections()
	}
}
