package message

// Draft is a message in the making: what decoders fill and filters inject. Sealing it (Batch.Append)
// completes its encoding. Its strings may be views of a read buffer: fields are encoded, and so copied,
// when they are added, headers when it is sealed.
// The zero Draft is an empty message; a Draft is used again after Reset.
type Draft struct {
	UUID       [16]byte
	HasUUID    bool
	Timestamp  int64 // ns since 1970
	Type       string
	Logger     string
	Payload    string
	EnvVersion string
	Hostname   string
	Severity   int32 // used when HasSeverity
	Pid        int32 // used when HasPid

	HasTimestamp, HasSeverity, HasPid bool

	// Raw is the record as it came where the splitter delivers encoded messages (use_message_bytes).
	Raw []byte
	// Signer is the verified signer of the record, "" for none.
	Signer string
	// Loops counts injections, see Message.Loops.
	Loops int

	store fieldStore
	empty uint8 // text headers that are set to "", as bits; only the encoding tells them from unset ones
}

// Reset empties the draft and keeps its memory.
func (d *Draft) Reset() {
	d.store.reset()
	*d = Draft{store: d.store}
}

// CopyHeaders takes over all headers and the envelope (signer, loops) of another draft, not its fields.
func (d *Draft) CopyHeaders(from *Draft) {
	store := d.store
	*d = *from
	d.store = store
}

// SetTimestamp, SetSeverity, SetPid and SetUUID set a header that may also be absent.
func (d *Draft) SetTimestamp(ns int64) { d.Timestamp, d.HasTimestamp = ns, true }
func (d *Draft) SetSeverity(s int32)   { d.Severity, d.HasSeverity = s, true }
func (d *Draft) SetPid(pid int32)      { d.Pid, d.HasPid = pid, true }
func (d *Draft) SetUUID(uuid [16]byte) { d.UUID, d.HasUUID = uuid, true }

// Load fills the draft from a message: what it does not change is encoded again byte for byte.
func (d *Draft) Load(m *Message) {
	d.Reset()
	if u := m.UUID(); len(u) == 16 {
		d.UUID, d.HasUUID = [16]byte(u), true
	}
	d.Timestamp, d.HasTimestamp = m.timestamp, m.HasTimestamp()
	d.Severity, d.HasSeverity = m.severity, m.HasSeverity()
	d.Pid, d.HasPid = m.pid, m.HasPid()
	d.Type, d.Logger, d.Payload = m.Type(), m.Logger(), m.Payload()
	d.EnvVersion, d.Hostname = m.EnvVersion(), m.Hostname()
	d.Signer, d.Loops = m.signer, m.Loops()
	for i, header := range [...]span{m.typ, m.logger, m.payload, m.envVersion, m.hostname} {
		if header.end > 0 && header.off == header.end {
			d.empty |= 1 << i
		}
	}
	d.loadElements(m)
}

// loadElements keeps the fields, and the elements of later formats, as they are encoded.
func (d *Draft) loadElements(m *Message) {
	if m.plain() {
		d.store.loadPlain(m.raw[m.firstField():])
		return
	}
	for i := 0; i < len(m.raw); {
		tag, n := varint(m.raw, i)
		end := skip(m.raw, i+n, int(tag&7), 0)
		switch {
		case tag == tagField<<3|2:
			_, ln := varint(m.raw, i+n)
			d.store.loadField(m.raw[i+n+ln : end])
		case tag>>3 > tagField:
			d.store.unknown = append(d.store.unknown, m.raw[i:end]...)
		}
		i = end
	}
}
