package tlsconfig

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// Client makes the configuration of a connecting side, reading the files that the table names. The
// table must have passed Check.
func (c Config) Client() (*tls.Config, error) {
	t, err := c.base()
	if err != nil {
		return nil, err
	}
	t.ServerName = c.ServerName
	t.InsecureSkipVerify = c.InsecureSkipVerify
	if t.RootCAs, err = pool("root_cafile", c.RootCAFile); err != nil {
		return nil, err
	}
	return t, nil
}

// Server makes the configuration of a listening side, reading the files that the table names. The
// table must have passed CheckServer.
func (c Config) Server() (*tls.Config, error) {
	t, err := c.base()
	if err != nil {
		return nil, err
	}
	if len(t.Certificates) == 0 {
		return nil, fmt.Errorf("a TLS server needs cert_file and key_file")
	}
	t.ClientAuth = clientAuths[c.ClientAuth]
	if t.ClientCAs, err = pool("client_cafile", c.ClientCAFile); err != nil {
		return nil, err
	}
	if c.SessionTicketKey != "" {
		key, err := c.ticketKey()
		if err != nil {
			return nil, fmt.Errorf("session_ticket_key %w", err)
		}
		t.SetSessionTicketKeys([][32]byte{key})
	}
	return t, nil
}

func (c Config) base() (*tls.Config, error) {
	t := &tls.Config{
		MinVersion:             c.minVersion(),
		MaxVersion:             versions[c.MaxVersion],
		SessionTicketsDisabled: c.SessionTicketsDisabled,
	}
	for _, name := range c.Ciphers {
		id, err := cipher(name)
		if err != nil {
			return nil, err
		}
		t.CipherSuites = append(t.CipherSuites, id)
	}
	if c.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("cannot load cert_file %q with key_file %q: %w", c.CertFile, c.KeyFile, err)
		}
		t.Certificates = []tls.Certificate{cert}
	}
	return t, nil
}

// pool reads a PEM file of certificate authorities; nil stands for the system's.
func pool(option, file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", option, err)
	}
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s %q holds no PEM certificate", option, file)
	}
	return p, nil
}
