package servers

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

var formID = regexp.MustCompile(`(?i)name='nagFormId' value='([0-9a-f]+)'`)

// submit posts a passive result as a browser would: it fetches the form with its
// id and cookie, and posts them back. It gives the text of the answer.
func (n *Nagios) submit(t *testing.T, host, service string, state int, output string) string {
	t.Helper()
	form, cookies := n.request(t, http.MethodGet, url.Values{
		"cmd_typ": {"30"}, "cmd_mod": {"1"}, "host": {host}, "service": {service},
	}, nil)
	id := formID.FindStringSubmatch(form)
	if id == nil {
		t.Fatalf("the form has no nagFormId:\n%s", form)
	}
	answer, _ := n.request(t, http.MethodPost, url.Values{
		"nagFormId": {id[1]}, "cmd_typ": {"30"}, "cmd_mod": {"2"}, "host": {host}, "service": {service},
		"plugin_state": {fmt.Sprint(state)}, "plugin_output": {output}, "performance_data": {""},
	}, cookies)
	return answer
}

func (n *Nagios) request(t *testing.T, method string, form url.Values, cookies []*http.Cookie) (string, []*http.Cookie) {
	t.Helper()
	address, body := n.CmdURL, strings.NewReader("")
	if method == http.MethodGet {
		address += "?" + form.Encode()
	} else {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(n.User, n.Password)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range cookies {
		req.AddCookie(c)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), resp.Cookies()
}

const submitted = "successfully submitted to Nagios"

func TestNagiosTakesPassiveResults(t *testing.T) {
	n := StartNagios(t, PassiveService("00-clusters", 0, "mysql", "nova"))
	if _, _, err := n.ServiceState("00-clusters", "mysql"); !errors.Is(err, ErrPending) {
		t.Errorf("before any result: error %v, want %v", err, ErrPending)
	}
	if _, _, err := n.ServiceState("00-clusters", "none"); err == nil || errors.Is(err, ErrPending) {
		t.Errorf("unknown service: error %v", err)
	}
	if answer := n.submit(t, "00-clusters", "mysql", Critical, "disk full"); !strings.Contains(answer, submitted) {
		t.Fatalf("cmd.cgi answered\n%s", answer)
	}
	n.WaitState(t, "00-clusters", "mysql", Critical, 60*time.Second)
	if _, output, _ := n.ServiceState("00-clusters", "mysql"); output != "disk full" {
		t.Errorf("output %q, want %q", output, "disk full")
	}
	n.submit(t, "00-clusters", "mysql", OK, "fine")
	n.WaitState(t, "00-clusters", "mysql", OK, 60*time.Second)
	if answer := n.submit(t, "00-clusters", "none", OK, "x"); strings.Contains(answer, submitted) {
		t.Error("cmd.cgi took a result of an unknown service")
	}
	listensOnLoopbackOnly(t, n.Daemon)
	listensOnLoopbackOnly(t, n.apache, portOf(t, n.CmdURL))
	stopsWithoutTrace(t, n.Daemon)
	stopsWithoutTrace(t, n.apache)
}

func TestNagiosLeavesOKByFreshness(t *testing.T) {
	n := StartNagios(t, PassiveService("node-1", 3, "heartbeat"))
	n.submit(t, "node-1", "heartbeat", OK, "alive")
	n.WaitState(t, "node-1", "heartbeat", OK, 60*time.Second)
	n.WaitState(t, "node-1", "heartbeat", Unknown, 30*time.Second)
}

func TestNagiosComesBackAfterAKill(t *testing.T) {
	n := StartNagios(t, PassiveService("node-1", 0, "cpu"))
	n.Kill()
	n.Start()
	n.Pause()
	n.Resume()
	n.submit(t, "node-1", "cpu", Warning, "busy")
	n.WaitState(t, "node-1", "cpu", Warning, 60*time.Second)
}

func TestVerifyNagiosJudgesObjects(t *testing.T) {
	good := PassiveService("node-1", 60, "cpu", "disk")
	if out, err := VerifyNagios(t, good); err != nil || !strings.Contains(out, "Checked 2 services") {
		t.Errorf("good objects: %v\n%s", err, out)
	}
	bad := strings.ReplaceAll(good, "check_stale", "check_absent")
	out, err := VerifyNagios(t, bad)
	if err == nil || !strings.Contains(out, "check_absent") {
		t.Errorf("a missing command: error %v\n%s", err, out)
	}
}
