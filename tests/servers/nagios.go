package servers

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

const (
	nagiosCGI  = "/usr/lib/cgi-bin/nagios4"
	nagiosUser = "nagiosadmin"
)

// Nagios is a Nagios 4 daemon and an Apache that serves its CGI programs with
// Basic authentication. Stop, Kill, Pause, Resume and Start act on the daemon;
// Apache goes on, as on a machine whose Nagios died.
type Nagios struct {
	*Daemon
	// CmdURL is the address of cmd.cgi, StatusURL that of statusjson.cgi.
	CmdURL, StatusURL string
	// User and Password are what Apache asks for.
	User, Password string
	// LogPath is nagios.log, StatusPath status.dat, written every second.
	LogPath, StatusPath string

	apache *Daemon
}

// StartNagios starts Nagios with the objects given as configuration text. What
// they refer to by the usual names and do not define (time period 24x7, contact
// nagiosadmin, contact group admins, commands check_ok and check_stale) is
// added. Freshness is checked every two seconds.
func StartNagios(t testing.TB, objects string) *Nagios {
	t.Helper()
	Require(t, "nagios")
	d := newDaemon(t, "nagios", accountOf(t, "nagios"))
	n := &Nagios{
		Daemon: d, User: nagiosUser, Password: rand.Text(),
		LogPath: d.path("log/nagios.log"), StatusPath: d.path("var/status.dat"),
	}
	d.logs = []string{n.LogPath}
	cfg := d.layOutNagios(objects)
	d.args = []string{program("nagios4"), cfg}
	d.ready = n.written
	n.prepareApache()
	d.Start()
	n.apache.Start()
	return n
}

// VerifyNagios checks object definitions as "nagios -v" does. It returns what
// Nagios printed, and an error when it refused them.
func VerifyNagios(t testing.TB, objects string) (string, error) {
	t.Helper()
	Require(t, "nagios")
	d := newDaemon(t, "nagios", accountOf(t, "nagios"))
	cfg := d.layOutNagios(objects)
	return d.run(30*time.Second, program("nagios4"), "-v", cfg)
}

// layOutNagios writes nagios.cfg with all it refers to and gives its path.
func (d *Daemon) layOutNagios(objects string) string {
	d.t.Helper()
	for _, dir := range []string{"etc", "var", "var/rw", "var/spool", "var/spool/checkresults", "log"} {
		d.mkdir(dir)
	}
	d.shareFIFO(d.path("var/rw"))
	d.write("etc/resource.cfg", "$USER1$=/usr/lib/nagios/plugins\n")
	d.write("etc/base.cfg", baseObjects(objects))
	d.write("etc/objects.cfg", objects)
	d.write("etc/cgi.cfg", cgiConfig(d.Dir))
	return d.write("etc/nagios.cfg", nagiosConfig(d.Dir, d.account))
}

// shareFIFO lets the CGI programs, which run as Apache's user, write to the
// command FIFO: its folder's group is theirs and is passed on to the FIFO.
func (d *Daemon) shareFIFO(dir string) {
	d.t.Helper()
	if d.account.credential == nil {
		return
	}
	www := lookup(d.t, "www-data", true)
	if err := os.Chown(dir, d.account.uid, www.gid); err != nil {
		d.t.Fatal(err)
	}
	if err := syscall.Chmod(dir, 0o2710); err != nil {
		d.t.Fatal(err)
	}
}

// written reports nil once Nagios runs: it reads commands and wrote its status.
func (n *Nagios) written() error {
	if _, err := os.Stat(n.path("var/rw/nagios.cmd")); err != nil {
		return err
	}
	status, err := readStatus(n.StatusPath)
	if err != nil {
		return err
	}
	if status.pid != n.PID() {
		return fmt.Errorf("%s: is of process %d, want %d", n.StatusPath, status.pid, n.PID())
	}
	return nil
}

func (n *Nagios) prepareApache() {
	n.t.Helper()
	web := ownAccount(n.t)
	if n.account.credential != nil {
		web = lookup(n.t, "www-data", false)
	}
	port := Port(n.t)
	base := "http://" + loopback(port) + "/cgi-bin/nagios4/"
	n.CmdURL, n.StatusURL = base+"cmd.cgi", base+"statusjson.cgi"
	n.mkdir("apache")
	n.write("etc/htpasswd", n.User+":"+passwordHash(n.Password)+"\n")
	conf := n.write("etc/apache.conf", apacheConfig(n.Dir, port, web))

	n.apache = n.companion("apache", account{})
	n.apache.args = []string{program("apache2"), "-f", conf, "-DFOREGROUND"}
	n.apache.logs = []string{n.path("apache/error.log")}
	n.apache.ready = answersHTTP(n.StatusURL, 401)
}

// passwordHash is the only form of htpasswd(1) that needs no library; the
// password is random and lives as long as the test.
func passwordHash(password string) string {
	sum := sha1.Sum([]byte(password))
	return "{SHA}" + base64.StdEncoding.EncodeToString(sum[:])
}

// Log gives nagios.log as it is now.
func (n *Nagios) Log() string {
	n.t.Helper()
	data, err := os.ReadFile(n.LogPath)
	if err != nil {
		n.t.Fatalf("%s: %v", filepath.Base(n.LogPath), err)
	}
	return string(data)
}
