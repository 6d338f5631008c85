package hostmetrics

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v4/disk"

	"lma_collector/collector/plugin"
)

// filesystems measures how full filesystems are. One that does not answer, such as NFS without its
// server, is asked by one goroutine that nobody waits for longer than the timeout.
type filesystems struct {
	types   []string
	ignore  *regexp.Regexp
	timeout time.Duration
	health  *plugin.Health

	mounts func(context.Context) ([]disk.PartitionStat, error)
	usage  func(path string) (*disk.UsageStat, error)

	mu       sync.Mutex
	waiting  map[string]time.Time // mount points that have been asked and have not answered, since when
	troubled map[string]bool      // mount points with a condition
}

func (f *filesystems) system() {
	f.mounts = func(ctx context.Context) ([]disk.PartitionStat, error) { return disk.PartitionsWithContext(ctx, true) }
	f.usage = disk.Usage
	f.waiting, f.troubled = map[string]time.Time{}, map[string]bool{}
}

// usage is a mount point's answer.
type usage struct {
	path string
	stat *disk.UsageStat
	err  error
}

func (f *filesystems) measure(ctx context.Context, r *report) error {
	mounts, err := f.mounts(ctx)
	if err != nil {
		return err
	}
	paths := f.choose(mounts)
	answers := make(chan usage, len(paths))
	asked := map[string]bool{}
	for _, path := range paths {
		if f.ask(path, r.now, answers) {
			asked[path] = true
		}
	}
	timeout := time.NewTimer(f.timeout)
	defer timeout.Stop()
	for len(asked) > 0 {
		select {
		case u := <-answers:
			delete(asked, u.path)
			f.answered(r, u)
			continue
		case <-timeout.C:
		case <-ctx.Done():
			return nil
		}
		break
	}
	f.judge(paths, r.now)
	return nil
}

// choose gives the mount points to measure, each filesystem once.
func (f *filesystems) choose(mounts []disk.PartitionStat) (paths []string) {
	devices := map[string]bool{}
	for _, m := range mounts {
		wanted := m.Mountpoint == "/" || slices.Contains(f.types, m.Fstype) && !f.ignore.MatchString(m.Mountpoint) &&
			!slices.Contains(m.Opts, "bind") && !(strings.HasPrefix(m.Device, "/") && devices[m.Device])
		if !wanted || slices.Contains(paths, m.Mountpoint) {
			continue
		}
		devices[m.Device] = true
		paths = append(paths, m.Mountpoint)
	}
	return paths
}

// ask starts a goroutine that asks a filesystem, unless one is still waiting for it.
func (f *filesystems) ask(path string, now time.Time, answers chan<- usage) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, busy := f.waiting[path]; busy {
		return false
	}
	f.waiting[path] = now
	go func() {
		stat, err := f.usage(path)
		f.mu.Lock()
		delete(f.waiting, path)
		f.mu.Unlock()
		answers <- usage{path, stat, err} // there is room for all
	}()
	return true
}

func (f *filesystems) answered(r *report, u usage) {
	if u.err != nil {
		f.trouble(u.path, fmt.Sprintf("cannot measure the filesystem %s: %v", u.path, u.err))
		return
	}
	f.fine(u.path)
	s, fs := u.stat, tag{"fs", u.path}
	if s.Total == 0 {
		return // a pseudo filesystem
	}
	reserved := max(float64(s.Total)-float64(s.Free)-float64(s.Used), 0)
	share := func(of, total float64) float64 { return 100 * of / total }
	r.gauge("df", "fs_space_free", float64(s.Free), fs)
	r.gauge("df", "fs_space_used", float64(s.Used), fs)
	r.gauge("df", "fs_space_reserved", reserved, fs)
	r.gauge("df", "fs_space_percent_free", share(float64(s.Free), float64(s.Total)), fs)
	r.gauge("df", "fs_space_percent_used", share(float64(s.Used), float64(s.Total)), fs)
	r.gauge("df", "fs_space_percent_reserved", share(reserved, float64(s.Total)), fs)
	if s.InodesTotal == 0 {
		return // btrfs and others have no fixed number
	}
	inodes := float64(s.InodesTotal)
	r.gauge("df", "fs_inodes_free", float64(s.InodesFree), fs)
	r.gauge("df", "fs_inodes_used", float64(s.InodesUsed), fs)
	r.gauge("df", "fs_inodes_reserved", 0, fs)
	r.gauge("df", "fs_inodes_percent_free", share(float64(s.InodesFree), inodes), fs)
	r.gauge("df", "fs_inodes_percent_used", share(float64(s.InodesUsed), inodes), fs)
	r.gauge("df", "fs_inodes_percent_reserved", 0, fs)
}

// judge reports the filesystems that have not answered, and forgets those that are not mounted any more.
func (f *filesystems) judge(paths []string, now time.Time) {
	f.mu.Lock()
	var silent []string
	for path := range f.waiting {
		silent = append(silent, path)
	}
	f.mu.Unlock()
	for _, path := range silent {
		f.trouble(path, fmt.Sprintf("the filesystem %s does not answer; is its server or device gone?", path))
	}
	for path := range f.troubled {
		if !slices.Contains(paths, path) && !slices.Contains(silent, path) {
			f.fine(path)
		}
	}
}

func (f *filesystems) trouble(path, text string) {
	f.troubled[path] = true
	f.health.Set("filesystem "+path, text)
}

func (f *filesystems) fine(path string) {
	if f.troubled[path] {
		delete(f.troubled, path)
		f.health.Clear("filesystem " + path)
	}
}
