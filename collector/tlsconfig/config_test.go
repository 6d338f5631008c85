package tlsconfig

import (
	"crypto/tls"
	"strings"
	"testing"
)

const aKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

func TestCheck(t *testing.T) {
	f := func(c Config, want string) {
		t.Helper()
		got := ""
		if err := c.Check("tls"); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("Check(%+v)\n got %q\nwant %q", c, got, want)
		}
	}
	f(Config{}, "")
	f(Config{MinVersion: "TLS12", MaxVersion: "TLS13", ClientAuth: "RequestClientCert", SessionTicketKey: aKey}, "")
	f(Config{MinVersion: "SSL30"}, "")
	f(Config{Ciphers: []string{"ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE_RSA_WITH_CHACHA20_POLY1305"}}, "")
	f(Config{ClientAuth: "always"}, `tls.client_auth: "always" is unknown; it is one of NoClientCert, RequestClientCert, RequireAndVerifyClientCert, RequireAnyClientCert, VerifyClientCertIfGiven`)
	f(Config{CertFile: "a.pem"}, "tls.cert_file: cert_file and key_file belong together: give both or none")
	f(Config{SessionTicketKey: "secret"}, "tls.session_ticket_key: must be 64 hexadecimal digits; this has 6 characters")
	f(Config{Ciphers: []string{"ECDHE_RSA_WITH_RC4_128_SHA"}}, `tls.ciphers: "ECDHE_RSA_WITH_RC4_128_SHA" is broken and not offered any more; leave ciphers out to get the safe ones`)
	f(Config{Ciphers: []string{"TLS_AES_128_GCM_SHA256"}}, `tls.ciphers: "TLS_AES_128_GCM_SHA256" belongs to TLS 1.3, whose suites are always on`)
	f(Config{Ciphers: []string{"ROT13"}}, `tls.ciphers: "ROT13" is no cipher suite that this program knows`)
	f(Config{MinVersion: "TLS14"}, `tls.min_version: "TLS14" is unknown; it is TLS12 or TLS13`)
	f(Config{MaxVersion: "TLS11"}, "tls.max_version: TLS11 is not spoken any more; the lowest version is TLS12")
	f(Config{MinVersion: "TLS13", MaxVersion: "TLS12"}, "tls.max_version: TLS12 is lower than min_version TLS13")
}

func TestCheckServer(t *testing.T) {
	err := Config{ClientAuth: "RequireAndVerifyClientCert"}.CheckServer("tls")
	want := "tls.cert_file: a TLS server needs cert_file and key_file\n" +
		`tls.client_cafile: client_auth = "RequireAndVerifyClientCert" verifies clients, so it needs client_cafile`
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	ok := Config{CertFile: "c", KeyFile: "k", ClientAuth: "RequireAnyClientCert"}
	if err := ok.CheckServer("tls"); err != nil {
		t.Error(err)
	}
}

func TestEveryOldCipherIsKnownOrRefusedAsBroken(t *testing.T) {
	old := []string{
		"RSA_WITH_RC4_128_SHA", "RSA_WITH_3DES_EDE_CBC_SHA", "RSA_WITH_AES_128_CBC_SHA", "RSA_WITH_AES_256_CBC_SHA",
		"ECDHE_ECDSA_WITH_RC4_128_SHA", "ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
		"ECDHE_RSA_WITH_RC4_128_SHA", "ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", "ECDHE_RSA_WITH_AES_128_CBC_SHA",
		"ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
	}
	for _, name := range old {
		_, err := cipher(name)
		broken := strings.Contains(name, "RC4") || strings.Contains(name, "3DES")
		if broken != (err != nil) || broken && !strings.Contains(err.Error(), "is broken") {
			t.Errorf("cipher(%q): %v", name, err)
		}
	}
}

func TestWarnings(t *testing.T) {
	got := strings.Join(Config{MinVersion: "TLS10", InsecureSkipVerify: true}.Warnings(), "; ")
	want := "min_version TLS10 is not spoken any more: TLS12 is used; " +
		"insecure_skip_verify: anybody can pose as the server; give root_cafile instead"
	if got != want {
		t.Errorf("got %q", got)
	}
	for _, c := range []Config{{}, {MinVersion: "TLS12"}, {MinVersion: "TLS13"}} {
		if list := c.Warnings(); list != nil {
			t.Errorf("min_version %q: %q", c.MinVersion, list)
		}
	}
}

func TestOldVersionsAreRaised(t *testing.T) {
	for _, v := range []string{"", "SSL30", "TLS10", "TLS11", "TLS12"} {
		c, err := Config{MinVersion: v}.Client()
		if err != nil || c.MinVersion != tls.VersionTLS12 {
			t.Errorf("min_version %q: %v, %v", v, c, err)
		}
	}
}
