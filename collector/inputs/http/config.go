// Package http is the HttpListenInput: it takes in what is posted, such as collectd's values, and
// answers when it has been delivered.
package http

import (
	"errors"
	"net"
	"net/textproto"
	"time"

	"lma_collector/collector/plugin"
	"lma_collector/collector/tlsconfig"
)

// Config are the options of an HttpListenInput.
type Config struct {
	Address        string              `toml:"address"`         // "127.0.0.1:8325": host:port to listen on
	Headers        map[string][]string `toml:"headers"`         // none: headers of every answer
	RequestHeaders []string            `toml:"request_headers"` // none: headers of a request that become fields
	AuthType       string              `toml:"auth_type"`       // "": or Basic (username, password), API (api_key in the header X-API-Key)
	Username       string              `toml:"username"`        // "": for auth_type Basic
	Password       string              `toml:"password"`        // "": for auth_type Basic
	APIKey         string              `toml:"api_key"`         // "": for auth_type API
	UseTLS         bool                `toml:"use_tls"`         // false: speak TLS as [….tls] says
	TLS            tlsconfig.Config    `toml:"tls"`             // the server's certificate and what it asks of clients
	MaxBodySize    int64               `toml:"max_body_size"`   // 16777216: bytes of a body, also after decompression; larger ones are answered 413
	MaxRequests    int                 `toml:"max_requests"`    // 64: requests served at once; others wait, and get 503 after deliver_timeout
	// 5s: how long a request waits for its messages to be delivered before it is answered 503; the
	// messages are delivered nevertheless, so that a client which tries again sends them twice. After
	// one that has waited in vain others wait 0.1 s, for a minute or until one is delivered.
	DeliverTimeout time.Duration `toml:"deliver_timeout" unit:"s"`
	ReadTimeout    time.Duration `toml:"read_timeout" unit:"s"` // 30s: for the whole request to arrive
}

func init() {
	plugin.RegisterInput("HttpListenInput", func() plugin.InputConfig { return defaultConfig() })
}

func defaultConfig() *Config {
	return &Config{Address: "127.0.0.1:8325", MaxBodySize: 16 << 20, MaxRequests: 64, DeliverTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second}
}

// InputDefaults takes a body as one record.
func (c *Config) InputDefaults(o *plugin.InputOptions) { o.Splitter = "NullSplitter" }

// NewInput checks the options.
func (c *Config) NewInput(env *plugin.Env) (plugin.Input, error) {
	var bad []error
	add := func(option, format string, args ...any) {
		bad = append(bad, plugin.BadOption(option, format, args...))
	}
	if _, port, err := net.SplitHostPort(c.Address); err != nil || port == "" {
		add("address", `%q is not host:port, such as "127.0.0.1:8325"`, c.Address)
	}
	for _, limit := range []struct {
		option string
		value  int64
	}{
		{"max_body_size", c.MaxBodySize},
		{"max_requests", int64(c.MaxRequests)},
		{"deliver_timeout", int64(c.DeliverTimeout)},
		{"read_timeout", int64(c.ReadTimeout)},
	} {
		if limit.value <= 0 {
			add(limit.option, "must be more than 0")
		}
	}
	c.checkAuth(add)
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

func (c *Config) checkAuth(add func(option, format string, args ...any)) {
	switch c.AuthType {
	case "Basic":
		if c.Username == "" || c.Password == "" {
			add("auth_type", `"Basic" needs username and password`)
		}
	case "API":
		if c.APIKey == "" {
			add("auth_type", `"API" needs api_key`)
		}
	case "":
		if c.Username != "" || c.Password != "" || c.APIKey != "" {
			add("auth_type", `is missing, so that the credentials would not be asked for: give "Basic" or "API"`)
		}
	default:
		add("auth_type", `%q is not one of "Basic", "API"`, c.AuthType)
	}
}

// canonical are the request headers in the form that net/http gives them.
func (c *Config) canonical() []string {
	list := make([]string, len(c.RequestHeaders))
	for i, h := range c.RequestHeaders {
		list[i] = textproto.CanonicalMIMEHeaderKey(h)
	}
	return list
}
