package sender

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/splitters/hekaframing"
)

// Control is a control message: what to load, or what to unload.
type Control struct {
	Action         string // "load", "unload"
	Script, Config string // of load
	Name           string // of unload: the section's
	Hostname       string // of the sender
	Host           string // of the collector that is to obey, "" for any
}

// Message encodes a control message of a moment. id is its uuid.
func (c *Control) Message(now time.Time) (body []byte, id [16]byte) {
	rand.Read(id[:]) // never fails
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	d := message.Draft{Type: "heka.control.sandbox", Logger: "hekad", Hostname: c.Hostname, Payload: c.Script}
	d.SetUUID(id)
	d.SetTimestamp(now.UnixNano())
	if c.Action == "unload" {
		d.AddString("name", c.Name)
	} else {
		d.Add("config", "toml", message.StringValue(c.Config))
	}
	d.AddString("action", c.Action)
	if c.Host != "" {
		d.AddString("host", c.Host)
	}
	return d.Encode(nil), id
}

// Frame signs a message and makes a record of it. Without a signer the record is unsigned.
func (s *Signer) Frame(body []byte) ([]byte, error) {
	switch {
	case s.PrivateKeyFile != "":
		private, err := ReadKey(s.PrivateKeyFile)
		if err != nil {
			return nil, err
		}
		sig, err := hekaframing.SignEd25519(private, s.Name, s.Version, body)
		if err != nil {
			return nil, fmt.Errorf("cannot sign as %q: %w", s.Name, err)
		}
		return message.AppendSignedFrame(nil, body, message.FrameHeader{Ed25519: sig})
	case s.HMACKey != "":
		return message.AppendSignedFrame(nil, body, hekaframing.SignHMAC(s.HMACKey, s.HMACHash == "sha1", s.Name, s.Version, body))
	}
	return message.AppendFrame(nil, body), nil
}

// Send connects, sends a record, and closes the connection in order.
func (c *Config) Send(ctx context.Context, record []byte) (err error) {
	conn, err := c.dial(ctx)
	if err != nil {
		return fmt.Errorf("cannot connect to %s: %w", c.Address, err)
	}
	defer func() {
		if e := conn.Close(); err == nil && e != nil {
			err = fmt.Errorf("sending to %s: %w", c.Address, e)
		}
	}()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if _, err := conn.Write(record); err != nil {
		return fmt.Errorf("sending to %s: %w", c.Address, errors.Join(err, context.Cause(ctx)))
	}
	return nil
}

func (c *Config) dial(ctx context.Context) (net.Conn, error) {
	if !c.UseTLS {
		return (&net.Dialer{}).DialContext(ctx, "tcp", c.Address)
	}
	t, err := c.TLS.Client()
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	return (&tls.Dialer{Config: t}).DialContext(ctx, "tcp", c.Address)
}
