// Package httpclient holds what outputs that speak HTTP have in common: a client without surprises,
// request bodies in memory that is used again, and errors that show no secrets.
package httpclient

import (
	"net"
	"net/http"
	"time"

	"lma_collector/collector/tlsconfig"
)

// Options are those of a Client; a timeout of 0 is none.
type Options struct {
	TLS tlsconfig.Config
	// ConnectTimeout bounds connecting and, each on its own, a TLS handshake.
	ConnectTimeout time.Duration
	// HeaderTimeout bounds the wait for an answer once the request was sent.
	HeaderTimeout time.Duration
	// Timeout bounds the whole exchange.
	Timeout           time.Duration
	DisableKeepAlives bool
	// MaxConns is the number of connections kept open, 0 for one.
	MaxConns int
}

// New makes a client, reading the files of the TLS table. It follows no redirects, since they would
// turn a POST into a GET, and asks no proxy.
func New(o Options) (*http.Client, error) {
	tls, err := o.TLS.Client()
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: o.ConnectTimeout, KeepAlive: 15 * time.Second}
	return &http.Client{
		Timeout: o.Timeout,
		Transport: &http.Transport{
			DialContext:            dialing(dialer),
			TLSClientConfig:        tls,
			TLSHandshakeTimeout:    o.ConnectTimeout,
			ResponseHeaderTimeout:  o.HeaderTimeout,
			MaxIdleConnsPerHost:    max(o.MaxConns, 1),
			IdleConnTimeout:        time.Minute,
			MaxResponseHeaderBytes: 64 << 10,
			WriteBufferSize:        64 << 10,
			DisableKeepAlives:      o.DisableKeepAlives,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}
