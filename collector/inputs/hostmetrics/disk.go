package hostmetrics

import (
	"context"
	"os"
	"path/filepath"
	"regexp"

	"github.com/shirou/gopsutil/v4/disk"
)

// disks measures whole block devices.
type disks struct {
	ignore *regexp.Regexp
	sys    string
}

func (d *disks) measure(ctx context.Context, r *report) error {
	counters, err := disk.IOCountersWithContext(ctx)
	if err != nil {
		return err
	}
	_, err = os.Stat(filepath.Join(d.sys, "block"))
	known := err == nil // else partitions cannot be told from disks
	for name, c := range counters {
		if d.ignore.MatchString(name) || known && !d.whole(name) {
			continue
		}
		r.disk(name, c)
	}
	return nil
}

// whole tells disks from partitions.
func (d *disks) whole(name string) bool {
	_, err := os.Stat(filepath.Join(d.sys, "block", name))
	return err == nil
}

func (r *report) disk(name string, c disk.IOCountersStat) {
	device := tag{"device", name}
	r.rate("disk", "disk_octets_read", float64(c.ReadBytes), device)
	r.rate("disk", "disk_octets_write", float64(c.WriteBytes), device)
	r.rate("disk", "disk_merged_read", float64(c.MergedReadCount), device)
	r.rate("disk", "disk_merged_write", float64(c.MergedWriteCount), device)
	r.operations("read", c.ReadCount, c.ReadTime, device)
	r.operations("write", c.WriteCount, c.WriteTime, device)
}

// operations gives the rate of operations and the mean time in ms that one of them took.
func (r *report) operations(kind string, count, ms uint64, device tag) {
	tags := []tag{device}
	done, seconds, ok := r.growth("disk_ops_"+kind, float64(count), tags)
	took, _, okTime := r.growth("disk_time_"+kind, float64(ms), tags)
	if !ok || !okTime {
		return
	}
	r.emit("disk", "disk_ops_"+kind, "derive", done/seconds, tags)
	r.emit("disk", "disk_time_"+kind, "derive", took/max(done, 1), tags)
}
