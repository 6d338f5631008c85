package integration

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"lma_collector/tests/servers"
)

// smallDisk is a file system that can be filled up. Where none can be mounted it is a folder, and a
// limit of the collector's files takes the place of the disk's end.
type smallDisk struct {
	c       *collector
	mounted bool
}

// mountSmallDisk makes the folder "disk" one of 4 MiB.
func mountSmallDisk(c *collector) *smallDisk {
	c.t.Helper()
	dir := c.within("disk")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		c.t.Fatal(err)
	}
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m")
	if err != nil {
		c.t.Logf("no file system can be mounted here (%v): the size of files is limited instead", err)
		return &smallDisk{c: c}
	}
	c.t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			c.t.Errorf("%s: %v", dir, err)
		}
	})
	return &smallDisk{c: c, mounted: true}
}

// fill leaves no byte of space.
func (d *smallDisk) fill() (reason string) {
	d.c.t.Helper()
	if !d.mounted {
		d.limitFiles(uint64(d.c.size("disk/out.json")) + 100)
		return "file too large"
	}
	f, err := os.Create(d.c.within("disk/ballast"))
	if err != nil {
		d.c.t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			d.c.t.Fatal(err)
		}
	}
	return "no space left on device"
}

// clear makes room again.
func (d *smallDisk) clear() {
	d.c.t.Helper()
	if !d.mounted {
		d.limitFiles(^uint64(0))
		return
	}
	if err := os.Remove(d.c.within("disk/ballast")); err != nil {
		d.c.t.Fatal(err)
	}
}

// limitFiles sets how long the collector's files may be, in bytes (prlimit(2)).
func (d *smallDisk) limitFiles(n uint64) {
	d.c.t.Helper()
	limit := syscall.Rlimit{Cur: n, Max: ^uint64(0)}
	_, _, errno := syscall.Syscall6(syscall.SYS_PRLIMIT64, uintptr(d.c.cmd.Process.Pid), syscall.RLIMIT_FSIZE, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	if errno != 0 {
		d.c.t.Fatal(errno)
	}
}

// A full disk is said; everything else goes on, and when there is space again nothing is missing.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	store := startBulkServer(t)
	c := configure(t, "")
	disk := mountSmallDisk(c)
	c.base = c.within("disk/base")
	c.globalsOfRepo()
	c.add(logSection(c.within("logs/nova-compute.log"), "nova_nova-compute", "OpenStackLogDecoder") + searchSection(t, store.url) + fmt.Sprintf(`
[other_logstreamer]
type = "LogstreamerInput"
log_directory = %q
file_match = 'glance-api\.log'
differentiator = ["glance_glance-api"]
decoder = "OpenStackLogDecoder"
[full_output]
type = "FileOutput"
path = "/dev/full"
encoder = "json_encoder"
message_matcher = "Type == 'log'"
when_full = "drop"
retries = { max_delay = "200ms" }
`, c.within("logs")))
	c.add(strings.Replace(c.jsonFile("disk/out.json", "Logger == 'openstack.nova'"), "[json_output]\n", "[json_output]\nretries = { max_delay = \"200ms\" }\n", 1))
	lines := &lineWriter{c: c, name: "logs/nova-compute.log"}
	lines.more(500)
	c.Start()
	lines.expectOnce(t, store)
	c.waitCounter("json_output", "delivered", int64(lines.written))
	c.waitComplaint("full_output", "/dev/full", "no space left on device")

	reason := disk.fill()
	lines.more(2000)
	c.waitComplaint("json_output", "delivery fails and is tried again: cannot write to "+c.within("disk/out.json"), reason)
	lines.expectOnce(t, store)
	c.appendTo("logs/glance-api.log", novaLine("delivered, but where it ended cannot be kept"))
	if disk.mounted {
		c.waitComplaint("other_logstreamer", "positions cannot be kept", reason)
	}
	lines.more(500)
	servers.WaitFor(t, patience, "lines in the archive", func() error {
		stored, err := store.payloads()
		if want := lines.written + 1; err == nil && len(stored) != want {
			err = fmt.Errorf("%d of %d", len(stored), want)
		}
		return err
	})

	disk.clear()
	c.expectRecords(lines.written, 1)
	c.waitContent("json_output", patience)
	c.waitContent("other_logstreamer", patience)

	disk.fill()
	lines.more(2000)
	c.waitComplaint("json_output", reason)
	c.Kill() // what is read again has the same ids
	if disk.mounted {
		disk.clear()
	}
	c.Start()
	c.expectRecords(lines.written, 2)
}

// expectRecords waits until that many records are in out.json, none of them more often than most.
func (c *collector) expectRecords(n, most int) {
	c.t.Helper()
	ids := map[string]int{}
	servers.WaitFor(c.t, patience, "every record in the file", func() error {
		clear(ids)
		if err := c.recordIDs("disk/out.json", ids); err != nil {
			return err
		}
		if len(ids) != n {
			return fmt.Errorf("%d of %d", len(ids), n)
		}
		return nil
	})
	for id, times := range ids {
		if times > most {
			c.t.Fatalf("record %s is there %d times", id, times)
		}
	}
}
