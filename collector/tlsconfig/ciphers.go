package tlsconfig

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
)

// cipher finds a TLS 1.2 suite by its IANA name, with or without the TLS_ in front that hekad left out.
func cipher(name string) (uint16, error) {
	full := "TLS_" + strings.TrimPrefix(name, "TLS_")
	if strings.Contains(full, "_RC4_") || strings.Contains(full, "_3DES_") {
		return 0, fmt.Errorf("%q is broken and not offered any more; leave ciphers out to get the safe ones", name)
	}
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if s.Name != full && s.Name != full+"_SHA256" { // CHACHA20_POLY1305 goes by both names
			continue
		}
		if !slices.Contains(s.SupportedVersions, tls.VersionTLS12) {
			return 0, fmt.Errorf("%q belongs to TLS 1.3, whose suites are always on", name)
		}
		return s.ID, nil
	}
	return 0, fmt.Errorf("%q is no cipher suite that this program knows", name)
}
