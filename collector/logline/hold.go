package logline

import (
	"strings"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// MaxRecord is how long a record of many lines may become, in bytes; what exceeds it is cut off.
const MaxRecord = 256 << 10

// Hold keeps a record back, with its headers, while lines that belong to it may follow. Its memory
// is used again. The zero Hold is empty.
type Hold struct {
	// Draft has the headers of the record that is held.
	Draft message.Draft

	// Cut counts records that were cut at MaxRecord, Dropped the lines that came too late for them.
	Cut, Dropped *plugin.Number

	text    []byte
	records int
	over    bool

	logger, hostname, typ, envVersion, signer Kept
}

// NewHold makes a Hold that counts what it cuts.
func NewHold(env *plugin.Env) Hold {
	m := env.Metrics
	if m == nil {
		m = new(plugin.Metrics)
	}
	return Hold{
		Cut:     m.Counter("records_cut", "", "records cut because they were longer than 256 KiB"),
		Dropped: m.Counter("lines_dropped", "", "lines of cut records that were dropped"),
	}
}

// Start holds text as a record with the headers and fields of d; what was held before is forgotten.
func (h *Hold) Start(d *message.Draft, text string) {
	h.Draft.Reset()
	h.Draft.CopyHeaders(d)
	h.Draft.Payload, h.Draft.Raw = "", nil
	h.Draft.Logger = h.logger.Keep(d.Logger)
	h.Draft.Hostname = h.hostname.Keep(d.Hostname)
	h.Draft.Type = h.typ.Keep(d.Type)
	h.Draft.EnvVersion = h.envVersion.Keep(d.EnvVersion)
	h.Draft.Signer = h.signer.Keep(d.Signer)
	if d.FieldCount() > 0 {
		h.keepFields(d)
	}
	h.text, h.records, h.over = h.text[:0], 1, false
	h.add(text)
}

// keepFields copies fields that the input gave; log files have none.
func (h *Hold) keepFields(d *message.Draft) {
	for i := range d.FieldCount() {
		name, representation, typ, values := d.FieldValues(i)
		kept := make([]message.Value, len(values))
		for j, v := range values {
			switch typ {
			case message.TypeString:
				v = message.StringValue(strings.Clone(v.Text()))
			case message.TypeBytes:
				v = message.BytesValue([]byte(v.Text()))
			}
			kept[j] = v
		}
		h.Draft.AddList(strings.Clone(name), strings.Clone(representation), kept...)
	}
}

// Append adds a line to the record. It tells whether the record is now as long as it may be and
// must be let go; further lines of it are to be given to Overflow.
func (h *Hold) Append(line string) (full bool) {
	h.records++
	if len(h.text) > 0 {
		h.text = append(h.text, '\n')
	}
	h.add(line)
	return h.over
}

func (h *Hold) add(text string) {
	if room := MaxRecord - len(h.text); len(text) > room {
		h.over = true
		if h.Cut != nil {
			h.Cut.Add(1)
		}
		text = text[:max(room, 0)]
	}
	h.text = append(h.text, text...)
}

// Skip counts a record that failed while one is held: until that is emitted, neither is done with.
func (h *Hold) Skip() {
	if h.records > 0 {
		h.records++
	}
}

// Overflow takes a line that belongs to a record which was let go because it was too long; false
// means that there is no such record.
func (h *Hold) Overflow() bool {
	if h.records > 0 || !h.over {
		return false
	}
	if h.Dropped != nil {
		h.Dropped.Add(1)
	}
	return true
}

// EndOverflow says that a new record has begun.
func (h *Hold) EndOverflow() { h.over = false }

// Full tells whether the held record is as long as it may be.
func (h *Hold) Full() bool { return h.records > 0 && h.over }

// Held is the number of records that are not done with: those joined into the one that is held, and
// those skipped since it began.
func (h *Hold) Held() int { return h.records }

// Text is the held text, valid until the next Start or Append.
func (h *Hold) Text() string { return message.View(h.text) }

// CutSuffix removes a line from the end of the held text, with the line end before it.
func (h *Hold) CutSuffix(line string) bool {
	text, found := strings.CutSuffix(h.Text(), line)
	if !found || text != "" && text[len(text)-1] != '\n' {
		return false
	}
	h.text = h.text[:max(len(text)-1, 0)]
	return true
}

// Done empties the hold after its record was emitted.
func (h *Hold) Done() { h.records = 0 }
