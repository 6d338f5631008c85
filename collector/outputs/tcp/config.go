// Package tcp is the TcpOutput: a stream of encoded messages to another collector or hekad.
package tcp

import (
	"errors"
	"net"
	"time"

	"lma_collector/collector/plugin"
	"lma_collector/collector/tlsconfig"
)

// Config are the options of a TcpOutput section.
type Config struct {
	// Address is the peer's host:port. Default "localhost:9125".
	Address string `toml:"address"`
	// LocalAddress is the address (host:port, port 0 for any) to connect from. Default "", the system chooses.
	LocalAddress string `toml:"local_address"`
	// UseTLS encrypts the connection. Default false.
	UseTLS bool `toml:"use_tls"`
	// TLS is for use_tls. Default: the system's certificate authorities.
	TLS tlsconfig.Config `toml:"tls"`
	// KeepAlive probes a silent connection, so that a peer that vanished is noticed. Default true.
	KeepAlive bool `toml:"keep_alive"`
	// KeepAlivePeriod is the time between probes, in s. Default 15.
	KeepAlivePeriod time.Duration `toml:"keep_alive_period" unit:"s"`
	// ReconnectAfter is the number of messages after which the connection is made anew, to spread load over
	// several peers behind one address. Default 0, never.
	ReconnectAfter int `toml:"reconnect_after"`
	// ConnectTimeout bounds connecting, in ms. Default 10000.
	ConnectTimeout time.Duration `toml:"connect_timeout" unit:"ms"`
	// WriteTimeout is how long the peer may take nothing, in ms. Default 30000.
	WriteTimeout time.Duration `toml:"write_timeout" unit:"ms"`
}

var (
	_ plugin.OutputConfig      = (*Config)(nil)
	_ plugin.ConsumerDefaulter = (*Config)(nil)
)

func init() {
	plugin.RegisterOutput("TcpOutput", func() plugin.OutputConfig { return defaultConfig() })
}

func defaultConfig() *Config {
	return &Config{
		Address: "localhost:9125", KeepAlive: true, KeepAlivePeriod: 15 * time.Second,
		ConnectTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second,
	}
}

// ConsumerDefaults: messages are sent as they are, framed.
func (c *Config) ConsumerDefaults(o *plugin.ConsumerOptions) { o.Encoder = "ProtobufEncoder" }

// NewOutput checks the options.
func (c *Config) NewOutput(env *plugin.Env) (plugin.Output, error) {
	var errs []error
	bad := func(option, format string, args ...any) {
		errs = append(errs, plugin.BadOption(option, format, args...))
	}
	if _, _, err := net.SplitHostPort(c.Address); err != nil {
		bad("address", "%q is not of the form host:port", c.Address)
	}
	if c.LocalAddress != "" {
		if host, _, err := net.SplitHostPort(c.LocalAddress); err != nil || net.ParseIP(host) == nil {
			bad("local_address", "%q is not of the form address:port with a numeric address; port 0 stands for any", c.LocalAddress)
		}
	}
	if env.Encoder == nil {
		bad("encoder", "is missing; ProtobufEncoder sends messages as they are")
	}
	if c.KeepAlivePeriod < 0 {
		bad("keep_alive_period", "must not be negative")
	}
	if c.ReconnectAfter < 0 {
		bad("reconnect_after", "must not be negative")
	}
	if c.ConnectTimeout <= 0 {
		bad("connect_timeout", "must be more than 0")
	}
	if c.WriteTimeout <= 0 {
		bad("write_timeout", "must be more than 0")
	}
	errs = append(errs, c.TLS.Check("tls"))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &Output{config: *c}, nil
}

// BatchPolicy is how much is written at once.
func (o *Output) BatchPolicy() plugin.BatchPolicy { return plugin.BatchPolicy{Bytes: 256 << 10} }
