package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// child is a running collector.
type child struct {
	cmd   *exec.Cmd
	log   bytes.Buffer
	page  string
	began time.Time
	start time.Duration // CPU time that is not counted
}

// settle ends the start: what the collector has used so far, to read its configuration and scripts,
// is not counted. The resolution is 10 ms.
func (c *child) settle() (err error) {
	c.start, _, err = c.usage()
	c.began = time.Now()
	return err
}

// start runs the collector with the shipped filters and more sections.
func (b *bench) start(sections string) (*child, error) {
	conf := filepath.Join(b.dir, "conf")
	if err := os.MkdirAll(conf, 0o755); err != nil {
		return nil, err
	}
	pattern := "filter-*.toml"
	if b.shipped != "" {
		pattern = b.shipped
	}
	shipped, err := filepath.Glob(filepath.Join(b.root, "conf.d", pattern))
	if err != nil || len(shipped) == 0 {
		return nil, fmt.Errorf("no shipped filters in %s/conf.d: %w", b.root, err)
	}
	for _, f := range shipped {
		if err := copyFile(f, filepath.Join(conf, filepath.Base(f))); err != nil {
			return nil, err
		}
	}
	c := &child{page: freeAddress()}
	global := fmt.Sprintf("[collector]\nhostname = \"node-1\"\nbase_dir = %q\nshare_dir = %q\naddress = %q\n", b.dir+"/base", b.root, c.page)
	if b.profile != "" {
		global += fmt.Sprintf("cpuprof = %q\n", b.profile)
	}
	if err := os.WriteFile(filepath.Join(conf, "zz-bench.toml"), []byte(global+sections), 0o600); err != nil {
		return nil, err
	}
	c.cmd = exec.Command(b.binary, "run", "--config", conf)
	c.cmd.Stderr, c.cmd.Stdout = &c.log, &c.log
	c.began = time.Now()
	return c, c.cmd.Start()
}

// stop ends the collector and gives what it used.
func (c *child) stop(items int) (measure, error) {
	wall := time.Since(c.began)
	rss, err := c.peak()
	if err != nil {
		return measure{}, err
	}
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return measure{}, err
	}
	if err := c.cmd.Wait(); err != nil {
		return measure{}, fmt.Errorf("the collector: %w\n%s", err, c.log.String())
	}
	return measure{items: items, cpu: c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime() - c.start, wall: wall, rss: rss}, nil
}

// peak is the largest resident size so far (VmHWM of proc(5)). What wait4(2) tells would not do: it
// counts the memory of this process, which the child shared until it became the collector.
func (c *child) peak() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kib int64
	if _, err := fmt.Sscan(string(rest), &kib); err != nil {
		return 0, fmt.Errorf("no VmHWM of the collector: %w", err)
	}
	return kib << 10, nil
}

// kill ends a collector whose run failed, and tells what it said.
func (c *child) kill(err error) (measure, error) {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	return measure{}, fmt.Errorf("%w\n%s", err, c.log.String())
}

// usage is the CPU time and resident size of a running collector (proc(5)).
func (c *child) usage() (cpu time.Duration, rss int64, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+2:]))
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	pages, _ := strconv.ParseInt(fields[21], 10, 64)
	const ticksPerSecond = 100
	return time.Duration(user+system) * time.Second / ticksPerSecond, pages * int64(os.Getpagesize()), nil
}

// waitFor polls a condition of the run.
func waitFor(limit time.Duration, what string, ok func() bool) error {
	for end := time.Now().Add(limit); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("waited %v in vain for %s", limit, what)
		}
	}
	return nil
}

func waitForPort(address string) error {
	return waitFor(20*time.Second, address, func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

func freeAddress() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "127.0.0.1:0"
	}
	defer l.Close()
	return l.Addr().String()
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}
