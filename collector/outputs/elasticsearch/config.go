// Package elasticsearch is the ElasticSearchOutput: bulk requests to Elasticsearch 7 and 8 and to
// OpenSearch, judged item by item.
package elasticsearch

import (
	"errors"
	"net/url"
	"time"

	"lma_collector/collector/httpclient"
	"lma_collector/collector/plugin"
	"lma_collector/collector/tlsconfig"
)

// Config are the options of an ElasticSearchOutput section.
type Config struct {
	// Server is the address of the server or of a proxy in front; a path is put before _bulk. Default "http://localhost:9200".
	Server string `toml:"server"`
	// FlushInterval is how long the first message of a request waits for more, in ms. Default 1000.
	FlushInterval time.Duration `toml:"flush_interval" unit:"ms"`
	// FlushCount is the number of messages at which a request is sent at once. Default 1000.
	FlushCount int `toml:"flush_count"`
	// FlushBytes is the size of a request's body at which it is sent at once. Default 5 MiB.
	FlushBytes int `toml:"flush_bytes"`
	// HTTPTimeout bounds a whole request, in ms. Default 30000; 0 for no limit.
	HTTPTimeout time.Duration `toml:"http_timeout" unit:"ms"`
	// ConnectTimeout bounds connecting, in ms. Default 5000; 0 for no limit.
	ConnectTimeout time.Duration `toml:"connect_timeout" unit:"ms"`
	// HTTPDisableKeepalives opens a connection for each request. Default false.
	HTTPDisableKeepalives bool `toml:"http_disable_keepalives"`
	// Username and Password are for basic authentication; both or none. Default "".
	Username string `toml:"username"`
	Password string `toml:"password"`
	// APIKey is an encoded Elasticsearch API key, instead of Username and Password. Default "".
	APIKey string `toml:"api_key"`
	// Gzip compresses requests: less network, more CPU time. Default false.
	Gzip bool `toml:"gzip"`
	// TLS is for https. Default: the system's certificate authorities.
	TLS tlsconfig.Config `toml:"tls"`
}

var (
	_ plugin.OutputConfig      = (*Config)(nil)
	_ plugin.ConsumerDefaulter = (*Config)(nil)
)

func init() {
	plugin.RegisterOutput("ElasticSearchOutput", func() plugin.OutputConfig { return defaultConfig() })
}

func defaultConfig() *Config {
	return &Config{
		Server:         "http://localhost:9200",
		FlushInterval:  time.Second,
		FlushCount:     1000,
		FlushBytes:     5 << 20,
		HTTPTimeout:    30 * time.Second,
		ConnectTimeout: 5 * time.Second,
	}
}

// ConsumerDefaults: logs wait rather than be lost.
func (c *Config) ConsumerDefaults(o *plugin.ConsumerOptions) { o.WhenFull = string(plugin.FullBlock) }

// NewOutput checks the options.
func (c *Config) NewOutput(env *plugin.Env) (plugin.Output, error) {
	var errs []error
	bad := func(option, format string, args ...any) {
		errs = append(errs, plugin.BadOption(option, format, args...))
	}
	server, err := httpclient.ParseURL("server", c.Server)
	errs = append(errs, err, c.TLS.Check("tls"))
	if env.Encoder == nil {
		bad("encoder", `is missing; it makes the lines of a bulk request, as ESJsonEncoder does`)
	}
	if c.FlushCount < 1 {
		bad("flush_count", "must be at least 1")
	}
	if c.FlushBytes < 1 {
		bad("flush_bytes", "must be at least 1")
	}
	for option, d := range map[string]time.Duration{"flush_interval": c.FlushInterval, "http_timeout": c.HTTPTimeout, "connect_timeout": c.ConnectTimeout} {
		if d < 0 {
			bad(option, "must not be negative")
		}
	}
	if (c.Username == "") != (c.Password == "") {
		bad("username", "username and password belong together: give both or none")
	}
	if c.APIKey != "" && c.Username != "" {
		bad("api_key", "is another way to log in than username and password: give one of them")
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c.output(env, server), nil
}

func (c *Config) output(env *plugin.Env, server *url.URL) *Output {
	user, password := httpclient.Credentials(server)
	if c.Username != "" {
		user, password = c.Username, c.Password
	}
	t := &transport{server: server, user: user, password: password, apiKey: c.APIKey}
	return &Output{config: *c, transport: t, existing: env.Metrics.Counter("documents_existing_total", "",
		"documents that the server had already, from an earlier attempt")}
}

// BatchPolicy is how much goes into a request.
func (o *Output) BatchPolicy() plugin.BatchPolicy {
	return plugin.BatchPolicy{Count: o.config.FlushCount, Bytes: o.config.FlushBytes, Interval: o.config.FlushInterval}
}
