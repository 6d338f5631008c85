package servers

import (
	"strings"
	"testing"
)

func TestRabbitMQLogsAndStops(t *testing.T) {
	r := StartRabbitMQ(t)
	r.CauseError()
	waitForLine(t, r.LogPath, "[error]", "bad_header")

	out, err := r.Ctl("list_vhosts", "--quiet")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, "/") {
		t.Errorf("list_vhosts: %q lacks /", out)
	}
	if out, err := r.Ctl("no_such_command"); err == nil {
		t.Errorf("no_such_command: no error, output %q", out)
	}
	listensOnLoopbackOnly(t, r.Daemon, r.Port)
	stopsWithoutTrace(t, r.Daemon, r.Port)

	r.Start()
	r.CauseError()
}
