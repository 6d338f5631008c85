// Package tlsconfig reads the `tls` table that plugins share: hekad's option names with the
// defaults of today, that is TLS 1.2 and newer and Go's own choice of cipher suites.
package tlsconfig

import (
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"strings"

	"lma_collector/collector/plugin"
)

// Config is the `tls` table. Its zero value is a client that verifies servers against the system's
// certificate authorities.
type Config struct {
	// ServerName is, for a client, the name in the server's certificate; "": the host of the address.
	ServerName string `toml:"server_name"`
	// CertFile and KeyFile are PEM files with our certificate and its key; servers need both.
	CertFile string `toml:"cert_file"`
	KeyFile  string `toml:"key_file"`
	// ClientAuth is what a server asks of its clients, by Go's names: "NoClientCert",
	// "RequestClientCert", "RequireAnyClientCert", "VerifyClientCertIfGiven" or
	// "RequireAndVerifyClientCert".
	ClientAuth string `toml:"client_auth"`
	// Ciphers are the cipher suites allowed with TLS 1.2; empty: Go's safe ones.
	Ciphers []string `toml:"ciphers"`
	// InsecureSkipVerify makes a client take any certificate. Default false.
	InsecureSkipVerify bool `toml:"insecure_skip_verify"`
	// PreferServerCiphers is accepted; Go always chooses the order itself.
	PreferServerCiphers *bool `toml:"prefer_server_ciphers"`
	// SessionTicketsDisabled turns off resumption of sessions. Default false.
	SessionTicketsDisabled bool `toml:"session_tickets_disabled"`
	// SessionTicketKey is 64 hex digits that servers which share sessions have in common.
	SessionTicketKey string `toml:"session_ticket_key" alias:"sesion_ticket_key"`
	// MinVersion and MaxVersion are "TLS12" or "TLS13"; default: from TLS12, no upper limit.
	MinVersion string `toml:"min_version"`
	MaxVersion string `toml:"max_version"`
	// ClientCAFile is a PEM file of the authorities that may sign clients' certificates.
	ClientCAFile string `toml:"client_cafile"`
	// RootCAFile is a PEM file of the authorities that may sign the server's certificate; "": the system's.
	RootCAFile string `toml:"root_cafile"`
}

var clientAuths = map[string]tls.ClientAuthType{
	"":                           tls.NoClientCert,
	"NoClientCert":               tls.NoClientCert,
	"RequestClientCert":          tls.RequestClientCert,
	"RequireAnyClientCert":       tls.RequireAnyClientCert,
	"VerifyClientCertIfGiven":    tls.VerifyClientCertIfGiven,
	"RequireAndVerifyClientCert": tls.RequireAndVerifyClientCert,
}

var versions = map[string]uint16{
	"TLS10": tls.VersionTLS10, "TLS11": tls.VersionTLS11, "TLS12": tls.VersionTLS12, "TLS13": tls.VersionTLS13,
	"SSL30": tls.VersionTLS10 - 1,
}

// Check verifies the values without opening a file. Mistakes are plugin.OptionErrors under table
// (the table's key, usually "tls"), joined where there are several.
func (c Config) Check(table string) error {
	var errs []error
	bad := func(option, format string, args ...any) {
		errs = append(errs, plugin.BadOption(table+"."+option, format, args...))
	}
	if _, known := clientAuths[c.ClientAuth]; !known {
		bad("client_auth", "%q is unknown; it is one of %s", c.ClientAuth, strings.Join(names(clientAuths), ", "))
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		bad("cert_file", "cert_file and key_file belong together: give both or none")
	}
	if _, err := c.ticketKey(); err != nil {
		bad("session_ticket_key", "%s", err)
	}
	for _, name := range c.Ciphers {
		if _, err := cipher(name); err != nil {
			bad("ciphers", "%s", err)
		}
	}
	errs = append(errs, c.checkVersions(table)...)
	return errors.Join(errs...)
}

// CheckServer is Check for a listener, which needs a certificate.
func (c Config) CheckServer(table string) error {
	err := c.Check(table)
	if c.CertFile == "" && c.KeyFile == "" {
		err = errors.Join(err, plugin.BadOption(table+".cert_file", "a TLS server needs cert_file and key_file"))
	}
	if auth := clientAuths[c.ClientAuth]; auth >= tls.VerifyClientCertIfGiven && c.ClientCAFile == "" {
		err = errors.Join(err, plugin.BadOption(table+".client_cafile", "client_auth = %q verifies clients, so it needs client_cafile", c.ClientAuth))
	}
	return err
}

func (c Config) checkVersions(table string) (errs []error) {
	for _, v := range [][2]string{{"min_version", c.MinVersion}, {"max_version", c.MaxVersion}} {
		if _, known := versions[v[1]]; v[1] != "" && !known {
			errs = append(errs, plugin.BadOption(table+"."+v[0], "%q is unknown; it is TLS12 or TLS13", v[1]))
		}
	}
	if highest, given := versions[c.MaxVersion]; given {
		switch {
		case highest < tls.VersionTLS12:
			errs = append(errs, plugin.BadOption(table+".max_version", "%s is not spoken any more; the lowest version is TLS12", c.MaxVersion))
		case highest < c.minVersion():
			errs = append(errs, plugin.BadOption(table+".max_version", "%s is lower than min_version %s", c.MaxVersion, c.MinVersion))
		}
	}
	return errs
}

// Warnings tells what is accepted but not done as written, or is dangerous.
func (c Config) Warnings() (list []string) {
	if v, known := versions[c.MinVersion]; known && v < tls.VersionTLS12 {
		list = append(list, fmt.Sprintf("min_version %s is not spoken any more: TLS12 is used", c.MinVersion))
	}
	if c.InsecureSkipVerify {
		list = append(list, "insecure_skip_verify: anybody can pose as the server; give root_cafile instead")
	}
	return list
}

func (c Config) minVersion() uint16 { return max(versions[c.MinVersion], tls.VersionTLS12) }

func (c Config) ticketKey() (key [32]byte, err error) {
	if c.SessionTicketKey == "" {
		return key, nil
	}
	b, err := hex.DecodeString(c.SessionTicketKey)
	if err != nil || len(b) != len(key) { // the key is a secret: the error must not show it
		return key, fmt.Errorf("must be 64 hexadecimal digits; this has %d characters", len(c.SessionTicketKey))
	}
	return [32]byte(b), nil
}

func names[V any](m map[string]V) (list []string) {
	for n := range m {
		if n != "" {
			list = append(list, n)
		}
	}
	sort.Strings(list)
	return list
}
