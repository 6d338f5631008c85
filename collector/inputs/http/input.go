package http

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"lma_collector/collector/plugin"
)

var _ plugin.Input = (*Input)(nil)

// Times that bound what a slow or hostile client can hold.
const (
	headerTime     = 10 * time.Second
	keepOpen       = 2 * time.Minute
	answerTime     = 10 * time.Second
	stopTime       = time.Second // for requests that wait for delivery when the collector stops
	maxHeaderBytes = 64 << 10
)

// Input serves HTTP.
type Input struct {
	config  *Config
	env     *plugin.Env
	headers []string // to copy into fields
	slots   chan struct{}
	budget  budget
	numbers numbers
	// hurryUntil is when requests wait for their delivery again, in ns since 1970.
	hurryUntil atomic.Int64

	host     plugin.InputHost
	stopping context.Context // ends some time after Run's
	mu       sync.Mutex
	idle     []*intake

	address  net.Addr // while it listens
	listened chan struct{}
}

func newInput(c *Config, env *plugin.Env) *Input {
	return &Input{
		config: c, env: env, headers: c.canonical(), slots: make(chan struct{}, c.MaxRequests), listened: make(chan struct{}),
		budget:  budget{limit: 4 * c.MaxBodySize},
		numbers: newNumbers(env.Metrics),
	}
}

// Run serves until ctx ends; requests that wait for their delivery then have another second.
func (in *Input) Run(ctx context.Context, host plugin.InputHost) error {
	in.host = host
	l, err := in.listen(ctx)
	if err != nil {
		return err
	}
	in.address = l.Addr()
	close(in.listened)
	stopping, stop := context.WithCancel(context.WithoutCancel(ctx))
	in.stopping = stopping
	defer in.closeSources()
	server := &http.Server{
		Handler: http.HandlerFunc(in.serve), ReadHeaderTimeout: headerTime, ReadTimeout: in.config.ReadTimeout,
		WriteTimeout: in.config.ReadTimeout + 2*in.config.DeliverTimeout + answerTime, IdleTimeout: keepOpen,
		MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(in.env.Log.Handler(), slog.LevelDebug),
	}
	if in.config.UseTLS {
		if server.TLSConfig, err = in.config.TLS.Server(); err != nil {
			stop()
			l.Close()
			return fmt.Errorf("tls: %w", err)
		}
	}
	closed := make(chan struct{})
	defer context.AfterFunc(ctx, func() { shutdown(server, stop); close(closed) })()
	if in.config.UseTLS {
		err = server.ServeTLS(l, "", "")
	} else {
		err = server.Serve(l)
	}
	defer stop()
	if ctx.Err() != nil {
		<-closed
		return nil
	}
	server.Close()
	return fmt.Errorf("cannot serve on %q: %w", in.config.Address, err)
}

// shutdown waits a little for running requests, then ends them.
func shutdown(server *http.Server, stop func()) {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if server.Shutdown(ctx) == nil {
		stop()
		return
	}
	stop()
	last, cancel := context.WithTimeout(context.Background(), stopTime/4)
	defer cancel()
	if server.Shutdown(last) != nil {
		server.Close()
	}
}

func (in *Input) listen(ctx context.Context) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", in.config.Address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("cannot listen on %q: another program has the port; stop it or change address: %w", in.config.Address, err)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %q: %w", in.config.Address, err)
	}
	return l, nil
}

// authorized compares in constant time; the digests hide also the lengths.
func (in *Input) authorized(r *http.Request) bool {
	same := func(a, b string) int {
		x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
		return subtle.ConstantTimeCompare(x[:], y[:])
	}
	switch in.config.AuthType {
	case "Basic":
		user, password, given := r.BasicAuth()
		return given && same(user, in.config.Username)&same(password, in.config.Password) == 1
	case "API":
		return same(r.Header.Get("X-Api-Key"), in.config.APIKey) == 1
	}
	return true
}

// numbers are what the input counts.
type numbers struct{ requests, unauthorized, tooLarge, notDelivered, badBody *plugin.Number }

func newNumbers(m *plugin.Metrics) numbers {
	if m == nil {
		m = &plugin.Metrics{}
	}
	return numbers{
		requests:     m.Counter("requests", "", "requests that came in"),
		unauthorized: m.Counter("unauthorized_requests", "", "requests answered 401"),
		tooLarge:     m.Counter("too_large_requests", "", "requests answered 413"),
		notDelivered: m.Counter("undelivered_requests", "", "requests answered 503 since their messages were not delivered in time"),
		badBody:      m.Counter("bad_requests", "", "requests whose body could not be read or split"),
	}
}
