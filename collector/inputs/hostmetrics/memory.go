package hostmetrics

import (
	"context"

	"github.com/shirou/gopsutil/v4/mem"
)

// measureMemory divides the memory as collectd does: the parts make up the whole.
func measureMemory(ctx context.Context, r *report) error {
	m, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil {
		return err
	}
	free, buffered, slab := float64(m.Free), float64(m.Buffers), float64(m.Sreclaimable)
	fixed := float64(m.Sunreclaim)
	cached := float64(m.Cached) - slab // gopsutil counts reclaimable slab among the cache
	r.gauge("memory", "memory_used", max(float64(m.Total)-free-buffered-cached-slab-fixed, 0))
	r.gauge("memory", "memory_free", free)
	r.gauge("memory", "memory_buffered", buffered)
	r.gauge("memory", "memory_cached", cached)
	r.gauge("memory", "memory_slab_recl", slab)
	r.gauge("memory", "memory_slab_unrecl", fixed)
	return nil
}

// pageSize is that of the pages which gopsutil multiplied the kernel's counts with.
const pageSize = 4096

// measureSwap gives swap_percent_used as the ratio of 0 to 1 that LMA made of it; a machine without
// swap uses none of it.
func measureSwap(ctx context.Context, r *report) error {
	s, err := mem.SwapMemoryWithContext(ctx)
	if err != nil {
		return err
	}
	m, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil {
		return err
	}
	cached := float64(m.SwapCached)
	used := max(float64(s.Total)-float64(s.Free)-cached, 0)
	r.gauge("swap", "swap_used", used)
	r.gauge("swap", "swap_free", float64(s.Free))
	r.gauge("swap", "swap_cached", cached)
	r.gauge("swap", "swap_percent_used", used/max(float64(s.Total), 1))
	r.rate("swap", "swap_io_in", float64(s.Sin)/pageSize)
	r.rate("swap", "swap_io_out", float64(s.Sout)/pageSize)
	return nil
}
