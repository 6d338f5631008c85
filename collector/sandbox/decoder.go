package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/zeebo/xxh3"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// DecoderConfig is the configuration of a SandboxDecoder.
type DecoderConfig struct {
	Options
}

// NewDecoder runs the script's top level.
func (c *DecoderConfig) NewDecoder(env *plugin.Env) (plugin.Decoder, error) {
	if err := c.check(env); err != nil {
		return nil, err
	}
	d := &Decoder{}
	if err := d.setZone(c.Config["tz"]); err != nil {
		return nil, err
	}
	d.reopener = reopener{options: &c.Options, env: env, kind: plugin.KindDecoder, host: d}
	if err := d.open(); err != nil {
		return nil, err
	}
	return d, nil
}

// Decoder is a SandboxDecoder. A script that fails fatally is started anew by the decoder itself.
type Decoder struct {
	reopener
	zone *time.Location // in which timestamps are wall clock, nil for UTC

	record *message.Draft // the one being decoded
	before message.Draft  // its headers as they were
	out    plugin.Emitter
	made   int // drafts emitted of this record
	again  message.Draft
}

var (
	_ plugin.Decoder = (*Decoder)(nil)
	_ plugin.Closer  = (*Decoder)(nil)
	_ host           = (*Decoder)(nil)
)

func (d *Decoder) setZone(tz any) error {
	if tz == nil {
		return nil
	}
	name, ok := tz.(string)
	if !ok {
		return plugin.BadOption("config.tz", "must be a string, the name of a time zone such as \"Europe/Paris\"")
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return plugin.BadOption("config.tz", "unknown time zone %q: use a name such as \"Europe/Paris\"", name)
	}
	if zone != time.UTC {
		d.zone = zone
	}
	return nil
}

// Decode calls process_message. What the script injected was emitted meanwhile; if it injected
// nothing, the draft itself goes on.
func (d *Decoder) Decode(draft *message.Draft, out plugin.Emitter) error {
	if err := d.ready(); err != nil {
		return err
	}
	d.record, d.out, d.made = draft, out, 0
	d.before.Reset()
	d.before.CopyHeaders(draft)
	s := d.script
	s.draft = draft
	status := s.process()
	s.draft, d.record, d.out = nil, nil, nil
	switch {
	case status > 0:
		return d.failed(fmt.Errorf("FATAL: %s", s.lastError))
	case status < 0 && d.made > 0:
		//lint:ignore ST1005 hekad's text
		return fmt.Errorf("Failed after a successful inject_message call: %s", s.lastError)
	case status < 0:
		//lint:ignore ST1005 hekad's text
		return fmt.Errorf("Failed parsing: %s payload: %s", s.lastError, excerpt(d.before.Payload))
	case d.made == 0:
		out.Emit(draft)
	}
	d.keeper.keep(s)
	return nil
}

// excerpt bounds what an error repeats of a record.
func excerpt(payload string) string {
	const most = 1 << 10
	if len(payload) > most {
		return payload[:most] + fmt.Sprintf("... (%d bytes)", len(payload))
	}
	return payload
}

// injectMessage gives what the script left unset the record's values.
func (d *Decoder) injectMessage(m *message.Draft) error {
	if d.record == nil {
		return errors.New("aborted: there is no message at this time")
	}
	d.inherit(m)
	if d.zone != nil {
		t := time.Unix(0, m.Timestamp).UTC()
		m.Timestamp = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), d.zone).UnixNano()
	}
	d.emit(m)
	return nil
}

func (d *Decoder) inherit(m *message.Draft) {
	b := &d.before
	if !m.HasTimestamp {
		m.Timestamp, m.HasTimestamp = b.Timestamp, b.HasTimestamp
	}
	if m.Type == "" {
		m.Type = b.Type
	}
	if m.Hostname == "" {
		m.Hostname = b.Hostname
	}
	if m.Logger == "" {
		m.Logger = b.Logger
	}
	if !m.HasSeverity {
		m.SetSeverity(message.DefaultSeverity)
		if b.HasSeverity {
			m.SetSeverity(b.Severity)
		}
	}
	if !m.HasPid {
		m.SetPid(b.Pid)
	}
	if !m.HasUUID {
		m.UUID, m.HasUUID = d.uuid(), b.HasUUID
	}
	m.Signer, m.Loops = b.Signer, b.Loops
}

// uuid is the record's for its first message and derived from it for further ones, so that a record
// that is decoded again gives the same messages.
func (d *Decoder) uuid() [16]byte {
	id := d.before.UUID
	if d.made == 0 || !d.before.HasUUID {
		return id
	}
	var seed [20]byte
	copy(seed[:], id[:])
	binary.LittleEndian.PutUint32(seed[16:], uint32(d.made))
	id = xxh3.Hash128(seed[:]).Bytes()
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // RFC 9562: version 8, made as the application likes
	return id
}

func (d *Decoder) emit(m *message.Draft) {
	d.made++
	d.out.Emit(m)
}

// injectPayload sets the payload of the record itself at first, later that of further messages.
func (d *Decoder) injectPayload(payload []byte, typ, name string) error {
	if d.record == nil {
		return errors.New("aborted: there is no message at this time")
	}
	m := d.record
	if d.made > 0 {
		m = &d.again
		m.Reset()
		m.CopyHeaders(&d.before)
		m.UUID = d.uuid()
	}
	m.Payload = message.View(payload)
	m.Add("payload_type", "file-extension", message.StringValue(typ))
	m.AddString("payload_name", name)
	d.emit(m)
	m.Payload = d.before.Payload // the buffer is used again
	return nil
}
