package servers

import (
	"fmt"
	"io"
	"net"
	"testing"
	"time"
)

// MariaDB is a server with an empty data folder.
type MariaDB struct {
	*Daemon
	// Port and Socket take connections of user root, who has no password.
	Port   int
	Socket string
	// LogPath is the error log.
	LogPath string
}

// StartMariaDB starts a server and waits until it answers a query.
func StartMariaDB(t testing.TB) *MariaDB {
	t.Helper()
	Require(t, "mariadb")
	d := newDaemon(t, "mariadb", accountOf(t, "mysql"))
	m := &MariaDB{Daemon: d, Port: Port(t), Socket: d.path("sock"), LogPath: d.path("error.log")}
	d.logs = []string{m.LogPath}
	d.mkdir("data")
	cnf := "--defaults-file=" + d.write("my.cnf", m.config())
	out, err := d.run(startTimeout, program("mariadb-install-db"), cnf,
		"--auth-root-authentication-method=normal", "--skip-test-db", "--skip-log-error")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	d.args = []string{program("mariadbd"), cnf, "--log-error=" + m.LogPath}
	d.ready = func() error { _, err := m.Exec("SELECT 1"); return err }
	d.Start()
	return m
}

func (m *MariaDB) config() string {
	return fmt.Sprintf(`[server]
datadir = %[1]s/data
socket = %[1]s/sock
pid-file = %[1]s/pid
tmpdir = %[1]s
bind-address = 127.0.0.1
port = %[2]d
log-warnings = 2
event-scheduler = ON
performance-schema = OFF
innodb-buffer-pool-size = 16M
innodb-log-file-size = 8M
innodb-fast-shutdown = 2
aria-pagecache-buffer-size = 8M
key-buffer-size = 1M
innodb-flush-log-at-trx-commit = 0
`, m.Dir, m.Port)
}

// Exec runs SQL as root and gives the rows, a line each, columns separated by tabs.
func (m *MariaDB) Exec(sql string) (string, error) {
	return m.run(20*time.Second, program("mariadb"), "--no-defaults", "--socket="+m.Socket,
		"--user=root", "--batch", "--skip-column-names", "--execute="+sql)
}

// CauseWarning makes the server log a [Warning] "Aborted connection": a client
// goes away before it has logged in.
func (m *MariaDB) CauseWarning() {
	m.t.Helper()
	conn, err := net.DialTimeout("tcp", loopback(m.Port), time.Second)
	if err != nil {
		m.t.Fatalf("mariadb: %v", err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.ReadFull(conn, make([]byte, 16)); err != nil {
		m.t.Fatalf("mariadb: no greeting: %v", err)
	}
}

// CauseError makes the server log an [ERROR] line: a scheduled event fails.
// name becomes part of the line.
func (m *MariaDB) CauseError(name string) {
	m.t.Helper()
	const sql = "CREATE DATABASE IF NOT EXISTS faults; USE faults; " +
		"CREATE EVENT `%s` ON SCHEDULE AT CURRENT_TIMESTAMP DO SELECT * FROM missing;"
	if _, err := m.Exec(fmt.Sprintf(sql, name)); err != nil {
		m.t.Fatal(err)
	}
}
