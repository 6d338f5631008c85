package servers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// RequireEnv names the environment variable that, set to 1, turns the absence
// of a server from a skipped test into a failed one.
const RequireEnv = "LMA_REQUIRE_SERVERS"

// requirement says what a server needs on this machine.
type requirement struct {
	files    []string               // programs (by name or path) that must exist
	prepare  func(testing.TB) error // builds or fetches what no package has
	optional bool                   // may be missing even where servers are required
}

var requirements = map[string]requirement{
	"nagios": {files: []string{
		"nagios4", "apache2", nagiosCGI + "/cmd.cgi", nagiosCGI + "/statusjson.cgi",
		"/usr/lib/nagios/plugins/check_dummy", "/usr/lib/apache2/modules/mod_cgid.so",
	}},
	"rabbitmq":   {files: []string{rabbitBin + "/rabbitmq-server", rabbitBin + "/rabbitmqctl", "epmd"}},
	"mariadb":    {files: []string{"mariadbd", "mariadb-install-db", "mariadb"}},
	"collectd":   {files: []string{"collectd", "/usr/lib/collectd/write_http.so", "/usr/lib/*/libyajl.so.2", collectdTypes}},
	"influxdb16": {files: []string{"/usr/bin/influxd"}},
	"influxdb":   {prepare: func(t testing.TB) error { return prepare(t, "influxdb", influxBinary) }},
	"opensearch": {
		files:    []string{"java", "mvn"},
		prepare:  func(t testing.TB) error { return prepare(t, "opensearch", opensearchMarker) },
		optional: true,
	},
	"chromium": {files: []string{"chromium"}},
	"openssl":  {files: []string{"openssl"}},
	"lua5.1":   {files: []string{"lua5.1"}},
	"lpeg": {
		files:    []string{"apt-get", "tar"},
		prepare:  func(t testing.TB) error { return prepare(t, "lpeg", lpegTests) },
		optional: true,
	},
}

// Require skips the test when the server or program name is not installed, or
// fails it when LMA_REQUIRE_SERVERS=1 demands all but the optional ones. Names
// are nagios, rabbitmq, mariadb, collectd, influxdb (1.8), influxdb16,
// opensearch, chromium, openssl, lua5.1 and lpeg (LPeg's own tests).
func Require(t testing.TB, name string) {
	t.Helper()
	r, ok := requirements[name]
	if !ok {
		t.Fatalf("servers: no server is called %q", name)
	}
	err := r.check(t, name)
	switch {
	case err == nil:
	case os.Getenv(RequireEnv) == "1" && !r.optional:
		t.Fatalf("%v (%s=1 demands it)", err, RequireEnv)
	default:
		t.Skip(err)
	}
}

func (r requirement) check(t testing.TB, name string) error {
	var missing []string
	for _, f := range r.files {
		if program(f) == "" {
			missing = append(missing, f)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s is not installed: no %s; run tests/servers/install.sh as root on Debian",
			name, strings.Join(missing, ", "))
	}
	if r.prepare != nil {
		return r.prepare(t)
	}
	return nil
}

// program gives the absolute path of a program (or file) named by name, path or
// pattern, "" when there is none. Daemons live in /usr/sbin, which an ordinary user's PATH lacks.
func program(name string) string {
	if filepath.IsAbs(name) {
		if found, _ := filepath.Glob(name); len(found) > 0 {
			return found[0]
		}
		return ""
	}
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	return program(filepath.Join("/usr/sbin", name))
}
