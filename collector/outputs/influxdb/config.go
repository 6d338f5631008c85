// Package influxdb is the InfluxDBOutput: metrics and statuses in line protocol, in batches, to
// InfluxDB 1.x (/write) and to what speaks its 2.x API (/api/v2/write).
package influxdb

import (
	"errors"
	"net/url"
	"time"

	"lma_collector/collector/httpclient"
	"lma_collector/collector/lineproto"
	"lma_collector/collector/plugin"
	"lma_collector/collector/tlsconfig"
)

// Config are the options of an InfluxDBOutput section. With bucket, org or token the 2.x API is
// used, else the 1.x API.
type Config struct {
	// Server is the address of the server, or of a proxy in front: a path is put before the API's.
	// Default "http://127.0.0.1:8086".
	Server string `toml:"server" alias:"address"`
	// Database is, in 1.x, where points are written. Default "lma".
	Database string `toml:"database"`
	// RetentionPolicy is the database's, in 1.x. Default "": the database's default.
	RetentionPolicy string `toml:"retention_policy"`
	// Username and Password are for basic authentication, in 1.x; both or none. Default "".
	Username string `toml:"username"`
	Password string `toml:"password"`
	// Org and Bucket say where points are written in 2.x. Default "".
	Org    string `toml:"org"`
	Bucket string `toml:"bucket"`
	// Token is the credential of the 2.x API. Default "".
	Token string `toml:"token"`
	// TagFields are fields that become tags of every point that has them, besides those that a metric
	// lists itself. Default deployment_id, environment_label, tenant_id and user_id.
	TagFields []string `toml:"tag_fields"`
	// TimePrecision of timestamps: "ns", "us", "ms", "s", in 1.x also "m" and "h". Default "ms".
	TimePrecision string `toml:"time_precision"`
	// FlushCount is the number of messages at which a request is sent at once. Default 5000.
	FlushCount int `toml:"flush_count"`
	// FlushInterval is how long the first message of a request waits for more, in ms. Default 5000.
	FlushInterval time.Duration `toml:"flush_interval" unit:"ms"`
	// Timeout bounds a whole request, in ms. Default 10000; 0 for no limit.
	Timeout time.Duration `toml:"timeout" alias:"http_timeout" unit:"ms"`
	// ConnectTimeout bounds connecting, in ms. Default 5000; 0 for no limit.
	ConnectTimeout time.Duration `toml:"connect_timeout" unit:"ms"`
	// Gzip compresses requests: about a tenth of the network, more CPU time. Default false.
	Gzip bool `toml:"gzip"`
	// TLS is for https. Default: the system's certificate authorities.
	TLS tlsconfig.Config `toml:"tls"`
}

var (
	_ plugin.OutputConfig      = (*Config)(nil)
	_ plugin.ConsumerDefaulter = (*Config)(nil)
)

const defaultDatabase = "lma"

func init() {
	plugin.RegisterOutput("InfluxDBOutput", func() plugin.OutputConfig { return defaultConfig() })
}

func defaultConfig() *Config {
	return &Config{
		Server:         "http://127.0.0.1:8086",
		TagFields:      []string{"deployment_id", "environment_label", "tenant_id", "user_id"},
		TimePrecision:  "ms",
		FlushCount:     5000,
		FlushInterval:  5 * time.Second,
		Timeout:        10 * time.Second,
		ConnectTimeout: 5 * time.Second,
	}
}

// ConsumerDefaults: all metrics and statuses that did not come from another collector, and rather the
// newest than a sender that waits.
func (c *Config) ConsumerDefaults(o *plugin.ConsumerOptions) {
	o.MessageMatcher = "Fields[aggregator] == NIL && Type =~ /metric$/"
	o.WhenFull = string(plugin.FullDropOldest)
}

// NewOutput checks the options.
func (c *Config) NewOutput(env *plugin.Env) (plugin.Output, error) {
	server, err := httpclient.ParseURL("server", c.Server)
	errs := []error{err, c.TLS.Check("tls")}
	if server != nil && (server.RawQuery != "" || server.Fragment != "") {
		errs = append(errs, plugin.BadOption("server", "has a query; give the database, user and precision in options of their own"))
	}
	precision, err := lineproto.ParsePrecision(c.TimePrecision)
	if err != nil {
		errs = append(errs, plugin.BadOption("time_precision", "%s", err))
	}
	errs = append(errs, c.checkNumbers(), c.checkTarget(server))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, w := range c.TLS.Warnings() {
		if env.Log != nil {
			env.Log.Warn(w, "option", "tls")
		}
	}
	return newOutput(c, env, server, lineproto.NewEncoder(precision, c.TagFields)), nil
}

func (c *Config) checkNumbers() error {
	var errs []error
	if c.FlushCount < 1 {
		errs = append(errs, plugin.BadOption("flush_count", "must be at least 1"))
	}
	for _, d := range []struct {
		option string
		value  time.Duration
	}{{"flush_interval", c.FlushInterval}, {"timeout", c.Timeout}, {"connect_timeout", c.ConnectTimeout}} {
		if d.value < 0 {
			errs = append(errs, plugin.BadOption(d.option, "must not be negative"))
		}
	}
	return errors.Join(errs...)
}

// v2 tells which API is meant.
func (c *Config) v2() bool { return c.Bucket != "" || c.Org != "" || c.Token != "" }

// checkTarget verifies that what one API needs is there and nothing of the other.
func (c *Config) checkTarget(server *url.URL) error {
	var errs []error
	bad := func(option, format string, args ...any) {
		errs = append(errs, plugin.BadOption(option, format, args...))
	}
	if !c.v2() {
		if (c.Username == "") != (c.Password == "") {
			bad("username", "username and password belong together: give both or none")
		}
		return errors.Join(errs...)
	}
	for _, old := range [][2]string{{"database", c.Database}, {"retention_policy", c.RetentionPolicy}, {"username", c.Username}, {"password", c.Password}} {
		if old[1] != "" {
			bad(old[0], "belongs to the 1.x API, but bucket, org or token choose the 2.x API: give one or the other")
		}
	}
	if server != nil && server.User != nil {
		bad("server", "holds credentials, but the 2.x API takes a token")
	}
	if c.Bucket == "" {
		bad("bucket", "is missing; the 2.x API needs org, bucket and token")
	}
	if c.Token == "" {
		bad("token", "is missing; the 2.x API needs org, bucket and token")
	}
	if c.TimePrecision == "m" || c.TimePrecision == "h" {
		bad("time_precision", "%q is not known to the 2.x API; it is ns, us, ms or s", c.TimePrecision)
	}
	return errors.Join(errs...)
}
