package plugin

import "time"

// Full says what happens to a message when its consumer's queue is full.
type Full string

// The policies of a full queue.
const (
	FullBlock      Full = "block"       // the sources that feed it wait
	FullDrop       Full = "drop"        // the new message is dropped and counted
	FullDropOldest Full = "drop_oldest" // the oldest queued message is dropped and counted
	FullLatest     Full = "latest"      // only the newest message of each key (Keyer) is queued
)

// Retries is the policy of starting a plugin again, and of an output's next attempt.
type Retries struct {
	MaxJitter  time.Duration `toml:"max_jitter"`
	MaxDelay   time.Duration `toml:"max_delay"`
	Delay      time.Duration `toml:"delay"`
	MaxRetries int           `toml:"max_retries"` // -1: forever
}

// DefaultRetries are hekad's: 250 ms doubling to 30 s, forever.
func DefaultRetries() Retries {
	return Retries{MaxJitter: 500 * time.Millisecond, MaxDelay: 30 * time.Second, Delay: 250 * time.Millisecond, MaxRetries: -1}
}

// InputOptions are the options that every input has.
type InputOptions struct {
	TickerInterval     uint    `toml:"ticker_interval"` // s
	Decoder            string  `toml:"decoder"`
	Splitter           string  `toml:"splitter"`
	SynchronousDecode  bool    `toml:"synchronous_decode"` // accepted: decoding always is
	SendDecodeFailures bool    `toml:"send_decode_failures"`
	LogDecodeFailures  bool    `toml:"log_decode_failures"`
	CanExit            bool    `toml:"can_exit"`
	Retries            Retries `toml:"retries"`
}

// Buffering are the options of a disk queue, accepted and not yet used.
type Buffering struct {
	MaxFileSize       uint64 `toml:"max_file_size"`
	MaxBufferSize     uint64 `toml:"max_buffer_size"`
	FullAction        string `toml:"full_action"`
	CursorUpdateCount uint   `toml:"cursor_update_count"`
}

// ConsumerOptions are the options that every filter and output has.
type ConsumerOptions struct {
	MessageMatcher string    `toml:"message_matcher"`
	MessageSigner  string    `toml:"message_signer"`
	TickerInterval uint      `toml:"ticker_interval"` // s
	CanExit        bool      `toml:"can_exit"`
	Encoder        string    `toml:"encoder"`
	UseFraming     *bool     `toml:"use_framing"` // nil: as the encoder wants
	UseBuffering   bool      `toml:"use_buffering"`
	Buffering      Buffering `toml:"buffering"`
	Retries        Retries   `toml:"retries"`

	// Ours: how much the queue holds and what happens when it is full.
	QueueMessages int    `toml:"queue_messages"`
	QueueBytes    int    `toml:"queue_bytes"`
	WhenFull      string `toml:"when_full"`
	// MaxMessageSize is the largest encoded message in bytes that the peer takes, 0 for no limit:
	// larger ones are dead-lettered.
	MaxMessageSize int `toml:"max_message_size"`
}

// SplitterOptions are the options that every splitter has.
type SplitterOptions struct {
	KeepTruncated          bool `toml:"keep_truncated"`
	UseMessageBytes        bool `toml:"use_message_bytes"`
	MinBufferSize          uint `toml:"min_buffer_size"`
	DeliverIncompleteFinal bool `toml:"deliver_incomplete_final"`
}

// InputDefaulter, ConsumerDefaulter and SplitterDefaulter are configurations whose shared options have other defaults.
type (
	InputDefaulter    interface{ InputDefaults(*InputOptions) }
	ConsumerDefaulter interface{ ConsumerDefaults(*ConsumerOptions) }
	SplitterDefaulter interface{ SplitterDefaults(*SplitterOptions) }
)

// Keyer is an output whose queue may keep only the newest message of each key (FullLatest).
type Keyer interface {
	Key(dst []byte, item Item) []byte
}

// BatchPolicy says how an output's runner gathers messages: until there are Count of them or
// Bytes of encoded data (0: no such limit), at the latest Interval after the first; Interval 0 delivers
// what is there without waiting. And asks for all limits at once, as FileOutput's flush_operator does.
type BatchPolicy struct {
	Count    int
	Bytes    int
	Interval time.Duration
	And      bool
}

// Batcher is an output that wants batches other than "what is there, up to some hundreds".
type Batcher interface {
	BatchPolicy() BatchPolicy
}
