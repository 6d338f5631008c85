// Package nagios is the NagiosOutput: states as passive check results, submitted to Nagios's cmd.cgi
// or through send_nsca, and the object definitions that Nagios needs to take them.
package nagios

import (
	"errors"
	"strings"
	"time"

	"lma_collector/collector/httpclient"
	"lma_collector/collector/plugin"
	"lma_collector/collector/tlsconfig"
)

// Config are the options of a NagiosOutput section.
type Config struct {
	// URL is the address of cmd.cgi. Default "http://localhost/cgi-bin/cmd.cgi".
	URL string `toml:"url"`
	// Username and Password are for basic authentication. Default "".
	Username string `toml:"username"`
	Password string `toml:"password"`
	// ResponseHeaderTimeout is how long cmd.cgi may take, in s. Default 2.
	ResponseHeaderTimeout time.Duration `toml:"response_header_timeout" unit:"s"`
	// UseTLS is accepted; https in url is what counts.
	UseTLS bool `toml:"use_tls"`
	// TLS is for https. Default: the system's certificate authorities.
	TLS tlsconfig.Config `toml:"tls"`

	// NagiosHost and NagiosServiceDescription are the names of host and service for all messages; `%{field}` is filled in.
	// Default "": those of Names for statuses, the message's Hostname and Logger for other messages.
	NagiosHost               string `toml:"nagios_host"`
	NagiosServiceDescription string `toml:"nagios_service_description"`
	// GlobalClusterHost, NodeClusterHost and ServiceClusterHost are the hosts under which clusters are reported. Default
	// "00-global-clusters", "00-node-clusters" and "00-service-clusters", each with "-env%{deployment_id}" where there
	// is such a tag.
	GlobalClusterHost  string `toml:"global_cluster_host"`
	NodeClusterHost    string `toml:"node_cluster_host"`
	ServiceClusterHost string `toml:"service_cluster_host"`

	// TruncateSize is the most bytes of text that a result has; it is cut between alarms. Default 3072. Where cmd.cgi turns
	// out to take less (1022), less is sent.
	TruncateSize int `toml:"truncate_size"`
	// RefreshInterval is how often an unchanged state is submitted again; a changed one is at once. Default "60s"; 0
	// submits every message.
	RefreshInterval time.Duration `toml:"refresh_interval" unit:"s"`
	// HeartbeatService is the service whose results tell that this collector runs, "" for none. Default "lma_collector".
	HeartbeatService string `toml:"heartbeat_service"`
	// HeartbeatHost is its host. Default: this host's name.
	HeartbeatHost string `toml:"heartbeat_host"`
	// HeartbeatInterval is the time between two of its results. Default "60s".
	HeartbeatInterval time.Duration `toml:"heartbeat_interval" unit:"s"`

	// SendNSCABin is the path of send_nsca, to submit results through it instead of cmd.cgi. Default "".
	SendNSCABin string `toml:"send_nsca_bin"`
	// SendNSCAArgs are its arguments, such as ["-H", "nagios.example", "-c", "/etc/send_nsca.cfg"].
	SendNSCAArgs []string `toml:"send_nsca_args"`
	// SendNSCATimeout bounds one run of it, in s. Default 5.
	SendNSCATimeout time.Duration `toml:"send_nsca_timeout" unit:"s"`
}

var (
	_ plugin.OutputConfig      = (*Config)(nil)
	_ plugin.ConsumerDefaulter = (*Config)(nil)
)

func init() {
	plugin.RegisterOutput("NagiosOutput", func() plugin.OutputConfig { return defaultConfig() })
}

func defaultConfig() *Config {
	return &Config{
		URL:                   "http://localhost/cgi-bin/cmd.cgi",
		ResponseHeaderTimeout: 2 * time.Second,
		TruncateSize:          3072,
		RefreshInterval:       time.Minute,
		HeartbeatService:      "lma_collector",
		HeartbeatInterval:     time.Minute,
		SendNSCATimeout:       5 * time.Second,
	}
}

// defaultMatcher takes the statuses of nodes and services that this collector finds, and those of
// clusters; not what other collectors sent to this one, which report it themselves.
const defaultMatcher = `Fields[aggregator] == NIL && Fields[no_alerting] == NIL && (` +
	`(Fields[hostname] != NIL && (Type == 'heka.sandbox.afd_node_metric' || Type == 'heka.sandbox.afd_service_metric')) || ` +
	`Type == 'heka.sandbox.gse_cluster_metric' || Type == 'heka.sandbox.gse_node_cluster_metric' || Type == 'heka.sandbox.gse_service_cluster_metric')`

// ConsumerDefaults: of each service only the newest state waits.
func (c *Config) ConsumerDefaults(o *plugin.ConsumerOptions) {
	o.WhenFull = string(plugin.FullLatest)
	o.MessageMatcher = defaultMatcher
	o.TickerInterval = 10
}

// NewOutput checks the options.
func (c *Config) NewOutput(env *plugin.Env) (plugin.Output, error) {
	errs := c.check(env)
	names, err := c.Names(env.Tags)
	errs = append(errs, err)
	keys, _ := c.Names(env.Tags) // Key is called by another goroutine
	send, err := c.sender()
	errs = append(errs, err)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	host := c.HeartbeatHost
	if host == "" {
		host = env.Hostname
	}
	return &Output{
		config: *c, names: names, keys: keys, send: send, health: env.Health, now: time.Now,
		heartbeat: heartbeat{host: cleanName(host), service: cleanName(c.HeartbeatService), interval: c.HeartbeatInterval},
		memory:    newMemory(c.RefreshInterval),
		counts:    newCounts(env.Metrics),
	}, nil
}

func (c *Config) check(env *plugin.Env) (errs []error) {
	bad := func(option, format string, args ...any) {
		errs = append(errs, plugin.BadOption(option, format, args...))
	}
	if env.Encoder != nil {
		bad("encoder", "has no use here: the output writes the results itself; HttpOutput sends what an encoder writes")
	}
	if c.TruncateSize < 1 {
		bad("truncate_size", "must be at least 1")
	}
	if c.RefreshInterval < 0 {
		bad("refresh_interval", "must not be negative")
	}
	if c.HeartbeatService != "" && c.HeartbeatInterval < time.Second {
		bad("heartbeat_interval", "must be at least 1s")
	}
	if c.HeartbeatService != "" && env.TickerInterval == 0 {
		bad("ticker_interval", `must not be 0 while there is a heartbeat; heartbeat_service = "" turns it off`)
	}
	return errs
}

// sender makes the way to Nagios.
func (c *Config) sender() (sender, error) {
	if c.SendNSCABin != "" {
		if c.SendNSCATimeout <= 0 {
			return nil, plugin.BadOption("send_nsca_timeout", "must be more than 0")
		}
		return &nsca{bin: c.SendNSCABin, args: c.SendNSCAArgs, timeout: c.SendNSCATimeout}, nil
	}
	var errs []error
	address, err := httpclient.ParseURL("url", c.URL)
	errs = append(errs, err, c.TLS.Check("tls"))
	if c.ResponseHeaderTimeout <= 0 {
		errs = append(errs, plugin.BadOption("response_header_timeout", "must be more than 0"))
	}
	if c.UseTLS && !strings.HasPrefix(c.URL, "https:") {
		errs = append(errs, plugin.BadOption("use_tls", "does nothing for a url that begins with http: write https:"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	user, password := httpclient.Credentials(address)
	if c.Username != "" || c.Password != "" {
		user, password = c.Username, c.Password
	}
	return &cgi{address: address, user: user, password: password, tls: c.TLS, timeout: c.ResponseHeaderTimeout}, nil
}
