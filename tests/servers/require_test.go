package servers

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// verdict records how a test that calls Require would end.
type verdict struct {
	testing.TB
	text string
}

func (v *verdict) Helper()             {}
func (v *verdict) Logf(string, ...any) {}

func (v *verdict) Skip(args ...any) {
	v.text = "skip: " + fmt.Sprint(args...)
	runtime.Goexit()
}

func (v *verdict) Fatalf(format string, args ...any) {
	v.text = "fail: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func verdictOf(t *testing.T, name string) string {
	v := &verdict{TB: t, text: "run"}
	done := make(chan struct{})
	go func() {
		defer close(done)
		Require(v, name)
	}()
	<-done
	return v.text
}

func TestRequireSkipsOrFails(t *testing.T) {
	unbuilt := func(testing.TB) error { return errors.New("no compiler") }
	requirements["absent"] = requirement{files: []string{"sh", "no-such-program", "/no/such/file"}}
	requirements["extra"] = requirement{files: []string{"sh"}, prepare: unbuilt, optional: true}
	requirements["present"] = requirement{files: []string{"sh", "/bin/s*"}}
	defer func() {
		for _, name := range []string{"absent", "extra", "present"} {
			delete(requirements, name)
		}
	}()
	const absent = "absent is not installed: no no-such-program, /no/such/file; " +
		"run tests/servers/install.sh as root on Debian"
	for _, c := range []struct{ demand, name, want string }{
		{"", "present", "run"},
		{"1", "present", "run"},
		{"", "absent", "skip: " + absent},
		{"1", "absent", "fail: " + absent + " (LMA_REQUIRE_SERVERS=1 demands it)"},
		{"", "extra", "skip: no compiler"},
		{"1", "extra", "skip: no compiler"},
		{"", "elsewhere", `fail: servers: no server is called "elsewhere"`},
	} {
		t.Setenv(RequireEnv, c.demand)
		if got := verdictOf(t, c.name); got != c.want {
			t.Errorf("%s with %s=%q: got %q, want %q", c.name, RequireEnv, c.demand, got, c.want)
		}
	}
}

func TestInstallScriptNamesTheVersions(t *testing.T) {
	for _, line := range []string{"INFLUXDB=1.8.3\n", "OPENSEARCH=2.19.1\n"} {
		if !strings.Contains(installScript, line) {
			t.Errorf("install.sh lacks %q, which the cache's names come from", line)
		}
	}
}
