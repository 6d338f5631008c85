package integration

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lma_collector/tests/servers"
)

// pluginState is what the page tells of a plugin.
type pluginState struct {
	Name       string
	State      string
	LastError  string `json:"last_error"`
	Conditions []struct{ Text string }
	Queue      *struct{ Messages int64 }
	Counters   []struct {
		Name  string
		Value int64
	}
}

// number is a counter's value, -1 where there is none.
func (p *pluginState) number(name string) int64 {
	for _, n := range p.Counters {
		if n.Name == name {
			return n.Value
		}
	}
	return -1
}

// plugin reads what the page tells of a section.
func (c *collector) plugin(section string) (*pluginState, error) {
	var report struct{ Plugins []pluginState }
	if err := c.getJSON("/api/plugins", &report); err != nil {
		return nil, err
	}
	for i := range report.Plugins {
		if report.Plugins[i].Name == section {
			return &report.Plugins[i], nil
		}
	}
	return nil, fmt.Errorf("the page does not know %s", section)
}

func (c *collector) getJSON(path string, into any) error {
	body, err := c.get(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

// counter reads a plugin's counter.
func (c *collector) counter(section, name string) (int64, error) {
	p, err := c.plugin(section)
	if err != nil {
		return 0, err
	}
	if n := p.number(name); n >= 0 {
		return n, nil
	}
	return 0, fmt.Errorf("no counter %s of %s", name, section)
}

// waitCounter waits until a counter has a value of at least min.
func (c *collector) waitCounter(section, name string, least int64) {
	c.t.Helper()
	servers.WaitFor(c.t, patience, fmt.Sprintf("%s of %s at %d", name, section, least), func() error {
		n, err := c.counter(section, name)
		if err == nil && n < least {
			err = fmt.Errorf("it is %d", n)
		}
		return err
	})
}

// waitComplaint waits until a section complains in a condition, or as its last error, with all of the parts.
func (c *collector) waitComplaint(section string, parts ...string) {
	c.t.Helper()
	servers.WaitFor(c.t, patience, fmt.Sprintf("%s complains of %q", section, parts), func() error {
		p, err := c.plugin(section)
		if err != nil {
			return err
		}
		said := []string{p.LastError}
		for _, condition := range p.Conditions {
			said = append(said, condition.Text)
		}
		for _, text := range said {
			if containsAll(text, parts) {
				return nil
			}
		}
		return fmt.Errorf("it is %s and says %q", p.State, said)
	})
}

// waitContent waits until a section runs and complains of nothing.
func (c *collector) waitContent(section string, within time.Duration) {
	c.t.Helper()
	servers.WaitFor(c.t, within, section+" complains of nothing", func() error {
		p, err := c.plugin(section)
		if err == nil && (len(p.Conditions) > 0 || p.State != "running") {
			err = fmt.Errorf("it is %s and says %v", p.State, p.Conditions)
		}
		return err
	})
}

func containsAll(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

// cluster is the page's state of a cluster of a level: global, services or nodes.
func (c *collector) cluster(level, name string) (status string, err error) {
	var tree map[string]json.RawMessage
	if err := c.getJSON("/api/status", &tree); err != nil {
		return "", err
	}
	var list []struct{ Name, Status string }
	if err := json.Unmarshal(tree[level], &list); err != nil {
		return "", err
	}
	for _, x := range list {
		if x.Name == name {
			return x.Status, nil
		}
	}
	return "", fmt.Errorf("the page does not know the cluster %s", name)
}

// waitCluster waits until the page shows a cluster with a status.
func (c *collector) waitCluster(level, name, want string) {
	c.t.Helper()
	servers.WaitFor(c.t, patience, fmt.Sprintf("the cluster %s as %s", name, want), func() error {
		got, err := c.cluster(level, name)
		if err == nil && got != want {
			err = fmt.Errorf("it is %s", got)
		}
		return err
	})
}

// logs reads the page's recent logs that a query asks for, with the token that the collector's user has.
func (c *collector) logs(query string) (list []map[string]any, err error) {
	token, err := os.ReadFile(filepath.Join(c.base, "status_token"))
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(http.MethodGet, "http://"+c.page+"/api/logs?"+query, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var answer struct{ Logs []map[string]any }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%s: %w", resp.Status, err)
	}
	return answer.Logs, nil
}
