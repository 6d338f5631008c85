// Package sender makes, signs and sends the control messages of dynamic filters, and looks in a running
// collector what came of them.
package sender

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"lma_collector/collector/config"
	"lma_collector/collector/tlsconfig"
)

// Config is the file of a sender: that of heka-sbmgr, with an Ed25519 key and the status page as additions.
type Config struct {
	Address string           `toml:"ip_address" alias:"address"` // host:port of a TcpInput
	UseTLS  bool             `toml:"use_tls"`
	TLS     tlsconfig.Config `toml:"tls"`
	Signer  Signer           `toml:"signer"`
	Host    string           `toml:"host"` // "": hostname of the collector, which is to be the only one that obeys
	Page    string           `toml:"page"` // "": host:port of the receiver's status page, which is asked what came of a message
	// "": file with that page's token, which it asks for when other machines can reach it.
	PageTokenFile string `toml:"page_token_file"`
}

// Signer is who signs.
type Signer struct {
	Name           string `toml:"name"`
	Version        uint32 `toml:"version"`
	HMACHash       string `toml:"hmac_hash"` // "md5" or "sha1"; as hekad had it
	HMACKey        string `toml:"hmac_key"`
	PrivateKeyFile string `toml:"private_key_file"` // Ed25519; beside the configuration, if it is relative
}

// maxConfigFile bounds the file, in bytes.
const maxConfigFile = 1 << 20

// ReadConfig reads a file. warnings are worth telling; no error shows a key.
func ReadConfig(path string) (c Config, warnings []string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return c, nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxConfigFile {
		return c, nil, fmt.Errorf("%s is not a small regular file", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return c, nil, err
	}
	section, found := config.Parse(path, data, nil)
	if section != nil && !found.HasErrors() {
		found = append(found, section.Decode(&c)...)
	}
	if found.HasErrors() {
		return c, nil, errors.New(strings.TrimSuffix(found.Errors().String(), "\n"))
	}
	for _, d := range found.Of(config.Warning) {
		warnings = append(warnings, d.String())
	}
	const others = 0o077
	if key := c.Signer.HMACKey; key != "" && strings.Contains(string(data), key) && info.Mode().Perm()&others != 0 {
		warnings = append(warnings, fmt.Sprintf("%s: warning: others can read the hmac_key (chmod 600 the file, or use private_key_file)", path))
	}
	for _, w := range c.TLS.Warnings() {
		warnings = append(warnings, path+": warning: tls: "+w)
	}
	c.Signer.PrivateKeyFile, c.PageTokenFile = beside(path, c.Signer.PrivateKeyFile), beside(path, c.PageTokenFile)
	return c, warnings, nil
}

// beside resolves a relative path against the folder of the file that names it.
func beside(path, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(filepath.Dir(path), file)
}

// Check finds what is missing or contradicts itself before anything is sent.
func (c *Config) Check() error {
	if _, port, err := net.SplitHostPort(c.Address); err != nil || port == "" {
		return fmt.Errorf("the collector's address %q is not host:port: set ip_address or --address", c.Address)
	}
	s := &c.Signer
	switch {
	case s.HMACKey != "" && s.PrivateKeyFile != "":
		return errors.New("signer: hmac_key and private_key_file contradict each other: remove one")
	case s.Name == "" && (s.HMACKey != "" || s.PrivateKeyFile != ""):
		return errors.New("signer: there is a key, but no name to sign by: set name or --signer")
	case s.PrivateKeyFile == "" && s.HMACKey == "" && s.Name != "":
		return fmt.Errorf("signer: %q has no key: set private_key_file, --key or hmac_key", s.Name)
	case s.HMACHash != "" && s.HMACHash != "md5" && s.HMACHash != "sha1":
		return fmt.Errorf("signer: hmac_hash %q is not one of md5, sha1", s.HMACHash)
	}
	if c.UseTLS {
		return c.TLS.Check("tls")
	}
	return nil
}

// SetSigner takes NAME_VERSION apart.
func (s *Signer) SetSigner(text string) error {
	at := strings.LastIndexByte(text, '_')
	if at > 0 {
		if v, err := strconv.ParseUint(text[at+1:], 10, 32); err == nil {
			s.Name, s.Version = text[:at], uint32(v)
			return nil
		}
	}
	return fmt.Errorf("signer %q is not <name>_<key version>, such as ops_1", text)
}
