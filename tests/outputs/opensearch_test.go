package outputs

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"lma_collector/collector/encoders/esjson"
	"lma_collector/collector/message"
	"lma_collector/collector/outputs/elasticsearch"
	"lma_collector/collector/plugin"
	"lma_collector/tests/servers"
)

// searchOutput makes an output of a running server with its encoder.
func searchOutput(t *testing.T, o *servers.OpenSearch, gzip bool) (plugin.Output, plugin.Encoder, *plugin.Env) {
	t.Helper()
	typ, _ := plugin.Lookup("ESJsonEncoder")
	ec := typ.NewConfig().(*esjson.Config)
	ec.Index, ec.Timestamp = "%{Type}-%{%Y.%m.%d}", "%Y-%m-%dT%H:%M:%S.%LZ"
	encoder, err := ec.NewEncoder(&plugin.Env{})
	if err != nil {
		t.Fatal(err)
	}
	typ, _ = plugin.Lookup("ElasticSearchOutput")
	c := typ.NewConfig().(*elasticsearch.Config)
	c.Server, c.Gzip = o.URL, gzip
	env := &plugin.Env{Encoder: encoder, Health: &plugin.Health{}, Metrics: &plugin.Metrics{}}
	out, err := c.NewOutput(env)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.(plugin.Closer).Close() })
	return out, encoder, env
}

func document(t *testing.T, e plugin.Encoder, n int, fill func(*message.Draft)) plugin.Item {
	t.Helper()
	d := message.Draft{Type: "log", Logger: "openstack.nova", Hostname: "node-1", Payload: fmt.Sprintf("line %d \"ü\" \x01\xff", n)}
	d.SetUUID([16]byte{15: byte(n), 14: byte(n >> 8)})
	d.SetTimestamp(1454500800123456789 + int64(n))
	d.SetSeverity(6)
	if fill != nil {
		fill(&d)
	}
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		t.Fatal(err)
	}
	data, err := e.Encode(nil, &m)
	if err != nil {
		t.Fatal(err)
	}
	return plugin.Item{Message: &m, Data: data}
}

func TestOpenSearchStoresEachMessageOnce(t *testing.T) {
	s := servers.StartOpenSearch(t)
	for _, gzip := range []bool{false, true} {
		o, e, env := searchOutput(t, s, gzip)
		var items []plugin.Item
		for n := range 100 {
			items = append(items, document(t, e, n, func(d *message.Draft) { d.AddInt("http_status", "", 200+int64(n)) }))
		}
		items[50] = document(t, e, 50, func(d *message.Draft) { d.AddString("http_status", "no number") })
		items[60] = document(t, e, 60, func(d *message.Draft) {
			d.AddString("http_status", "260")
			d.AddString("http_status", "261") // a key twice would be refused
		})
		for range 2 { // as after a lost answer
			for i := range items {
				items[i].Unmark()
			}
			if err := o.Deliver(context.Background(), items); err != nil {
				t.Fatal(err)
			}
			for i := range items {
				why, refused := items[i].Refused()
				if refused != (i == 50) || refused && !strings.Contains(why.Error(), "http_status") {
					t.Errorf("item %d: refused %v, %v", i, refused, why)
				}
			}
		}
		if n := env.Metrics.Numbers()[0].Value(); n < 99 {
			t.Errorf("%d documents counted as existing", n)
		}
	}
	found, err := s.Search("log-2016.02.03", "*")
	if err != nil || len(found) != 99 {
		t.Fatalf("%d documents, %v, want 99", len(found), err)
	}
	var doc map[string]any
	if err := json.Unmarshal(found["00000000-0000-0000-0000-000000000007"], &doc); err != nil {
		t.Fatal(err)
	}
	if doc["Payload"] != "line 7 \"ü\" \x01\uFFFD" || doc["Timestamp"] != "2016-02-03T12:00:00.123Z" || doc["http_status"] != 207.0 {
		t.Errorf("got %v", doc)
	}
}

func TestOpenSearchRefusesWhatIsTooLarge(t *testing.T) {
	s := servers.StartOpenSearch(t)
	o, e, _ := searchOutput(t, s, false)
	items := []plugin.Item{document(t, e, 1, nil), document(t, e, 2, func(d *message.Draft) { d.Payload = strings.Repeat("x", 101<<20) }), document(t, e, 3, nil)}
	if err := o.Deliver(context.Background(), items); err != nil {
		t.Fatal(err)
	}
	if why, refused := items[1].Refused(); !refused || !strings.Contains(why.Error(), "bytes are more than the server takes") {
		t.Errorf("the large one: %v", why)
	}
	if err := s.Do(http.MethodPost, "/log-2016.02.03/_refresh", nil, nil); err != nil {
		t.Fatal(err)
	}
	found, err := s.Search("log-2016.02.03", "*")
	if err != nil || len(found) != 2 {
		t.Errorf("%d documents, %v", len(found), err)
	}
}
