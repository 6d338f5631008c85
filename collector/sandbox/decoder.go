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
	// Default false; accepted without effect: no plugin ends the collector.
	CanExit bool `toml:"can_exit"`
	// Default false; accepted without effect: a decoder has no timer.
	TimerEventOnShutdown bool `toml:"timer_event_on_shutdown"`
}

// NewDecoder runs the script's top level. Where a script of LMA is not there, it makes the native decoder that
// stands in for it.
func (c *DecoderConfig) NewDecoder(env *plugin.Env) (plugin.Decoder, error) {
	if native := c.standIn(env); native != "" {
		return c.newStandIn(native, env)
	}
	if err := c.check(env); err != nil {
		return nil, err
	}
	zone, err := c.zone()
	if err != nil {
		return nil, err
	}
	d := &Decoder{zone: zone}
	d.reopener = reopener{options: &c.Options, env: env, kind: plugin.KindDecoder, host: d}
	if err := d.open(); err != nil {
		return nil, err
	}
	return d, nil
}

// Decoder is a SandboxDecoder. A script that fails fatally is started anew by the decoder itself.
//
// As in hekad the first message that a script injects takes the place of the record: read_message then
// reads it and write_message changes it. So nothing is emitted before the script has returned.
type Decoder struct {
	reopener
	zone *time.Location // in which timestamps are wall clock, nil for UTC

	record  *message.Draft   // the one being decoded
	before  message.Draft    // its headers as they were
	made    []*message.Draft // injected by this call: the record itself, or drafts of spare
	size    int              // of them, bytes
	spare   []*message.Draft // that are used again and again
	payload []byte           // of the record, where the script injected one
}

var (
	_ plugin.Decoder = (*Decoder)(nil)
	_ plugin.Closer  = (*Decoder)(nil)
	_ host           = (*Decoder)(nil)
)

// Decode calls process_message and emits what it injected; if that was nothing, the draft itself.
func (d *Decoder) Decode(draft *message.Draft, out plugin.Emitter) error {
	if err := d.ready(); err != nil {
		return err
	}
	if len(d.spare) > maxSpare {
		d.spare = append([]*message.Draft(nil), d.spare[:maxSpare]...)
	}
	d.record, d.made, d.size = draft, d.made[:0], 0
	d.before.Reset()
	d.before.CopyHeaders(draft)
	s := d.script
	s.draft = draft
	status := s.process()
	s.draft, d.record = nil, nil
	if status == 0 {
		d.emit(draft, out)
		d.keeper.keep(s)
		return nil
	}
	return d.explain(status)
}

func (d *Decoder) explain(status int) error {
	reason := d.script.lastError
	switch {
	case status > 0:
		return d.failed(fmt.Errorf("FATAL: %s", d.script.reason()))
	case len(d.made) > 0:
		//lint:ignore ST1005 hekad's text
		return fmt.Errorf("Failed after a successful inject_message call: %s", reason)
	}
	//lint:ignore ST1005 hekad's text
	return fmt.Errorf("Failed parsing: %s payload: %s", reason, excerpt(d.before.Payload))
}

// excerpt bounds what an error repeats of a record.
func excerpt(payload string) string {
	const most = 1 << 10
	if len(payload) > most {
		return payload[:most] + fmt.Sprintf("... (%d bytes)", len(payload))
	}
	return payload
}

func (d *Decoder) emit(draft *message.Draft, out plugin.Emitter) {
	if len(d.made) == 0 {
		out.Emit(draft)
		return
	}
	for _, m := range d.made {
		out.Emit(m)
	}
}

// maxSpare is how many drafts are kept for the next record.
const maxSpare = 16

var errNoRecord = errors.New("aborted: there is no message at this time")

// injectMessage gives what the script left unset the record's values.
func (d *Decoder) injectMessage(s *script) error {
	if d.record == nil {
		return errNoRecord
	}
	m := &s.made
	d.inherit(m, s.given)
	if err := d.room(s.size + headerSize(m)); err != nil {
		return err
	}
	m.Timestamp = asWallClock(m.Timestamp, d.zone)
	kept := d.next()
	*kept, s.made = s.made, *kept
	d.add(s, kept)
	return nil
}

// What the messages of one record may take together, in bytes: as much as the script itself, but not less
// than leastMade. They are held until the script has returned.
const (
	leastMade   = 8 << 20
	unlimited   = 64 << 20 // for a script without a limit of memory
	draftItself = 512
)

// room counts one more message of n bytes.
func (d *Decoder) room(n int) error {
	most := max(int(d.options.MemoryLimit), leastMade)
	if d.options.MemoryLimit == 0 {
		most = unlimited
	}
	if d.size += n + draftItself; d.size > most {
		return fmt.Errorf("the messages of one record would take more than %d bytes", most)
	}
	return nil
}

// headerSize is what the texts of a message's headers take that another message gets, too.
func headerSize(m *message.Draft) int {
	return len(m.Type) + len(m.Logger) + len(m.Hostname) + len(m.EnvVersion)
}

// next is a draft for one more message.
func (d *Decoder) next() *message.Draft {
	n := len(d.made)
	for n >= len(d.spare) {
		d.spare = append(d.spare, &message.Draft{})
	}
	return d.spare[n]
}

// add takes a message in; the first one is what the script reads and changes from now on.
func (d *Decoder) add(s *script, m *message.Draft) {
	d.made = append(d.made, m)
	if len(d.made) == 1 {
		s.draft = m
	}
}

func (d *Decoder) inherit(m *message.Draft, given headers) {
	b := &d.before
	if !m.HasTimestamp {
		m.Timestamp, m.HasTimestamp = b.Timestamp, b.HasTimestamp
	}
	if m.Type == "" && given&hasType == 0 {
		m.Type = b.Type
	}
	if m.Hostname == "" && given&hasHostname == 0 {
		m.Hostname = b.Hostname
	}
	if m.Logger == "" && given&hasLogger == 0 {
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
	if len(d.made) == 0 || !d.before.HasUUID {
		return id
	}
	var seed [20]byte
	copy(seed[:], id[:])
	binary.LittleEndian.PutUint32(seed[16:], uint32(len(d.made)))
	id = xxh3.Hash128(seed[:]).Bytes()
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // RFC 9562: version 8, made as the application likes
	return id
}

// injectPayload sets the payload of the record itself at first, later that of further messages.
func (d *Decoder) injectPayload(s *script, payload []byte, typ, name string) error {
	if d.record == nil {
		return errNoRecord
	}
	m := d.record
	if len(d.made) > 0 {
		m = d.made[0] // its headers are copied
	}
	if err := d.room(len(payload) + len(typ) + len(name) + headerSize(m)); err != nil {
		return err
	}
	if len(d.made) == 0 {
		d.payload = append(d.payload[:0], payload...)
		m.Payload = message.View(d.payload)
	} else {
		m = d.next()
		m.Reset()
		m.CopyHeaders(d.made[0])
		m.UUID, m.Payload = d.uuid(), string(payload)
	}
	m.Add("payload_type", "file-extension", message.StringValue(typ))
	m.AddString("payload_name", name)
	d.add(s, m)
	return nil
}
