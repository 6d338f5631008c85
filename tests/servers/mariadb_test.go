package servers

import "testing"

func TestMariaDBLogsAndStops(t *testing.T) {
	m := StartMariaDB(t)
	m.CauseWarning()
	waitForLine(t, m.LogPath, "[Warning]", "Aborted connection")
	m.CauseError("nightly")
	waitForLine(t, m.LogPath, "[ERROR]", "nightly", "missing")

	out, err := m.Exec("SELECT 6*7, 'x'")
	if err != nil {
		t.Fatal(err)
	}
	if want := "42\tx\n"; out != want {
		t.Errorf("Exec gave %q, want %q", out, want)
	}
	if _, err := m.Exec("SELECT FROM"); err == nil {
		t.Error("Exec of bad SQL: no error")
	}
	listensOnLoopbackOnly(t, m.Daemon, m.Port)
	stopsWithoutTrace(t, m.Daemon, m.Port)
}
