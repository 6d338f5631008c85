// Package plugin holds what a plugin and its host know of each other: the six kinds of plugins,
// the registry of their types, the options that all of a kind share, and what a plugin may ask for.
//
// A plugin type is a configuration struct with `toml` tags, registered under the name that stands
// in `type = "…"`. Building a plugin from it checks the options and opens nothing, so that `check`
// can build everything; files, sockets and servers are opened when it runs, and opened again after
// a failure.
package plugin

import (
	"context"
	"io"
	"time"

	"lma_collector/collector/message"
)

// Input takes in records. Run works until ctx ends (then it returns nil) or it fails; the host
// starts it again after a back-off.
type Input interface {
	Run(ctx context.Context, host InputHost) error
}

// OnceInput is an input that can read what is there now and then end (Env.Once). `run --once`
// starts no other.
type OnceInput interface {
	Input
	ReadsOnce()
}

// InputHost is what a running input may ask for.
type InputHost interface {
	// NewSource starts one ordered stream of records with a splitter and a decoder of its own. The
	// token (a file, a peer) names it in reports; it may be "".
	NewSource(token string) (Source, error)
}

// Source is one ordered stream of records on its way into the pipeline. One goroutine uses it.
// Records are decoded as they come in and gather in a batch until Flush.
type Source interface {
	// SetDecorator sets what gives a record its headers before it is decoded. The draft holds the
	// payload, a timestamp (now), a random uuid and the section's name as logger. It is not called
	// for records that are encoded messages (a splitter with use_message_bytes).
	SetDecorator(func(*message.Draft))
	// Fill reads once from r and takes the whole records in; an unfinished one is kept for the
	// next read. It returns r's error, io.EOF included.
	Fill(r io.Reader) (int, error)
	// SetUrgent says that somebody waits for the acknowledgements of this source, such as the client
	// of a request: outputs deliver its messages without waiting for more.
	SetUrgent()
	// RecordOffset is where the record being decorated starts, counted as Consumed is.
	RecordOffset() int64
	// Emit takes in a finished draft, past splitter and decoder.
	Emit(d *message.Draft)
	// Deliver takes in one record that needs no splitting.
	Deliver(record []byte)
	// DeliverBody splits a whole body (a datagram, a request). Its unfinished tail is a record only
	// with deliver_incomplete_final; with NullSplitter the body is one record. The error says what was left over.
	DeliverBody(body []byte) error
	// Finish ends the input of a stream: the unfinished tail is delivered if deliver_incomplete_final
	// says so, a message that a decoder holds back is completed.
	Finish()
	// Consumed is the number of bytes, from the start or the last Reset, whose messages are all in
	// the batch or handed over: where to go on after a restart once the next Flush is acknowledged.
	Consumed() int64
	// Reset forgets the unfinished record, as when a file was replaced, and counts from 0 again.
	// What a decoder holds back is completed first.
	Reset()
	// Pending tells whether the batch holds anything or a decoder holds a message back.
	Pending() bool
	// Idle completes messages that a decoder has held back for longer than it wants to. Call it
	// when no data come, at least once a second.
	Idle()
	// Flush hands the batch over. done (may be nil) is called once, from any goroutine, when every
	// output has delivered its messages and those of all earlier batches of this source; at once
	// where there are none. It must be quick and must not call the source. Flush waits while a
	// blocking consumer's queue is full or too much of this source is unacknowledged; it returns
	// ctx's error when ctx ended first, and then the messages are dropped unacknowledged. Without done
	// nobody could read them again: then it waits until most of a second after the input was told to end.
	Flush(ctx context.Context, done func()) error
	// Drain waits until all that was flushed is acknowledged, or ctx ends. An input that keeps a
	// position calls it at its end, with a second's time of its own, before it notes the last one.
	Drain(ctx context.Context) error
	// Close ends the source. What was not flushed is dropped.
	Close()
}

// Splitter finds records in a stream. One instance serves one stream.
type Splitter interface {
	// Split looks for the first record: advance is how much of data is used up, record is nil when
	// more data are needed. With atEOF nothing more will come, but only a complete record counts.
	Split(data []byte, atEOF bool) (advance int, record []byte)
}

// Unframer is a splitter whose records wrap encoded messages.
type Unframer interface {
	Splitter
	// Unframe takes the message out of a record. signer is "" unless a signature was verified;
	// an error means that the record must be dropped.
	Unframe(record []byte) (body []byte, signer string, err error)
}

