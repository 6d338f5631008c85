// Package tcp is the TcpInput: it listens for connections and takes records from each, by default
// hekad's framed messages.
package tcp

import (
	"errors"
	"net"
	"strings"
	"time"

	"lma_collector/collector/plugin"
	"lma_collector/collector/tlsconfig"
)

// Config are the options of a TcpInput.
type Config struct {
	Net             string           `toml:"net"`                        // "tcp": or tcp4, tcp6
	Address         string           `toml:"address"`                    // required: host:port to listen on; without a host on all interfaces
	UseTLS          bool             `toml:"use_tls"`                    // false: speak TLS as [….tls] says
	TLS             tlsconfig.Config `toml:"tls"`                        // the server's certificate and what it asks of clients
	KeepAlive       bool             `toml:"keep_alive"`                 // true: probe quiet connections, so that vanished peers do not hold them
	KeepAlivePeriod time.Duration    `toml:"keep_alive_period" unit:"s"` // "0s": between probes; 0 is the system's period
	MaxConnections  int              `toml:"max_connections"`            // 1024: connections beyond are closed at once
	IdleTimeout     time.Duration    `toml:"idle_timeout" unit:"s"`      // "0s": close connections that are quiet for so long; 0 never
}

func init() {
	plugin.RegisterInput("TcpInput", func() plugin.InputConfig {
		return &Config{Net: "tcp", KeepAlive: true, MaxConnections: 1024}
	})
}

// InputDefaults takes framed messages, as hekad and this collector send them.
func (c *Config) InputDefaults(o *plugin.InputOptions) {
	o.Splitter, o.Decoder = "HekaFramingSplitter", "ProtobufDecoder"
}

// NewInput checks the options.
func (c *Config) NewInput(env *plugin.Env) (plugin.Input, error) {
	var bad []error
	add := func(option, format string, args ...any) {
		bad = append(bad, plugin.BadOption(option, format, args...))
	}
	if c.Net != "tcp" && c.Net != "tcp4" && c.Net != "tcp6" {
		add("net", "%q is not one of tcp, tcp4, tcp6", c.Net)
	}
	if reason := badAddress(c.Address); reason != "" {
		add("address", "%s", reason)
	}
	if c.MaxConnections < 1 {
		add("max_connections", "%d: at least 1 is needed", c.MaxConnections)
	}
	if c.IdleTimeout < 0 {
		add("idle_timeout", "%s is negative", c.IdleTimeout)
	}
	if c.KeepAlivePeriod < 0 {
		add("keep_alive_period", "%s is negative", c.KeepAlivePeriod)
	}
	if c.UseTLS {
		if err := c.TLS.CheckServer("tls"); err != nil {
			bad = append(bad, err)
		}
	}
	if len(bad) > 0 {
		return nil, errors.Join(bad...)
	}
	return newInput(c, env), nil
}

// badAddress says what is wrong with an address, "" for nothing.
func badAddress(address string) string {
	if address == "" {
		return `is missing: give host:port, such as "127.0.0.1:5565"`
	}
	if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
		return strings.TrimSpace(`"` + address + `" is not host:port, such as "127.0.0.1:5565"`)
	}
	return ""
}
