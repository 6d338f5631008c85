package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// collectdBody is what collectd's write_http posts: value lists of cpu, interface and df plugins.
func collectdBody(at float64, valueLists int) (body []byte, values int) {
	var out strings.Builder
	out.WriteByte('[')
	for i := range valueLists {
		if i > 0 {
			out.WriteByte(',')
		}
		switch i % 3 {
		case 0:
			fmt.Fprintf(&out, `{"values":[%d.5],"dstypes":["derive"],"dsnames":["value"],"time":%.3f,"interval":10.000,"host":"node-1.example.com","plugin":"cpu","plugin_instance":"%d","type":"cpu","type_instance":"idle"}`, i%100, at, i%8)
			values++
		case 1:
			fmt.Fprintf(&out, `{"values":[%d,%d],"dstypes":["derive","derive"],"dsnames":["rx","tx"],"time":%.3f,"interval":10.000,"host":"node-1.example.com","plugin":"interface","plugin_instance":"eth%d","type":"if_octets","type_instance":""}`, i, 2*i, at, i%4)
			values += 2
		default:
			fmt.Fprintf(&out, `{"values":[%d.25],"dstypes":["gauge"],"dsnames":["value"],"time":%.3f,"interval":10.000,"host":"node-1.example.com","plugin":"df","plugin_instance":"var-log","type":"percent_bytes","type_instance":"free"}`, i%100, at)
			values++
		}
	}
	out.WriteByte(']')
	return []byte(out.String()), values
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
	total := 0
	for want := b.n(600_000); total < want; {
		// 65 KB at once is what collectd sends; the last post has more than 1 MB.
		size := 330
		if want-total < 6000 {
			size = 5500
		}
		body, values := collectdBody(float64(time.Now().UnixMilli())/1000, size)
		resp, err := http.Post("http://"+in+"/", "application/json", bytes.NewReader(body))
		if err != nil {
			return c.kill(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return c.kill(fmt.Errorf("post of %d bytes: %s", len(body), resp.Status))
		}
		total += values
	}
	if err := waitFor(time.Minute, "the last value", func() bool { return lines.Load() >= int64(total) }); err != nil {
		return c.kill(fmt.Errorf("%w: %d of %d", err, lines.Load(), total))
	}
	return c.stop(total)
}