// Decoder makes messages of a record. One instance serves one source.
type Decoder interface {
	// Decode fills the draft, whose payload is the record, and emits it; it may emit several drafts,
	// or none to drop the record. Strings in the draft may be views of the record. After an error
	// nothing that this call emitted is kept.
	Decode(d *message.Draft, out Emitter) error
}

// Emitter takes finished drafts; it has sealed a draft when Emit returns.
type Emitter interface {
	Emit(d *message.Draft)
}

// Holder is a decoder that holds a message back because later records may belong to it.
type Holder interface {
	Decoder
	// Held is the number of records held back, 0 for none. A held record must have been copied.
	Held() int
	// Release emits what is held.
	Release(out Emitter)
	// HoldTime is how long a held message waits for more when no data come.
	HoldTime() time.Duration
}

// RawDecoder is a decoder that can take an encoded message as it is, without a draft.
type RawDecoder interface {
	Decoder
	DecodeRaw(b *message.Batch, record []byte, signer string) error
}

// Filter watches messages and injects new ones through Env.Inject. One goroutine calls it.
type Filter interface {
	// Process takes one message, valid until it returns. An error is counted and reported; only a
	// fatal one (Fatal) restarts the filter.
	Process(m *message.Message) error
	// Tick is called every ticker_interval.
	Tick(now time.Time) error
}

// Starter is a filter that is to be told when it begins to run: one that is built may be closed again without
// that, when a configuration is only checked. Start is called once, before the first message.
type Starter interface {
	Filter
	Start() error
}

// Matching is a filter that knows which messages it wants when its section has no message_matcher.
type Matching interface {
	Filter
	MessageMatcher() string
}

// Encoder turns messages into bytes. An instance belongs to one output.
type Encoder interface {
	// Encode appends to dst. Appending nothing leaves the message out.
	Encode(dst []byte, m *message.Message) ([]byte, error)
}

// RawEncoder is an encoder whose result is the message's own encoding, so that nothing need be
// copied to frame it. Outputs with one use framing unless told otherwise.
type RawEncoder interface {
	Encoder
	Raw(m *message.Message) []byte
}

// Output delivers batches. One goroutine calls it. It needs no retries, back-off, queue or
// counters of its own: they are the runner's.
type Output interface {
	// Deliver sends items and returns when the server has confirmed them. Items that were refused
	// or are to be retried are marked so; an error applies to all that were not marked. It is
	// called again with what is to be retried.
	Deliver(ctx context.Context, items []Item) error
}

// Sequential is an output that takes the items of a batch one after the other: what brings it down is
// the first that is left.
type Sequential interface {
	Output
	DeliversInOrder()
}

// Unencoded is an output whose section may name an encoder or framing, without effect.
type Unencoded interface {
	Output
	TakesNoEncoder()
}

// Closer is any plugin with something to close or preserve when it stops.
type Closer interface {
	Close() error
}

// Ticker is an output that also wants to be called every ticker_interval.
type Ticker interface {
	Tick(ctx context.Context, now time.Time) error
}

// Item is one message on its way out.
type Item struct {
	Message *message.Message
	Data    []byte  // encoded; nil for an output without encoder
	buffer  *[]byte // in which Data lies at an offset, nil when that is not known
	at      int
	verdict verdict
	err     error
}

type verdict uint8

const (
	unmarked verdict = iota
	refused
	retry
	delivered
)

// Refuse marks the item as one that the server will never take: it is dead-lettered with the reason.
func (i *Item) Refuse(reason error) { i.verdict, i.err = refused, reason }

// Retry marks the item to be sent again later.
func (i *Item) Retry(reason error) { i.verdict, i.err = retry, reason }

// Accept marks the item as delivered, whatever Deliver returns.
func (i *Item) Accept() { i.verdict, i.err = delivered, nil }

// Refused, ToRetry and Accepted tell how the item was marked, with the reason; an unmarked item shares what Deliver returned.
func (i *Item) Refused() (error, bool) { return i.err, i.verdict == refused }
func (i *Item) ToRetry() (error, bool) { return i.err, i.verdict == retry }
func (i *Item) Accepted() bool         { return i.verdict == delivered }

// Unmark makes the item ready for another attempt.
func (i *Item) Unmark() { i.verdict, i.err = unmarked, nil }
