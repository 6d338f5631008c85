package hostmetrics

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/disk"
	"go.uber.org/goleak"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeSource keeps what is emitted; it is its own host.
type fakeSource struct {
	batch   *message.Batch
	flushed chan []metric // nil: flushing only counts
	flushes int
}

// metric is a message in short.
type metric struct {
	name, typ, source string
	tags              string
	value             float64
}

func (s *fakeSource) NewSource(string) (plugin.Source, error) { return s, nil }
func (s *fakeSource) SetDecorator(func(*message.Draft))       {}
func (s *fakeSource) Fill(io.Reader) (int, error)             { return 0, errors.ErrUnsupported }
func (s *fakeSource) RecordOffset() int64                     { return 0 }
func (s *fakeSource) SetUrgent()                              {}
func (s *fakeSource) Emit(d *message.Draft)                   { s.batch.Append(d) }
func (s *fakeSource) Deliver([]byte)                          {}
func (s *fakeSource) DeliverBody([]byte) error                { return nil }
func (s *fakeSource) Finish()                                 {}
func (s *fakeSource) Consumed() int64                         { return 0 }
func (s *fakeSource) Reset()                                  {}
func (s *fakeSource) Pending() bool                           { return s.batch.Len() > 0 }
func (s *fakeSource) Idle()                                   {}
func (s *fakeSource) Drain(context.Context) error             { return nil }
func (s *fakeSource) Close()                                  {}

