package tcp

import (
	"context"
	"fmt"
	"net"
	"time"

	"lma_collector/collector/plugin"
)

// Output is the plugin. One goroutine uses it.
//
// A message counts as delivered when the system has taken it: the protocol has no acknowledgement.
// What the system still held of it when a connection breaks is lost with it; a batch in whose
// writing the break is noticed is sent again as a whole.
type Output struct {
	config  Config
	link    *link // nil when there is no connection
	sent    int   // messages on this connection
	buffers net.Buffers
	joined  []byte
}

var (
	_ plugin.Output  = (*Output)(nil)
	_ plugin.Batcher = (*Output)(nil)
	_ plugin.Closer  = (*Output)(nil)
)

// Deliver writes the items, connecting first if need be.
func (o *Output) Deliver(ctx context.Context, items []plugin.Item) error {
	if o.link != nil && o.link.ended() {
		o.disconnect()
	}
	if o.link == nil {
		l, err := o.connect(ctx)
		if err != nil {
			return fmt.Errorf("cannot connect to %s: %w", o.config.Address, err)
		}
		o.link, o.sent = l, 0
	}
	if err := o.write(ctx, items); err != nil {
		o.disconnect()
		return fmt.Errorf("connection to %s: %w", o.config.Address, err)
	}
	o.sent += len(items)
	if o.config.ReconnectAfter > 0 && o.sent >= o.config.ReconnectAfter {
		o.disconnect()
	}
	return nil
}

// write writes all items. Those that do not lie behind each other are gathered by the system.
func (o *Output) write(ctx context.Context, items []plugin.Item) error {
	conn := o.link.conn
	if err := conn.SetWriteDeadline(time.Now().Add(o.config.WriteTimeout)); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	o.buffers = o.buffers[:0]
	for run := range plugin.Runs(items) {
		o.buffers = append(o.buffers, run)
	}
	if o.config.UseTLS && len(o.buffers) > 1 { // which would make a record of each
		o.joined = o.joined[:0]
		for _, run := range o.buffers {
			o.joined = append(o.joined, run...)
		}
		o.buffers = append(o.buffers[:0], o.joined)
	}
	rest := o.buffers
	_, err := rest.WriteTo(conn)
	clear(o.buffers)
	return err
}

func (o *Output) disconnect() {
	o.link.close()
	o.link = nil
}

// Close ends the connection.
func (o *Output) Close() error {
	if o.link != nil {
		o.disconnect()
	}
	return nil
}
