package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"lma_collector/collector/message"
)

// framed makes one framed message of about size bytes, as one collector sends it to another.
func framed(size int, name string) []byte {
	d := message.Draft{Type: "metric", Logger: "collectd", Hostname: "node-1"}
	d.SetUUID([16]byte{1, 2, 3})
	d.SetTimestamp(1_795_000_000_000_000_000)
	d.SetSeverity(6)
	d.SetPid(4242)
	d.AddString("name", name)
	d.AddFloat("value", "", 42.5)
	d.AddString("source", "cpu")
	d.AddString("hostname", "node-1")
	d.AddString("environment_label", "env-1")
	d.AddString("openstack_region", "RegionOne")
	d.AddInt("interval", "s", 10)
	d.AddStrings("tag_fields", []string{"cpu_number", "hostname"})
	d.Payload = "x"
	d.Payload = strings.Repeat("x", max(size-len(d.Encode(nil)), 0)+1)
	return message.AppendFrame(nil, d.Encode(nil)[:])
}

// counting accepts connections and counts the bytes that come in.
func counting() (address string, bytesIn *atomic.Int64, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, nil, err
	}
	bytesIn = &atomic.Int64{}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				buf := make([]byte, 1<<20)
				for {
					n, err := conn.Read(buf)
					bytesIn.Add(int64(n))
					if err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String(), bytesIn, func() { l.Close() }, nil
}

// relay: TcpInput, matcher, TcpOutput with framed protobuf.
func relay(size int) func(*bench) (measure, error) {
	return func(b *bench) (measure, error) {
		out, received, stopSink, err := counting()
		if err != nil {
			return measure{}, err
		}
		defer stopSink()
		in := freeAddress()
		c, err := b.start(fmt.Sprintf(`
[relay_tcpinput]
type = "TcpInput"
address = %q
[relay_tcpoutput]
type = "TcpOutput"
address = %q
message_matcher = "Type == 'metric'"
`, in, out))
		if err != nil {
			return measure{}, err
		}
		n := b.n(2_000_000)
		one := framed(size, "relayed")
		if err := send(in, one, n); err != nil {
			return c.kill(err)
		}
		want := int64(n) * int64(len(one))
		if err := waitFor(time.Minute, "the last message", func() bool { return received.Load() >= want }); err != nil {
			return c.kill(fmt.Errorf("%w: %d of %d bytes", err, received.Load(), want))
		}
		return c.stop(n)
	}
}

// send writes n copies of a frame.
func send(address string, frame []byte, n int) error {
	return sendMany(address, [][]byte{frame}, n)
}

// sendMany writes n frames, taking turns.
func sendMany(address string, frames [][]byte, n int) error {
	if err := waitForPort(address); err != nil {
		return err
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	var block bytes.Buffer
	for sent := 0; sent < n; {
		block.Reset()
		for block.Len() < 1<<18 && sent < n {
			block.Write(frames[sent%len(frames)])
			sent++
		}
		if _, err := io.Copy(conn, &block); err != nil {
			return err
		}
	}
	return nil
}
