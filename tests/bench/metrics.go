package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// reading is one value list that collectd's plugins make in each interval.
type reading struct{ plugin, instance, typ, typeInstance, names, kind string }

// readings is what a small controller measures: the usual plugins with two processors, three
// interfaces, three filesystems and two disks.
func readings() (list []reading) {
	add := func(plugin, instance, typ, kind, names string, typeInstances ...string) {
		for _, t := range typeInstances {
			list = append(list, reading{plugin, instance, typ, t, names, kind})
		}
	}
	for _, cpu := range []string{"0", "1"} {
		add("cpu", cpu, "cpu", "derive", "value", "idle", "user", "system", "wait", "nice", "interrupt", "softirq", "steal")
	}
	for _, eth := range []string{"eth0", "eth1", "br-ex"} {
		for _, typ := range []string{"if_octets", "if_packets", "if_errors", "if_dropped"} {
			add("interface", eth, typ, "derive", "rx,tx", "")
		}
	}
	for _, fs := range []string{"root", "var-log", "var-lib-nova"} {
		for _, typ := range []string{"df_complex", "percent_bytes", "df_inodes", "percent_inodes"} {
			add("df", fs, typ, "gauge", "value", "free", "reserved", "used")
		}
	}
	for _, disk := range []string{"sda", "sdb"} {
		for _, typ := range []string{"disk_octets", "disk_ops", "disk_time", "disk_merged"} {
			add("disk", disk, typ, "derive", "read,write", "")
		}
	}
	add("memory", "", "memory", "gauge", "value", "used", "free", "cached", "buffered", "slab_recl", "slab_unrecl")
	add("swap", "", "swap", "gauge", "value", "used", "free", "cached")
	add("swap", "", "swap_io", "derive", "value", "in", "out")
	add("load", "", "load", "gauge", "shortterm,midterm,longterm", "")
	add("processes", "", "ps_state", "gauge", "value", "running", "sleeping", "zombies", "stopped", "paging", "blocked")
	add("processes", "", "fork_rate", "derive", "value", "")
	return list
}

// collectdBody is what collectd's write_http posts, value lists of its plugins taking turns, but for
// the times: they go between the parts. It is made once for each size, since who makes the load must
// not take the processor from who is measured.
type collectdBody struct {
	parts  []string
	values int
}

func newCollectdBody(valueLists int) *collectdBody {
	b := &collectdBody{}
	all := readings()
	rest := ""
	for i := range valueLists {
		r := all[i%len(all)]
		names := strings.Split(r.names, ",")
		numbers, kinds := make([]string, len(names)), make([]string, len(names))
		for j := range names {
			numbers[j] = fmt.Sprintf("%d.5", 20+(i+j)%70)
			kinds[j] = strconv.Quote(r.kind)
			names[j] = strconv.Quote(names[j])
		}
		b.values += len(names)
		b.parts = append(b.parts, fmt.Sprintf(`%s,{"values":[%s],"dstypes":[%s],"dsnames":[%s],"time":`,
			rest, strings.Join(numbers, ","), strings.Join(kinds, ","), strings.Join(names, ",")))
		rest = fmt.Sprintf(`,"interval":10.000,"host":"node-1.example.com","plugin":%q,"plugin_instance":%q,"type":%q,"type_instance":%q}`,
			r.plugin, r.instance, r.typ, r.typeInstance)
	}
	b.parts[0] = "[" + b.parts[0][1:]
	b.parts = append(b.parts, rest+"]")
	return b
}

// at gives the body with a time.
func (b *collectdBody) at(t time.Time) []byte {
	return []byte(strings.Join(b.parts, fmt.Sprintf("%.3f", float64(t.UnixMilli())/1000)))
}

// post sends the body and returns when its values have been delivered.
func (b *collectdBody) post(address string) error {
	body := b.at(time.Now())
	resp, err := http.Post("http://"+address+"/", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("post of %d bytes: %s", len(body), resp.Status)
	}
	return nil
}

// influxSink counts the lines of line protocol that are written to it.
func influxSink() (url string, lines *atomic.Int64, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, nil, err
	}
	lines = &atomic.Int64{}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		lines.Add(int64(bytes.Count(body, []byte("\n"))))
		if len(body) > 0 && body[len(body)-1] != '\n' {
			lines.Add(1)
		}
		w.WriteHeader(http.StatusNoContent)
	})}
	go s.Serve(l)
	return "http://" + l.Addr().String(), lines, func() { s.Close() }, nil
}

// collectdToInfluxDB: HttpListenInput, CollectdDecoder, InfluxDBOutput.
func collectdToInfluxDB(b *bench) (measure, error) {
	url, lines, stop, err := influxSink()
	if err != nil {
		return measure{}, err
	}
	defer stop()
	in := freeAddress()
	c, err := b.start(fmt.Sprintf(`
[collectd_httplisten]
type = "HttpListenInput"
address = %q
decoder = "collectd_decoder"
[collectd_decoder]
type = "CollectdDecoder"
[influxdb_output]
type = "InfluxDBOutput"
server = %q
database = "lma"
message_matcher = "Type == 'metric'"
queue_messages = 1000000
queue_bytes = 33554432
when_full = "block"
`, in, url))
	if err != nil {
		return measure{}, err
	}
	if err := waitForPort(in); err != nil {
		return c.kill(err)
	}
	// 65 KB at once is what collectd sends; the last post has more than 1 MB.
	usual, large := newCollectdBody(320), newCollectdBody(5500)
	// The first post is answered when all plugins run.
	if err = usual.post(in); err == nil {
		err = c.settle()
	}
	total := 0
	for want := b.n(600_000); err == nil && total < want; {
		next := usual
		if want-total < 9000 {
			next = large
		}
		err = next.post(in)
		total += next.values
	}
	if err != nil {
		return c.kill(err)
	}
	if err := waitFor(time.Minute, "the last value", func() bool { return lines.Load() >= int64(total+usual.values) }); err != nil {
		return c.kill(fmt.Errorf("%w: %d of %d", err, lines.Load(), total))
	}
	return c.stop(total)
}