func (s *fakeSource) Flush(ctx context.Context, _ func()) error {
	s.flushes++
	if s.flushed == nil {
		return nil
	}
	select {
	case s.flushed <- s.take():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// take gives the metrics since the last call.
func (s *fakeSource) take() (list []metric) {
	for i := range s.batch.Len() {
		m := s.batch.At(i)
		x := metric{name: strings.Clone(m.Text("name")), typ: strings.Clone(m.Text("type")), source: strings.Clone(m.Text("source"))}
		v, _ := m.Value("value")
		x.value = v.Float()
		tags, _ := m.Field("tag_fields", 0)
		for t := range tags.Values {
			x.tags += t.Text() + "=" + m.Text(t.Text()) + ","
		}
		x.tags = strings.TrimSuffix(x.tags, ",")
		list = append(list, x)
	}
	s.batch.Release()
	s.batch = message.NewBatch()
	return list
}

func newSource() *fakeSource { return &fakeSource{batch: message.NewBatch()} }

func testEnv() *plugin.Env {
	return &plugin.Env{Name: "host_metrics", Hostname: "node-1", TickerInterval: 10 * time.Second, Health: new(plugin.Health), Metrics: new(plugin.Metrics)}
}

func newReport(s *fakeSource) *report {
	env := testEnv()
	return &report{env: env, hostname: "node-1", interval: env.TickerInterval, src: s}
}

func newInput(t *testing.T, c *Config, env *plugin.Env) *Input {
	t.Helper()
	in, err := c.NewInput(env)
	if err != nil {
		t.Fatal(err)
	}
	return in.(*Input)
}

func TestRealMachine(t *testing.T) {
	env := testEnv()
	env.Once, env.TickerInterval = true, 50*time.Millisecond
	env.Tags = []plugin.Tag{{Name: "environment_label", Value: "env-1"}}
	s := newSource()
	if err := newInput(t, defaultConfig(), env).Run(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	if s.flushes != 2 {
		t.Errorf("%d batches", s.flushes)
	}
	m := s.batch.At(0)
	if m.Type() != "metric" || m.Logger() != "host_metrics" || m.Hostname() != "node-1" || m.Severity() != 6 || len(m.UUID()) != 16 ||
		m.Text("environment_label") != "env-1" || time.Since(time.Unix(0, m.Timestamp())) > time.Minute {
		t.Errorf("headers: %s", message.AppendJSON(nil, m))
	}
	seen := map[string]metric{}
	for _, x := range s.take() {
		seen[x.name] = x
		if x.value < 0 || x.value != x.value {
			t.Errorf("%+v", x)
		}
	}
	for name, want := range map[string]metric{
		"cpu_idle": {typ: "derive", source: "cpu"}, "load_shortterm": {typ: "gauge", source: "load"},
		"memory_used": {typ: "gauge", source: "memory"}, "swap_percent_used": {typ: "gauge", source: "swap"},
		"fs_space_percent_free": {typ: "gauge", source: "df"}, "processes_count": {typ: "gauge", source: "processes"},
		"processes_fork_rate": {typ: "derive", source: "processes"},
	} {
		if got := seen[name]; got.typ != want.typ || got.source != want.source {
			t.Errorf("%s: got %+v; conditions %v", name, got, env.Health.Conditions())
		}
	}
	if got := seen["swap_percent_used"].value; got > 1 {
		t.Errorf("swap_percent_used is %v, not a ratio", got)
	}
	if got := seen["cpu_idle"].tags; !regexp.MustCompile(`^cpu_number=\d+,hostname=node-1$`).MatchString(got) {
		t.Errorf("tags of cpu_idle: %s", got)
	}
	if len(env.Health.Conditions()) > 0 {
		t.Errorf("conditions: %v", env.Health.Conditions())
	}
}

func TestRunUntilStopped(t *testing.T) {
	env := testEnv()
	env.TickerInterval = time.Millisecond
	c := defaultConfig()
	c.Sources = []string{"load"}
	s := newSource()
	s.flushed = make(chan []metric)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	in := newInput(t, c, env)
	go func() { done <- in.Run(ctx, s) }()
	for range 4 {
		if list := <-s.flushed; len(list) != 3 || list[0].name != "load_shortterm" || list[0].tags != "hostname=node-1" {
			t.Errorf("got %v", list)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestSourceThatFails(t *testing.T) {
	env := testEnv()
	in := newInput(t, defaultConfig(), env)
	failing := true
	in.sources = []source{
		{"cpu", func(context.Context, *report) error {
			if failing {
				return errors.New("no such file")
			}
			return nil
		}},
		{"load", measureLoad},
	}
	s := newSource()
	in.measure(context.Background(), s, time.Now())
	if list := env.Health.Conditions(); len(list) != 1 || list[0].Key != "cpu" || list[0].Text != "cannot measure cpu: no such file" {
		t.Errorf("conditions: %v", list)
	}
	if list := s.take(); len(list) != 3 {
		t.Errorf("others: %v", list)
	}
	failing = false
	in.measure(context.Background(), s, time.Now())
	if list := env.Health.Conditions(); len(list) != 0 {
		t.Errorf("conditions: %v", list)
	}
}

func TestRates(t *testing.T) {
	s := newSource()
	r := newReport(s)
	at := time.Unix(1e9, 0)
	round := func(seconds int, f func()) []metric {
		r.begin(s, at.Add(time.Duration(seconds)*time.Second))
		f()
		r.end()
		return s.take()
	}
	eth0 := tag{"interface", "eth0"}
	f := func(seconds int, value float64, want ...metric) {
		t.Helper()
		if got := round(seconds, func() { r.rate("netlink", "if_octets_rx", value, eth0) }); !slices.Equal(got, want) {
			t.Errorf("at %d: got %v, want %v", seconds, got, want)
		}
	}
	per := func(v float64) metric {
		return metric{"if_octets_rx", "derive", "netlink", "interface=eth0,hostname=node-1", v}
	}
	f(0, 1000)
	f(10, 1500, per(50))
	f(14, 1500, per(0))
	f(24, 100) // set back
	f(34, 200, per(10))
	round(44, func() {}) // the interface was gone
	f(54, 300)
	f(54, 400) // no time has passed

	round(60, func() { r.operations("read", 100, 1000, eth0) })
	got := round(70, func() { r.operations("read", 150, 1200, eth0) })
	tags := "interface=eth0,hostname=node-1"
	if want := []metric{{"disk_ops_read", "derive", "disk", tags, 5}, {"disk_time_read", "derive", "disk", tags, 4}}; !slices.Equal(got, want) {
		t.Errorf("operations: %v", got)
	}
	if got := round(80, func() { r.operations("read", 150, 1200, eth0) }); got[1].value != 0 {
		t.Errorf("no operation: %v", got)
	}
}

func testFilesystems(mounts ...disk.PartitionStat) *filesystems {
	f := &filesystems{types: []string{"ext4", "nfs"}, ignore: regexp.MustCompile("^/dev/"), timeout: 5 * time.Second, health: new(plugin.Health)}
	f.system()
	f.mounts = func(context.Context) ([]disk.PartitionStat, error) { return mounts, nil }
	f.usage = func(path string) (*disk.UsageStat, error) {
		return &disk.UsageStat{Total: 1000, Free: 200, Used: 750, InodesTotal: 10, InodesFree: 4, InodesUsed: 6}, nil
	}
	return f
}

func TestFilesystemValues(t *testing.T) {
	s := newSource()
	f := testFilesystems(disk.PartitionStat{Mountpoint: "/opt/es-data", Fstype: "ext4"})
	if err := f.measure(context.Background(), newReport(s)); err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, x := range s.take() {
		got[x.name] = x.value
		if x.tags != "fs=/opt/es-data,hostname=node-1" || x.typ != "gauge" || x.source != "df" {
			t.Errorf("got %+v", x)
		}
	}
	want := map[string]float64{
		"fs_space_free": 200, "fs_space_used": 750, "fs_space_reserved": 50,
		"fs_space_percent_free": 20, "fs_space_percent_used": 75, "fs_space_percent_reserved": 5,
		"fs_inodes_free": 4, "fs_inodes_used": 6, "fs_inodes_reserved": 0,
		"fs_inodes_percent_free": 40, "fs_inodes_percent_used": 60, "fs_inodes_percent_reserved": 0,
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestWhichFilesystems(t *testing.T) {
	f := testFilesystems()
	got := f.choose([]disk.PartitionStat{
		{Mountpoint: "/", Fstype: "overlay", Device: "overlay"},
		{Mountpoint: "/proc", Fstype: "proc", Device: "proc"},
		{Mountpoint: "/var", Fstype: "ext4", Device: "/dev/sda2"},
		{Mountpoint: "/etc/hosts", Fstype: "ext4", Device: "/dev/sda3", Opts: []string{"rw", "bind"}},
		{Mountpoint: "/mnt/again", Fstype: "ext4", Device: "/dev/sda2"},
		{Mountpoint: "/dev/x", Fstype: "ext4", Device: "/dev/sda4"},
		{Mountpoint: "/srv", Fstype: "nfs", Device: "server:/srv"},
		{Mountpoint: "/srv", Fstype: "nfs", Device: "server:/other"},
	})
	if want := []string{"/", "/var", "/srv"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestFilesystemThatHangs(t *testing.T) {
	s := newSource()
	r := newReport(s)
	f := testFilesystems(disk.PartitionStat{Mountpoint: "/", Fstype: "ext4"}, disk.PartitionStat{Mountpoint: "/srv", Fstype: "nfs"})
	f.timeout = 20 * time.Millisecond
	asked, back := 0, make(chan struct{})
	good := f.usage
	f.usage = func(path string) (*disk.UsageStat, error) {
		if path == "/srv" {
			asked++
			<-back
		}
		return good(path)
	}
	for range 3 {
		if err := f.measure(context.Background(), r); err != nil {
			t.Fatal(err)
		}
		if list := s.take(); len(list) != 12 || list[0].tags != "fs=/,hostname=node-1" {
			t.Errorf("the others: %v", list)
		}
	}
	want := "the filesystem /srv does not answer; is its server or device gone?"
	if list := f.health.Conditions(); len(list) != 1 || list[0].Key != "filesystem /srv" || list[0].Text != want {
		t.Errorf("conditions: %v", list)
	}
	close(back)
	for deadline := time.Now().Add(10 * time.Second); f.isWaiting("/srv"); {
		if time.Now().After(deadline) {
			t.Fatal("still waiting")
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times while it hung", asked)
	}
	f.timeout = 5 * time.Second
	if err := f.measure(context.Background(), r); err != nil || len(s.take()) != 24 || len(f.health.Conditions()) != 0 {
		t.Errorf("afterwards: %v, %v", err, f.health.Conditions())
	}
}

func (f *filesystems) isWaiting(path string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, waiting := f.waiting[path]
	return waiting
}

func TestFilesystemError(t *testing.T) {
	s := newSource()
	r := newReport(s)
	mounts := []disk.PartitionStat{{Mountpoint: "/secret", Fstype: "ext4"}}
	f := testFilesystems()
	f.mounts = func(context.Context) ([]disk.PartitionStat, error) { return mounts, nil }
	f.usage = func(string) (*disk.UsageStat, error) { return nil, os.ErrPermission }
	if err := f.measure(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if list := f.health.Conditions(); len(list) != 1 || list[0].Text != "cannot measure the filesystem /secret: permission denied" {
		t.Errorf("conditions: %v", list)
	}
	mounts = nil // unmounted
	if err := f.measure(context.Background(), r); err != nil || len(f.health.Conditions()) != 0 {
		t.Errorf("afterwards: %v, %v", err, f.health.Conditions())
	}
}

func TestProcessStates(t *testing.T) {
	proc := t.TempDir()
	for pid, stat := range map[string]string{"1": "1 (init) S 0", "20": "20 (a) b) (c) R 1", "3": "3 (z) Z 1", "4": "4 (kworker) I 2", "5": "5 (d) D 2", "6": "", "7": "no"} {
		if err := os.MkdirAll(filepath.Join(proc, pid), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(proc, pid, "stat"), []byte(stat), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(proc, "sys"), 0o755); err != nil {
		t.Fatal(err)
	}
	p := &processes{proc: proc}
	got, err := p.count()
	if want := map[string]int{"sleeping": 2, "running": 1, "zombies": 1, "blocked": 1}; err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	p.proc = t.TempDir()
	if _, err := p.count(); err == nil || err.Error() != "no process is visible in "+p.proc {
		t.Errorf("empty: %v", err)
	}
}

func TestInterfaceDetails(t *testing.T) {
	sys := t.TempDir()
	folder := filepath.Join(sys, "class/net/eth0/statistics")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	s := newSource()
	r := newReport(s)
	n := &network{sys: sys}
	for i, count := range []string{"5\n", "25\n"} {
		for _, file := range []string{"multicast", "rx_crc_errors", "tx_window_errors"} {
			if err := os.WriteFile(filepath.Join(folder, file), []byte(count), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		r.begin(s, time.Unix(int64(10*i), 0))
		n.details(r, tag{"interface", "eth0"})
		r.end()
	}
	var got []string
	for _, x := range s.take() {
		if x.value != 2 {
			t.Errorf("got %+v", x)
		}
		got = append(got, x.name)
	}
	if want := []string{"if_multicast", "if_errors_rx_crc", "if_errors_tx_window"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestCollectdIsNoticed(t *testing.T) {
	proc := t.TempDir()
	if err := os.MkdirAll(filepath.Join(proc, "42"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(proc, "42", "comm"), []byte("collectd\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if !running(proc, "collectd") || running(proc, "collect") {
		t.Error("process names are misread")
	}
}

func TestConfig(t *testing.T) {
	f := func(change func(*Config, *plugin.Env), want string) {
		t.Helper()
		c, env := defaultConfig(), testEnv()
		change(c, env)
		got := ""
		if _, err := c.NewInput(env); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(func(*Config, *plugin.Env) {}, "")
	f(func(c *Config, _ *plugin.Env) { c.IgnoreDisks, c.IgnoreFilesystems, c.IgnoreInterfaces = "", "", "" }, "")
	f(func(c *Config, _ *plugin.Env) { c.Sources = []string{"gpu"} },
		`sources: "gpu" is unknown; it is one of cpu, load, memory, swap, filesystems, disks, network, processes`)
	f(func(c *Config, _ *plugin.Env) { c.Sources = nil }, "sources: is empty, so nothing would be measured")
	f(func(c *Config, e *plugin.Env) { c.FilesystemTimeout, e.TickerInterval = 0, 0 },
		"filesystem_timeout: must be more than 0\nticker_interval: must be at least 1")
	f(func(c *Config, _ *plugin.Env) { c.IgnoreInterfaces = "(" }, "ignore_interfaces: error parsing regexp: missing closing ): `(`")
	var o plugin.InputOptions
	defaultConfig().InputDefaults(&o)
	if o.TickerInterval != 10 {
		t.Errorf("interval %d", o.TickerInterval)
	}
	nothing, err := ignoring("")
	if err != nil || nothing.MatchString("") || nothing.MatchString("eth0") {
		t.Error("an empty pattern leaves something out")
	}
}

// BenchmarkMeasure gives the cost of one round on this machine.
func BenchmarkMeasure(b *testing.B) {
	in, err := defaultConfig().NewInput(testEnv())
	if err != nil {
		b.Fatal(err)
	}
	s := newSource()
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second)
		in.(*Input).measure(context.Background(), s, now)
		s.batch.Release()
		s.batch = message.NewBatch()
	}
}
