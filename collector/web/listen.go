package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/netutil"
)

// Limits of the listener.
const (
	maxConnections    = 128
	maxHeaderBytes    = 16 << 10
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	writeTimeout      = 15 * time.Second
	idleTimeout       = 60 * time.Second
	stopTimeout       = 400 * time.Millisecond
)

// How long to wait before listening is tried again: doubled up to the longest.
const (
	firstRetry   = 500 * time.Millisecond
	longestRetry = 15 * time.Second
)

// Run serves until ctx ends, and then stops in less than half a second. A port that is taken is a
// condition, and is tried again until it is free.
func (s *Server) Run(ctx context.Context) {
	s.openToken()
	var sampling sync.WaitGroup
	sampling.Go(func() { s.sample(ctx) })
	defer sampling.Wait()
	wait := firstRetry
	for ctx.Err() == nil {
		l, err := net.Listen("tcp", s.o.Address)
		if err == nil {
			s.health.Clear("address")
			wait = firstRetry
			err = s.serve(ctx, l)
		}
		if ctx.Err() != nil {
			return
		}
		s.health.Set("address", s.listenTrouble(err))
		pause(ctx, wait)
		wait = min(2*wait, longestRetry)
	}
}

func (s *Server) listenTrouble(err error) string {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Sprintf("no status page: the address %s is in use, perhaps by another collector: "+
			"end that program, or set address in [collector]; trying again", s.o.Address)
	}
	return fmt.Sprintf("no status page: %v: check address in [collector]; trying again", err)
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// serve answers on l until ctx ends or accepting fails.
func (s *Server) serve(ctx context.Context, l net.Listener) error {
	requests, cancel := context.WithCancel(ctx) // ends event streams, which Shutdown would wait for
	defer cancel()
	srv := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		BaseContext: func(net.Listener) context.Context { return requests },
		ErrorLog:    slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // what clients get wrong is no news
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(netutil.LimitListener(l, maxConnections)) }()
	s.announce(l.Addr())
	defer s.bound.Store(nil)
	select {
	case err := <-failed:
		srv.Close()
		return err
	case <-ctx.Done():
	}
	stopping, stopped := context.WithTimeout(context.Background(), stopTimeout)
	defer stopped()
	if srv.Shutdown(stopping) != nil {
		srv.Close()
	}
	<-failed
	return nil
}

func (s *Server) announce(at net.Addr) {
	if tcp, ok := at.(*net.TCPAddr); ok {
		s.bound.Store(tcp)
	}
	if s.open {
		s.log.Warn("the status page can be reached from other machines, and without encryption; it asks for the token",
			"address", at.String(), "token_file", s.o.TokenFile)
	}
	s.log.Info("status page", "url", s.URL(), "token_file", s.o.TokenFile)
	if s.o.Ready != nil {
		s.o.Ready(s.tokenURL())
	}
}

// URL is the page's address for a browser on this machine, without the token; "" while it does not listen.
func (s *Server) URL() string {
	at := s.bound.Load()
	if at == nil {
		return ""
	}
	host := "127.0.0.1"
	if !at.IP.IsUnspecified() {
		host = at.IP.String()
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(at.Port)) + "/"
}

// tokenURL is URL with the token.
func (s *Server) tokenURL() string {
	base := s.URL()
	if t := s.token.get(); t != "" && base != "" {
		return base + "?token=" + url.QueryEscape(t)
	}
	return base
}
