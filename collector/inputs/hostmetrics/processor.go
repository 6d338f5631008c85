package hostmetrics

import (
	"context"
	"strings"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/load"
)

// jiffies is how many of them collectd counts in a second of a processor's time: the rate is a percentage.
const jiffies = 100

func measureCPU(ctx context.Context, r *report) error {
	times, err := cpu.TimesWithContext(ctx, true)
	if err != nil {
		return err
	}
	for i := range times {
		t := &times[i]
		number := tag{"cpu_number", strings.TrimPrefix(t.CPU, "cpu")}
		r.rate("cpu", "cpu_user", t.User*jiffies, number)
		r.rate("cpu", "cpu_system", t.System*jiffies, number)
		r.rate("cpu", "cpu_wait", t.Iowait*jiffies, number)
		r.rate("cpu", "cpu_nice", t.Nice*jiffies, number)
		r.rate("cpu", "cpu_interrupt", t.Irq*jiffies, number)
		r.rate("cpu", "cpu_softirq", t.Softirq*jiffies, number)
		r.rate("cpu", "cpu_steal", t.Steal*jiffies, number)
		r.rate("cpu", "cpu_idle", t.Idle*jiffies, number)
	}
	return nil
}

func measureLoad(ctx context.Context, r *report) error {
	l, err := load.AvgWithContext(ctx)
	if err != nil {
		return err
	}
	r.gauge("load", "load_shortterm", l.Load1)
	r.gauge("load", "load_midterm", l.Load5)
	r.gauge("load", "load_longterm", l.Load15)
	return nil
}
