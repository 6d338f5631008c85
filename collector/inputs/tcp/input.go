package tcp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"

	"lma_collector/collector/plugin"
)

var _ plugin.Input = (*Input)(nil)

// Input listens and takes in what connections send.
type Input struct {
	config *Config
	env    *plugin.Env
	tls    *tls.Config // nil for none

	open     chan struct{} // a token for each connection
	peers    sync.WaitGroup
	now      *plugin.Number
	accepted *plugin.Number
	refused  *plugin.Number

	mu       sync.Mutex
	address  net.Addr // while it listens
	listened chan struct{}
}

func newInput(c *Config, env *plugin.Env) *Input {
	m := env.Metrics
	if m == nil {
		m = &plugin.Metrics{}
	}
	return &Input{
		config: c, env: env, open: make(chan struct{}, c.MaxConnections), listened: make(chan struct{}),
		now:      m.Gauge("connections", "", "connections that are open"),
		accepted: m.Counter("accepted_connections", "", "connections that were made"),
		refused:  m.Counter("refused_connections", "", "connections closed at once because there were max_connections"),
	}
}

// Run listens until ctx ends, and then closes all connections.
func (in *Input) Run(ctx context.Context, host plugin.InputHost) error {
	if in.config.UseTLS {
		t, err := in.config.TLS.Server()
		if err != nil {
			return fmt.Errorf("tls: %w", err)
		}
		in.tls = t
	}
	l, err := in.listen(ctx)
	if err != nil {
		return err
	}
	in.mu.Lock()
	in.address = l.Addr()
	in.mu.Unlock()
	close(in.listened)
	ctx, stop := context.WithCancel(ctx)
	defer in.peers.Wait()
	defer stop()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	defer l.Close()
	return in.accept(ctx, l, host)
}

func (in *Input) listen(ctx context.Context) (net.Listener, error) {
	lc := net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{
		Enable: in.config.KeepAlive, Idle: in.config.KeepAlivePeriod, Interval: in.config.KeepAlivePeriod,
	}}
	if !in.config.KeepAlive {
		lc.KeepAlive = -1
	}
	l, err := lc.Listen(ctx, in.config.Net, in.config.Address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("cannot listen on %q: another program has the port; stop it or change address: %w", in.config.Address, err)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("cannot listen on %q: this machine has no such address: %w", in.config.Address, err)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %q: %w", in.config.Address, err)
	}
	return l, nil
}

// accept takes connections. A failure that passes, such as too many open files, is waited out.
func (in *Input) accept(ctx context.Context, l net.Listener, host plugin.InputHost) error {
	wait := 5 * time.Millisecond
	for {
		c, err := l.Accept()
		if ctx.Err() != nil {
			if err == nil {
				c.Close()
			}
			return nil
		}
		if err != nil {
			if !passing(err) {
				return fmt.Errorf("cannot accept connections on %q: %w", in.config.Address, err)
			}
			in.env.Health.Set("accept", fmt.Sprintf("connections cannot be accepted: %v", err))
			if !sleep(ctx, wait) {
				return nil
			}
			wait = min(2*wait, time.Second)
			continue
		}
		if wait > 5*time.Millisecond {
			in.env.Health.Clear("accept")
			wait = 5 * time.Millisecond
		}
		in.admit(ctx, c, host)
	}
}

func passing(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOBUFS) ||
		errors.Is(err, syscall.ENOMEM) || errors.Is(err, syscall.ECONNABORTED) || errors.Is(err, syscall.EINTR)
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// admit starts serving a connection, or closes it when there are too many.
func (in *Input) admit(ctx context.Context, c net.Conn, host plugin.InputHost) {
	select {
	case in.open <- struct{}{}:
	default:
		in.refused.Add(1)
		in.env.Health.Set("max_connections", fmt.Sprintf("all %d connections are taken, new ones are closed: raise max_connections, or find out who holds them", in.config.MaxConnections))
		c.Close()
		return
	}
	in.accepted.Add(1)
	in.now.Add(1)
	in.peers.Add(1)
	go func() {
		defer in.peers.Done()
		defer func() {
			in.now.Add(-1)
			<-in.open
			in.env.Health.Clear("max_connections")
		}()
		in.serve(ctx, c, host)
	}()
}
