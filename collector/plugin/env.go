package plugin

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"lma_collector/collector/message"
)

// Env is what a plugin may ask of its host while it is built and while it runs.
type Env struct {
	Name string // the section's name
	Type string // the plugin's type

	// Owner is the input or output that a decoder or encoder is made for, "" when it is only checked or
	// used by a command. Token is the stream of the input, as NewSource got it. Health and Metrics are
	// the owner's: several instances share them.
	Owner, Token string

	Hostname       string // short name of this host, or what the configuration says
	BaseDir        string // persistent state
	ShareDir       string // read-only resources: Lua, alarms
	MaxMessageSize int    // bytes
	MachineID      string // makes log records' uuids differ between hosts
	Tags           []Tag  // site-wide tags, sorted by name

	TickerInterval time.Duration // of the section, 0 for none

	// Once asks inputs to read what is there now and then to return.
	Once bool
	// Interrupt is for filters, decoders and encoders, whose calls have no context: when it ends, what they
	// are doing must end at once, with an error; what it was about is not lost. nil: never.
	Interrupt context.Context

	// Sandbox limits of the [hekad] section.
	MaxProcessInject, MaxTimerInject int

	Log     *slog.Logger // names the plugin already
	Health  *Health      // conditions that the operator should see
	Metrics *Metrics     // numbers of the plugin's own

	// SectionsOf counts the sections of some plugin types.
	SectionsOf func(types ...string) int

	// NewDecoder, NewSplitter and NewEncoder make an instance of a section (or of an option-less type
	// of that name); the error names what is missing and what is near it.
	NewDecoder  func(section string) (Decoder, error)
	NewSplitter func(section string) (Splitter, error)
	NewEncoder  func(section string) (Encoder, error)

	// Encoder is an output's encoder, nil for none. Framing says that the runner frames its output.
	Encoder Encoder
	Framing bool

	// Inject sends a filter's draft on its way. The host sets the loop count, and what is unset of
	// uuid, timestamp and hostname; the error is ErrLoops, ErrOwnMessage, or says that it is too large.
	Inject func(d *message.Draft) error

	// Filters adds and removes filters. It is nil but for a filter that was started in a pipeline which goes on.
	Filters Filters

	// Publish tells everybody, such as of a script's end, whatever the plugin's kind. It never waits. It
	// is nil where there is no pipeline.
	Publish func(d *message.Draft)
}

// Tag is a name and a value that every message gets as a field.
type Tag struct{ Name, Value string }

// BasePath resolves a path of persistent state: relative ones lie under base_dir.
func (e *Env) BasePath(p string) string { return under(e.BaseDir, p) }

// SharePath resolves a path of a read-only resource: relative ones lie under share_dir.
func (e *Env) SharePath(p string) string { return under(e.ShareDir, p) }

func under(dir, p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(dir, p)
}
