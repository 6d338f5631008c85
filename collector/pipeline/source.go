package pipeline

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// source is one stream of an input: splitter, decoder and the batch being filled. Its input's
// goroutine owns it; only its flight is shared with those who acknowledge.
type source struct {
	in       *input
	token    string
	buffer   recordBuffer
	splitter plugin.Splitter
	unframer plugin.Unframer // nil: records are payloads
	decoder  plugin.Decoder  // nil: records become messages as they are
	raw      plugin.RawDecoder
	holder   plugin.Holder
	decorate func(*message.Draft)
	flight   *flight
	routing  routing
	rng      *rand.PCG

	batch   *message.Batch
	draft   message.Draft
	base    [16]byte // uuid of the record being decoded
	emitted int      // messages made of it so far

	consumed int64 // end of the last whole record
	safe     int64 // end of what no decoder holds back
	offset   int64 // start of the record being decorated
	lastData time.Time
	now      int64
	urgent   bool
	torn     bool // a record was given up halfway: nothing goes on from here
}

var _ plugin.Source = (*source)(nil)

func newSource(in *input, token string) (*source, error) {
	s := &source{in: in, token: token, flight: newFlight(in.maxUnacknowledged), rng: rand.NewPCG(rand.Uint64(), rand.Uint64())}
	sp, opts, err := in.newSplitter()
	if err != nil {
		return nil, err
	}
	s.splitter = sp
	s.buffer = newRecordBuffer(sp, opts, in.maxRecord, &in.stats)
	if u, ok := sp.(plugin.Unframer); ok && opts.UseMessageBytes {
		s.unframer = u
	}
	if in.newDecoder != nil {
		d, err := in.newDecoder(token)
		if err != nil {
			return nil, err
		}
		s.setDecoder(d)
	}
	s.batch = message.NewBatch()
	in.addSource(token, s)
	return s, nil
}

func (s *source) setDecoder(d plugin.Decoder) {
	s.decoder = d
	s.raw, _ = d.(plugin.RawDecoder)
	s.holder, _ = d.(plugin.Holder)
}

// replaceDecoder makes a new decoder after a panic, once what the old one held back is out, if it can be had.
func (s *source) replaceDecoder() {
	mark := s.batch.Len()
	err := func() (err error) {
		defer asError(&err)
		s.release()
		s.closeDecoder()
		return nil
	}()
	if err != nil {
		s.batch.Truncate(mark)
		s.in.log.Warn("what a decoder held back is lost with it", "error", err)
	}
	d, err := s.in.newDecoder(s.token)
	if err != nil {
		s.in.log.Warn("decoder cannot be made anew and is used on", "error", err)
		return
	}
	s.setDecoder(d)
}

func (s *source) SetDecorator(f func(*message.Draft)) { s.decorate = f }
func (s *source) SetUrgent()                          { s.urgent = true }
func (s *source) RecordOffset() int64                 { return s.offset }
func (s *source) Consumed() int64                     { return s.safe }

// Pending tells whether there is something that Flush or Idle would send.
func (s *source) Pending() bool {
	return s.batch.Len() > 0 || s.holder != nil && s.holder.Held() > 0
}

func (s *source) Fill(r io.Reader) (int, error) {
	n, err := s.buffer.fill(r)
	if n > 0 {
		s.arrived()
		s.cut(false)
	}
	return n, err
}

func (s *source) arrived() {
	t := time.Now()
	s.lastData, s.now = t, t.UnixNano()
}

// cut takes all whole records out of the buffer; with atEOF also those inside of one that is cut short.
func (s *source) cut(atEOF bool) {
	for {
		start, record, advance := s.buffer.next(atEOF)
		if advance == 0 {
			return
		}
		emitted := false
		if record != nil {
			s.offset = s.consumed + int64(start)
			emitted = s.record(record)
		}
		s.advance(advance, emitted)
	}
}

