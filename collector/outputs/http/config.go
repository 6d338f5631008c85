// Package http is the HttpOutput: each message is the body of a request of its own.
package http

import (
	"errors"
	"net/http"
	"sort"
	"strings"
	"time"

	"lma_collector/collector/httpclient"
	"lma_collector/collector/plugin"
	"lma_collector/collector/tlsconfig"
)

// Config are the options of an HttpOutput section.
type Config struct {
	// Address is the URL that requests go to. Required.
	Address string `toml:"address"`
	// Method is POST, PUT or GET; a GET has no body. Default "POST".
	Method string `toml:"method"`
	// Headers are added to each request: a list of values for each name. Default none.
	Headers map[string][]string `toml:"headers"`
	// Username and Password are for basic authentication, sent if either is set. Default "".
	Username string `toml:"username" alias:"user"`
	Password string `toml:"password"`
	// HTTPTimeout bounds a request, in ms. Default 30000; 0 for no limit.
	HTTPTimeout time.Duration `toml:"http_timeout" unit:"ms"`
	// TLS is for https. Default: the system's certificate authorities.
	TLS tlsconfig.Config `toml:"tls"`
}

var _ plugin.OutputConfig = (*Config)(nil)

func init() {
	plugin.RegisterOutput("HttpOutput", func() plugin.OutputConfig { return defaultConfig() })
}

func defaultConfig() *Config {
	return &Config{Method: http.MethodPost, HTTPTimeout: 30 * time.Second}
}

// NewOutput checks the options.
func (c *Config) NewOutput(env *plugin.Env) (plugin.Output, error) {
	var errs []error
	bad := func(option, format string, args ...any) {
		errs = append(errs, plugin.BadOption(option, format, args...))
	}
	address, err := httpclient.ParseURL("address", c.Address)
	errs = append(errs, err, c.TLS.Check("tls"))
	if env.Encoder == nil {
		bad("encoder", "is missing; it makes the bodies of requests, as PayloadEncoder does")
	}
	method := strings.ToUpper(c.Method)
	if method != http.MethodPost && method != http.MethodPut && method != http.MethodGet {
		bad("method", "%q is not one of POST, PUT, GET", c.Method)
	}
	if c.HTTPTimeout < 0 {
		bad("http_timeout", "must not be negative")
	}
	errs = append(errs, c.checkHeaders())
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	user, password := httpclient.Credentials(address)
	if c.Username != "" || c.Password != "" {
		user, password = c.Username, c.Password
	}
	return &Output{config: *c, method: method, address: address, user: user, password: password}, nil
}

func (c *Config) checkHeaders() error {
	var names []string
	for name := range c.Headers {
		names = append(names, name)
	}
	sort.Strings(names)
	var errs []error
	for _, name := range names {
		if !validName(name) {
			errs = append(errs, plugin.BadOption("headers", "%q cannot be the name of a header", name))
		}
		for _, v := range c.Headers[name] {
			if !validValue(v) { // the value may be a secret: it is not shown
				errs = append(errs, plugin.BadOption("headers."+name, "has a value with characters that a header cannot have"))
			}
		}
	}
	return errors.Join(errs...)
}

// validName tells whether a name is a token of RFC 9110, section 5.6.2.
func validName(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	}) < 0
}

// validValue tells whether a value has no control characters but tabs (RFC 9110, section 5.5).
func validValue(value string) bool {
	return strings.IndexFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) < 0
}
