package influxdb

import (
	"context"
	"fmt"
	"net/url"

	"lma_collector/collector/httpclient"
	"lma_collector/collector/lineproto"
	"lma_collector/collector/plugin"
)

// Output is the plugin. One goroutine uses it; its memory is used again for the next batch.
type Output struct {
	config         Config
	server         *url.URL
	user, password string
	encoder        *lineproto.Encoder
	connection     *connection

	lines  []byte   // of the request being made
	pieces []piece  // the items in it
	body   [][]byte // what is sent of lines

	sent     int     // requests of the running Deliver
	accepted int     // items that they delivered
	doubtful []piece // refused one by one for a reason that does not sound like the line's
	doubt    string

	skippedValues, refusedPoints *plugin.Number
}

// piece is an item's part of the lines.
type piece struct {
	item     *plugin.Item
	from, to int
}

var (
	_ plugin.Output  = (*Output)(nil)
	_ plugin.Batcher = (*Output)(nil)
	_ plugin.Closer  = (*Output)(nil)
)

// maxBody is the size of lines at which a request is sent although there are more messages. InfluxDB
// takes 25 MB unless it is told otherwise.
const maxBody = 4 << 20

func newOutput(c *Config, env *plugin.Env, server *url.URL, e *lineproto.Encoder) *Output {
	numbers := env.Metrics
	if numbers == nil {
		numbers = new(plugin.Metrics)
	}
	o := &Output{config: *c, server: server, encoder: e, user: c.Username, password: c.Password}
	if user, password := httpclient.Credentials(server); o.user == "" {
		o.user, o.password = user, password
	}
	o.skippedValues = numbers.Counter("skipped_values", "", "metrics whose value is NaN or infinite")
	o.refusedPoints = numbers.Counter("incomplete_bulk_metrics", "", "bulk metrics some of whose points cannot be written")
	return o
}

// BatchPolicy is flush_count and flush_interval.
func (o *Output) BatchPolicy() plugin.BatchPolicy {
	return plugin.BatchPolicy{Count: o.config.FlushCount, Interval: o.config.FlushInterval}
}

// Deliver writes the items in one request, or in more where they are large or the server refuses a
// line. Writing a point twice does no harm: it replaces itself.
func (o *Output) Deliver(ctx context.Context, items []plugin.Item) error {
	if o.connection == nil {
		k, err := connect(&o.config, o.server, o.user, o.password)
		if err != nil {
			return err
		}
		o.connection = k
	}
	o.sent, o.accepted = 0, 0
	for len(items) > 0 {
		n := o.encode(items)
		err := o.write(ctx, o.pieces)
		o.settleDoubtful()
		if err != nil {
			return err
		}
		items = items[n:]
	}
	return nil
}

// encode makes the lines of the first n items, as many as one request holds, and judges those that have none.
func (o *Output) encode(items []plugin.Item) (n int) {
	o.lines, o.pieces = o.lines[:0], o.pieces[:0]
	for n < len(items) && len(o.lines) < maxBody {
		item := &items[n]
		from := len(o.lines)
		lines, count, err := o.encoder.Append(o.lines, item.Message)
		o.lines = lines
		n++
		switch {
		case count > 0:
			o.pieces = append(o.pieces, piece{item, from, len(lines)})
			if err != nil {
				o.refusedPoints.Add(1)
			}
		case err != nil:
			item.Refuse(err)
		default:
			o.skippedValues.Add(1)
			item.Accept()
		}
	}
	return n
}

// write sends pieces and judges each. An error applies to those that are not judged.
func (o *Output) write(ctx context.Context, pieces []piece) error {
	if len(pieces) == 0 {
		return nil
	}
	if o.sent++; o.sent > maxRequests {
		return fmt.Errorf("left for the next attempt: InfluxDB refuses many lines of this batch")
	}
	o.gather(pieces)
	answer, err := o.connection.post(ctx, o.body)
	switch {
	case err != nil:
		return err
	case answer == nil:
		for _, p := range pieces {
			p.item.Accept()
		}
		o.accepted += len(pieces)
		return nil
	}
	return o.judge(ctx, pieces, answer)
}

// gather makes the body: neighbours are sent as one.
func (o *Output) gather(pieces []piece) {
	o.body = o.body[:0]
	for i := 0; i < len(pieces); {
		from, to := pieces[i].from, pieces[i].to
		for i++; i < len(pieces) && pieces[i].from == to; i++ {
			to = pieces[i].to
		}
		o.body = append(o.body, o.lines[from:to])
	}
}

// Close drops the connections.
func (o *Output) Close() error {
	if o.connection != nil {
		o.connection.CloseIdleConnections()
	}
	return nil
}