// advance counts bytes as used up; they are safe unless the decoder holds records back: when it
// holds just the newest, having emitted what it held before, all up to that one is safe.
func (s *source) advance(n int, emitted bool) {
	start := s.consumed
	s.consumed += int64(n)
	switch held := s.held(); {
	case held == 0:
		s.safe = s.consumed
	case held == 1 && emitted:
		s.safe = start
	}
}

func (s *source) held() int {
	if s.holder == nil {
		return 0
	}
	return s.holder.Held()
}

func (s *source) Deliver(record []byte) {
	s.arrived()
	s.offset = s.consumed
	s.advance(len(record), s.record(record))
}

func (s *source) DeliverBody(body []byte) error {
	if w, ok := s.splitter.(interface{ Whole() bool }); ok && w.Whole() {
		if len(body) > 0 {
			s.Deliver(body)
		}
		return nil
	}
	s.arrived()
	at, records := 0, 0
	for at < len(body) {
		advance, record := s.splitter.Split(body[at:], true)
		if advance == 0 {
			break
		}
		emitted := false
		if len(record) > 0 {
			s.offset = s.consumed
			emitted = s.record(record)
			records++
		}
		s.advance(advance, emitted)
		at += advance
	}
	rest := len(body) - at
	if rest > 0 && s.buffer.options.DeliverIncompleteFinal {
		s.Deliver(body[at:])
		return nil
	}
	s.advance(rest, false)
	if rest > 0 {
		s.in.stats.skippedBytes.Add(int64(rest))
		return fmt.Errorf("the last %d bytes of %d are no whole record", rest, len(body))
	}
	return nil
}

func (s *source) Finish() {
	s.cut(true)
	if rest := s.buffer.rest(); len(rest) > 0 && s.buffer.options.DeliverIncompleteFinal {
		s.offset = s.consumed
		s.advance(len(rest), s.record(rest))
	}
	s.buffer.reset()
	s.release()
}

func (s *source) Reset() {
	s.release()
	s.buffer.reset()
	s.consumed, s.safe = 0, 0
}

// release completes what the decoder holds back.
func (s *source) release() {
	if s.held() > 0 {
		s.emitted = 0
		s.base = [16]byte{}
		s.holder.Release(s)
	}
	s.safe = s.consumed
}

func (s *source) Idle() {
	if s.held() > 0 && time.Since(s.lastData) >= s.holder.HoldTime() {
		s.release()
	}
	s.buffer.shrink()
}

// record decodes one record into the batch; emitted tells whether that made messages.
func (s *source) record(record []byte) (emitted bool) {
	stats := &s.in.stats
	stats.records.Add(1)
	stats.bytes.Add(int64(len(record)))
	signer, encoded := "", false
	if s.unframer != nil {
		body, by, err := s.unframer.Unframe(record)
		if err != nil {
			stats.refusedRecords.Add(1)
			s.in.decodeFailed(record, fmt.Errorf("record refused: %w", err))
			return false
		}
		if len(body) == 0 {
			return false
		}
		record, signer, encoded = body, by, true
	}
	mark := s.batch.Len()
	if err := s.decode(record, signer, encoded); err != nil {
		s.batch.Truncate(mark)
		if s.in.interrupted() { // the record is not bad
			s.torn = true
			return false
		}
		if s.decoder != nil && errors.Is(err, errPanic) {
			s.replaceDecoder()
		}
		stats.decodeFailures.Add(1)
		s.in.decodeFailed(record, err)
		if s.in.options.SendDecodeFailures {
			s.sendFailure(record, signer, encoded, err)
		}
		return false
	}
	return s.emitted > 0
}

// decode makes an error of a panic too: an input that is started anew would come to the same record
// again, and never past it.
func (s *source) decode(record []byte, signer string, encoded bool) (err error) {
	defer asError(&err)
	s.emitted = 0
	if encoded && s.raw != nil {
		return s.raw.DecodeRaw(s.batch, record, signer)
	}
	s.prepare(record, signer, encoded)
	if s.decoder == nil {
		s.Emit(&s.draft)
		return nil
	}
	return s.decoder.Decode(&s.draft, s)
}

