package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lma_collector/tests/servers"
)

// The shipped conf.d, as make run uses it: within a minute the page shows this machine's state, to an
// ordinary user. What he may not read is a warning.
func TestShippedConfiguration(t *testing.T) {
	t.Parallel()
	c := configure(t, "")
	c.asOrdinaryUser()
	files, err := filepath.Glob(filepath.Join(repo, "conf.d/*.toml"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files in conf.d, %v", len(files), err)
	}
	for _, file := range files {
		if name := filepath.Base(file); name != "global.toml" { // ours says where its state and its page are
			c.copyShipped(name)
		}
	}
	c.replace("conf/collectd.toml", "127.0.0.1:8325", fmt.Sprintf("127.0.0.1:%d", servers.Port(t)))
	c.replace("conf/nova.toml", `"/var/log"`, fmt.Sprintf("%q", c.within("log")))
	sample, err := os.ReadFile(filepath.Join(repo, "tests/samples/openstack/nova-compute.log"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(c.write("log/nova/nova-compute.log", string(sample)), 0o644); err != nil {
		t.Fatal(err)
	}

	if _, errText, code := c.run("check", "--config", c.conf); code != 0 || strings.Contains(errText, ": error: ") {
		t.Errorf("check: exit code %d, %s", code, errText)
	}
	c.Start()
	servers.WaitFor(t, 2*patience, "the state of the machine and of the cloud", func() error {
		for _, x := range []struct{ level, name string }{{"nodes", "default"}, {"global", "system"}} {
			if _, err := c.cluster(x.level, x.name); err != nil {
				return err
			}
		}
		return nil
	})
	page, err := c.get("/")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"system", "default", "root-fs", "host_metrics", "afd_filter"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	for _, section := range []string{"host_metrics", "collectd_httplisten", "nova_logstreamer", "afd_filter", "gse_global_filter", "logs_counter_filter"} {
		if p, err := c.plugin(section); err != nil || p.State != "running" || p.number("failures") > 0 {
			t.Errorf("%s: %+v, %v", section, p, err)
		}
	}
	c.appendTo("log/nova/nova-compute.log", novaLine("instance spawned"))
	servers.WaitFor(t, patience, "a new line of Nova's log on the page", func() error {
		logs, err := c.logs("program=nova-compute&q=spawned")
		if err == nil && len(logs) != 1 {
			err = fmt.Errorf("%d lines", len(logs))
		}
		return err
	})
	c.waitCounter("nova_logstreamer", "records", 664) // those of the sample
	if n, err := c.counter("nova_logstreamer", "decode_failures"); err != nil || n != 0 {
		t.Errorf("%d records could not be decoded (%v)", n, err)
	}
	c.waitCounter("host_metrics", "messages", 20)
	if c.waitCounter("afd_filter", "injected", 1); strings.Contains(c.log.String(), "level=ERROR") {
		t.Error("there are errors in the log")
	}
	c.Stop()
	c.Start()
	c.appendTo("log/nova/nova-compute.log", novaLine("instance deleted"))
	c.waitCounter("nova_logstreamer", "messages", 1)
	if n, err := c.counter("nova_logstreamer", "records"); err != nil || n != 1 {
		t.Errorf("after another start %d records were read for a new one (%v)", n, err)
	}
}
