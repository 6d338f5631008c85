package http

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime/debug"
	"sort"
	"strings"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// intake is a source with the request that it serves at the moment.
type intake struct {
	src     plugin.Source
	input   *Input
	request *http.Request
	query   []parameter
}

type parameter struct{ name, value string }

// serve answers one request.
func (in *Input) serve(w http.ResponseWriter, r *http.Request) {
	in.numbers.requests.Add(1)
	for name, values := range in.config.Headers {
		for _, v := range values {
			w.Header().Add(name, v)
		}
	}
	if !in.authorized(r) {
		in.numbers.unauthorized.Add(1)
		if in.config.AuthType == "Basic" {
			w.Header().Set("WWW-Authenticate", `Basic realm="`+in.env.Name+`"`)
		}
		http.Error(w, "wrong or missing credentials", http.StatusUnauthorized)
		return
	}
	ctx, cancel := context.WithTimeout(in.stopping, in.config.DeliverTimeout)
	defer cancel()
	select {
	case in.slots <- struct{}{}:
		defer func() { <-in.slots }()
	case <-ctx.Done():
		in.refuse(w, errBusy)
		return
	}
	if err := in.take(r); err != nil {
		in.refuse(w, err)
	}
}

// take reads a request's body and waits until its messages are delivered.
func (in *Input) take(r *http.Request) error {
	body, release, err := in.readBody(r)
	defer release()
	if err != nil || len(body) == 0 {
		return err
	}
	t, err := in.intake()
	if err != nil {
		return err
	}
	t.prepare(r)
	split, err := t.deliver(body)
	if err != nil {
		return err
	}
	in.giveBack(t)
	return split
}

// deliver hands the body's messages over. After an err the intake is closed, since its source may
// hold what was not taken; split says that a part of the body was no record.
func (t *intake) deliver(body []byte) (split, err error) {
	defer func() {
		if p := recover(); p != nil {
			t.input.env.Log.Error("request failed with a panic", "panic", p, "stack", string(debug.Stack()))
			err = errInternal
		}
		if err != nil {
			t.src.Close()
		}
	}()
	ctx, cancel := context.WithTimeout(t.input.stopping, t.input.config.DeliverTimeout)
	defer cancel()
	if reason := t.src.DeliverBody(body); reason != nil {
		split = leftOver{reason}
	}
	t.src.Finish()
	delivered := make(chan struct{})
	if err := t.src.Flush(ctx, func() { close(delivered) }); err != nil {
		return nil, errNotDelivered
	}
	return split, t.input.await(ctx, delivered)
}

// A client that sends one request after the other, as collectd does, must not be held up by each of
// them while an output is down: once a request has waited in vain, those of the next minute wait but shortly.
const (
	shortWait  = 100 * time.Millisecond
	shortWaits = time.Minute
)

// await waits until a request's messages are delivered, for as long as ctx lasts.
func (in *Input) await(ctx context.Context, delivered <-chan struct{}) error {
	if time.Now().UnixNano() < in.hurryUntil.Load() {
		short, cancel := context.WithTimeout(ctx, shortWait)
		defer cancel()
		ctx = short
	}
	began := time.Now()
	select {
	case <-delivered:
		in.hurryUntil.Store(0)
		return nil
	case <-ctx.Done():
		if time.Since(began) >= in.config.DeliverTimeout/2 {
			in.hurryUntil.Store(time.Now().Add(shortWaits).UnixNano())
		}
		return errNotDelivered
	}
}

var errInternal = errors.New("internal error")

var errNotDelivered = errors.New("messages are not delivered yet, since an output is slow or down: try again later")

// leftOver is the reason why a part of a body was not taken.
type leftOver struct{ error }

// refuse answers with what went wrong.
func (in *Input) refuse(w http.ResponseWriter, err error) {
	status, count := http.StatusBadRequest, in.numbers.badBody
	var left leftOver
	switch {
	case errors.As(err, &left):
		err = fmt.Errorf("body was taken in but for its end: %w", left.error)
	case errors.Is(err, errTooLarge):
		status, count = http.StatusRequestEntityTooLarge, in.numbers.tooLarge
	case errors.Is(err, errBusy), errors.Is(err, errNotDelivered):
		status, count = http.StatusServiceUnavailable, in.numbers.notDelivered
		w.Header().Set("Retry-After", "5")
	case errors.Is(err, errInternal):
		status = http.StatusInternalServerError
	case errors.Is(err, errEncoding):
		status = http.StatusUnsupportedMediaType
	case errors.Is(err, os.ErrDeadlineExceeded):
		status = http.StatusRequestTimeout
	}
	count.Add(1)
	http.Error(w, err.Error(), status)
}

// intake finds an idle source or makes one.
func (in *Input) intake() (*intake, error) {
	in.mu.Lock()
	if n := len(in.idle); n > 0 {
		t := in.idle[n-1]
		in.idle = in.idle[:n-1]
		in.mu.Unlock()
		return t, nil
	}
	in.mu.Unlock()
	src, err := in.host.NewSource("")
	if err != nil {
		return nil, err
	}
	t := &intake{src: src, input: in}
	src.SetDecorator(t.decorate)
	src.SetUrgent() // the client waits for its answer
	return t, nil
}

func (in *Input) giveBack(t *intake) {
	t.request = nil
	in.mu.Lock()
	defer in.mu.Unlock()
	in.idle = append(in.idle, t)
}

func (in *Input) closeSources() {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, t := range in.idle {
		t.src.Close()
	}
	in.idle = nil
}

func (t *intake) prepare(r *http.Request) {
	t.request, t.query = r, t.query[:0]
	for name, values := range r.URL.Query() {
		for _, v := range values {
			t.query = append(t.query, parameter{name, v})
		}
	}
	sort.SliceStable(t.query, func(i, j int) bool { return t.query[i].name < t.query[j].name })
}

// decorate gives a record the headers and fields of its request. The input's own fields come first,
// so that a query parameter of the same name does not hide them.
func (t *intake) decorate(d *message.Draft) {
	r := t.request
	d.Type = "heka.httpdata.request"
	d.Hostname = t.input.env.Hostname
	d.EnvVersion = "1"
	d.SetPid(int32(os.Getpid()))
	d.SetSeverity(6)
	d.AddString("Protocol", r.Proto)
	d.AddString("UserAgent", r.UserAgent())
	d.AddString("ContentType", r.Header.Get("Content-Type"))
	d.AddString("Path", r.URL.Path)
	d.AddString("Host", withoutPort(r.Host))
	d.AddString("RemoteAddr", remoteIP(r.RemoteAddr))
	for _, name := range t.input.headers {
		if v := r.Header.Get(name); v != "" {
			d.AddString(name, v)
		}
	}
	for _, p := range t.query {
		d.AddString(p.name, p.value)
	}
}

func withoutPort(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return strings.Trim(host, "[]")
}

func remoteIP(address string) string {
	if a, err := netip.ParseAddrPort(address); err == nil {
		return a.Addr().Unmap().WithZone("").String()
	}
	return withoutPort(address)
}