// prepare makes the draft that a decoder gets.
func (s *source) prepare(record []byte, signer string, encoded bool) {
	d := &s.draft
	d.Reset()
	d.Signer = signer
	d.SetUUID(s.newUUID())
	d.SetTimestamp(s.now)
	d.Logger = s.in.name
	if encoded {
		d.Raw = record
	} else {
		d.Payload = message.View(record)
		if s.decorate != nil {
			s.decorate(d)
		}
	}
	s.base = d.UUID
}

func (s *source) newUUID() (u [16]byte) {
	binary.LittleEndian.PutUint64(u[:8], s.rng.Uint64())
	binary.LittleEndian.PutUint64(u[8:], s.rng.Uint64())
	u[6] = u[6]&0x0f | 0x40 // version 4, as RFC 9562 has it
	u[8] = u[8]&0x3f | 0x80
	return u
}

// Emit seals a draft. Further messages of one record get uuids of their own, always the same ones.
func (s *source) Emit(d *message.Draft) {
	if !d.HasUUID {
		d.SetUUID(s.newUUID())
	}
	if s.emitted > 0 && d.UUID == s.base {
		n := binary.LittleEndian.Uint64(s.base[8:])
		binary.LittleEndian.PutUint64(d.UUID[8:], n^uint64(s.emitted)*0x9e3779b97f4a7c15)
		s.batch.Append(d)
		d.UUID = s.base
	} else {
		s.batch.Append(d)
	}
	s.emitted++
}

// maxErrorText is how much of a decode error goes into the message (spec: 500 bytes).
const maxErrorText = 500

// sendFailure delivers a record that could not be decoded, tagged with the reason.
func (s *source) sendFailure(record []byte, signer string, encoded bool, err error) {
	s.emitted = 0
	s.prepare(record, signer, encoded)
	if encoded {
		s.draft.Payload = message.View(record)
	}
	s.draft.AddBool("decode_failure", true)
	text := err.Error()
	s.draft.AddString("decode_error", text[:min(len(text), maxErrorText)])
	s.Emit(&s.draft)
}

func (s *source) Flush(ctx context.Context, done func()) error {
	b := s.batch
	if s.torn {
		return errTorn
	}
	if b.Len() == 0 && done == nil {
		return nil
	}
	if done == nil && s.in.last != nil {
		ctx = s.in.last
	}
	n := b.Len()
	err := s.handOver(ctx, b, done)
	if err != nil && done == nil {
		s.in.log.Warn("the last messages could not be handed over to everybody", "messages", n, "error", err)
	}
	return err
}

// handOver waits for room, then routes the batch.
func (s *source) handOver(ctx context.Context, b *message.Batch, done func()) error {
	for !s.flight.room() {
		select {
		case <-s.flight.freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.in.stats.messages.Add(int64(b.Len()))
	b = b.Compact()
	s.batch = message.NewBatch()
	a := s.flight.launch(max(b.Bytes(), 1), done)
	a.urgent = s.urgent
	return s.in.router.route(ctx, b, a, &s.routing)
}

var errTorn = errors.New("the decoder was interrupted, since the collector stops")

func (s *source) Drain(ctx context.Context) error {
	for !s.flight.empty() {
		select {
		case <-s.flight.freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (s *source) Close() {
	s.in.removeSource(s)
	if s.batch != nil {
		s.batch.Release()
		s.batch = nil
	}
	s.closeDecoder()
	s.buffer.free()
}

func (s *source) closeDecoder() {
	if c, ok := s.decoder.(plugin.Closer); ok {
		if err := c.Close(); err != nil {
			s.in.log.Warn("decoder did not close cleanly", "error", err)
		}
	}
}
