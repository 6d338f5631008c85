package servers

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// account is the user a server runs as. The zero account is the test's own user.
type account struct {
	name, group string
	uid, gid    int
	credential  *syscall.Credential
}

// accountOf gives the named system user when the test runs as root; an ordinary
// user can start servers only as itself.
func accountOf(t testing.TB, name string) account {
	t.Helper()
	if os.Geteuid() != 0 {
		return ownAccount(t)
	}
	return lookup(t, name, true)
}

// ownAccount is the test's own user.
func ownAccount(t testing.TB) account {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return lookup(t, me.Username, false)
}

func lookup(t testing.TB, name string, become bool) account {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	g, err := user.LookupGroupId(u.Gid)
	if err != nil {
		t.Fatal(err)
	}
	a := account{name: name, group: g.Name}
	a.uid, _ = strconv.Atoi(u.Uid)
	a.gid, _ = strconv.Atoi(u.Gid)
	if become {
		a.credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return a
}

// newDaemon gives a server an empty folder that its user owns and others can
// enter, which t.TempDir does not allow. Logs are printed, processes stopped and
// the folder removed, in that order, when the test ends.
func newDaemon(t testing.TB, name string, a account) *Daemon {
	t.Helper()
	dir, err := os.MkdirTemp("", "lma-"+name+"-")
	if err != nil {
		t.Fatal(err)
	}
	d := &Daemon{Dir: dir, t: t, name: name, account: a}
	t.Cleanup(func() {
		d.Stop()
		d.dumpLogs()
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	d.own(dir)
	return d
}

// companion is a second process of a server, in the same folder.
func (d *Daemon) companion(name string, a account) *Daemon {
	c := &Daemon{Dir: d.Dir, t: d.t, name: name, account: a}
	d.t.Cleanup(func() {
		c.Stop()
		c.dumpLogs()
	})
	return c
}

// mkdir makes a folder inside the server's, owned by its user.
func (d *Daemon) mkdir(name string) string {
	d.t.Helper()
	path := d.path(name)
	if err := os.MkdirAll(path, 0o755); err != nil {
		d.t.Fatal(err)
	}
	d.own(path)
	return path
}

// write makes a file inside the server's folder, owned by its user.
func (d *Daemon) write(name, text string) string {
	d.t.Helper()
	path := d.path(name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		d.t.Fatal(err)
	}
	d.own(path)
	return path
}

func (d *Daemon) own(path string) {
	d.t.Helper()
	if d.account.credential == nil {
		return
	}
	if err := os.Chown(path, d.account.uid, d.account.gid); err != nil {
		d.t.Fatal(err)
	}
}

func (d *Daemon) path(name string) string { return filepath.Join(d.Dir, name) }
