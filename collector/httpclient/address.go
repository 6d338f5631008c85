package httpclient

import (
	"net/url"

	"lma_collector/collector/plugin"
)

// ParseURL reads the address of a server; mistakes are a plugin.OptionError that does not show the
// address, which may hold a password.
func ParseURL(option, text string) (*url.URL, error) {
	if text == "" {
		return nil, plugin.BadOption(option, "is missing; it is the address of the server, such as \"http://127.0.0.1:8080/\"")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, plugin.BadOption(option, "is no URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, plugin.BadOption(option, "begins with %q, but only http:// and https:// are spoken", u.Scheme+":")
	case u.Hostname() == "":
		return nil, plugin.BadOption(option, "names no host")
	}
	return u, nil
}

// Credentials takes user and password out of an address, so that they cannot be printed with it.
func Credentials(u *url.URL) (user, password string) {
	if u.User != nil {
		user = u.User.Username()
		password, _ = u.User.Password()
		u.User = nil
	}
	return user, password
}

// Redacted is an address without what may be secret: credentials and the query.
func Redacted(u *url.URL) string {
	r := *u
	r.User = nil
	if r.RawQuery != "" {
		r.RawQuery = "…"
	}
	r.Fragment = ""
	return r.String()
}
