// Package health runs the shipped definitions through the real filters on a virtual clock.
package health

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	_ "lma_collector/collector/filters/afd"
	_ "lma_collector/collector/filters/gse"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

var root, _ = filepath.Abs("../..")

var epoch = time.Date(2016, 11, 20, 7, 0, 0, 0, time.UTC)

// stage is a host: an AFD filter and GSE filters, fed by hand.
type stage struct {
	t       testing.TB
	filters []plugin.Filter
	names   []string
	levels  []string
	now     time.Time
	heard   func(m *message.Message)
	made    [][]byte // messages injected and not yet routed
}

// newHost makes the AFD filter for the roles.
func newHost(t testing.TB, roles ...string) *stage {
	s := &stage{t: t, now: epoch}
	s.add("AFDFilter", "afd_filter", "", roles)
	return s
}

// newStage adds a GSE filter for each level.
func newStage(t testing.TB, roles ...string) *stage {
	s := newHost(t, roles...)
	for _, level := range []string{"service", "node", "global"} {
		s.add("GSEFilter", "gse_"+level+"_filter", level, roles)
	}
	return s
}

func (s *stage) add(typ, name, level string, roles []string) {
	s.t.Helper()
	kind, ok := plugin.Lookup(typ)
	if !ok {
		s.t.Fatalf("no type %s", typ)
	}
	conf := kind.NewConfig()
	options := map[string]any{"Roles": roles}
	if level != "" {
		options["Level"] = level
	}
	data, _ := json.Marshal(options)
	if err := json.Unmarshal(data, conf); err != nil {
		s.t.Fatal(err)
	}
	env := &plugin.Env{
		Name: name, Type: typ, Hostname: "ctl1", ShareDir: root, BaseDir: s.t.TempDir(), Inject: s.inject(name),
		Health: &plugin.Health{}, Metrics: &plugin.Metrics{},
	}
	f, err := conf.(plugin.FilterConfig).NewFilter(env)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if c, ok := f.(plugin.Closer); ok {
			_ = c.Close()
		}
	})
	s.filters, s.names, s.levels = append(s.filters, f), append(s.names, name), append(s.levels, level)
}

func (s *stage) inject(string) func(*message.Draft) error {
	return func(d *message.Draft) error {
		s.made = append(s.made, d.Encode(nil))
		return nil
	}
}

// route gives a message to the filters that want it, by type.
func (s *stage) route(m *message.Message) {
	s.t.Helper()
	wanted := map[string][]int{
		"metric": {0}, "heka.sandbox.bulk_metric": {0},
		"heka.sandbox.afd_service_metric": {1}, "heka.sandbox.afd_node_metric": {2},
		"heka.sandbox.gse_service_cluster_metric": {3}, "heka.sandbox.gse_node_cluster_metric": {3},
	}
	for _, i := range wanted[m.Type()] {
		if i >= len(s.filters) {
			continue
		}
		if err := s.filters[i].Process(m); err != nil {
			s.t.Fatalf("%s: %v", s.names[i], err)
		}
	}
}

// point is a datapoint now.
func (s *stage) point(metric string, value float64, fields map[string]string) {
	s.t.Helper()
	var d message.Draft
	d.SetTimestamp(s.now.UnixNano())
	d.Type, d.Logger, d.Hostname = "metric", "collectd", "ctl1"
	d.AddString("name", metric)
	d.AddFloat("value", "", value)
	for name, v := range fields {
		d.AddString(name, v)
	}
	s.send(d.Encode(nil))
}

func (s *stage) send(raw []byte) {
	s.t.Helper()
	m, err := message.Index(raw)
	if err != nil {
		s.t.Fatal(err)
	}
	s.route(&m)
}

// second passes one second: GSE filters tick at each, the AFD filter at every tenth.
func (s *stage) second() {
	s.t.Helper()
	s.now = s.now.Add(time.Second)
	for i, f := range s.filters {
		if i == 0 && s.now.Unix()%10 != 0 {
			continue
		}
		if err := f.Tick(s.now); err != nil {
			s.t.Fatalf("%s: %v", s.names[i], err)
		}
		s.settle()
	}
}

// settle routes what was injected.
func (s *stage) settle() {
	s.t.Helper()
	for len(s.made) > 0 {
		made := s.made
		s.made = nil
		for _, raw := range made {
			m, err := message.Index(raw)
			if err != nil {
				s.t.Fatal(err)
			}
			if s.heard != nil {
				s.heard(&m)
			}
			s.route(&m)
		}
	}
}
