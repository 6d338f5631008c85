package pipeline

import (
	"errors"
	"fmt"
	"io"

	"lma_collector/collector/config"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Tools use single sections of a configuration outside a running pipeline.
type Tools struct{ b *builder }

// NewTools checks a configuration as Build does and gives access to its sections.
func NewTools(sections []*config.Section, settings Settings) (*Tools, config.Diagnostics) {
	b := newBuilder(sections, settings)
	b.makeAll()
	b.discard()
	return &Tools{b}, b.found
}

// DecodeOptions say what to decode with, and who gets the results.
type DecodeOptions struct {
	Decoder, Splitter string // sections or types
	Logger, Hostname  string // headers that an input would give; "" leaves the defaults
	Message           func(*message.Message) error
	Failure           func(record []byte, err error)
}

// DecodeCounts are the totals of a decoding. Skipped are bytes that were no record: between records, or of one
// that is too large.
type DecodeCounts struct{ Records, Messages, Failures, Skipped int64 }

// Decode runs all records of r through a decoder.
func (t *Tools) Decode(r io.Reader, o DecodeOptions) (DecodeCounts, error) {
	in := &input{section: section{name: "decode", log: t.b.settings.Log}, maxRecord: max(t.b.settings.MaxMessageSize, message.DefaultMaxSize) + frameOverhead}
	in.newSplitter = func() (plugin.Splitter, plugin.SplitterOptions, error) {
		s, options, err := t.b.newSplitter(o.Splitter)
		options.DeliverIncompleteFinal = true // a file ends without its last newline often enough
		return s, options, err
	}
	in.newDecoder = func(string) (plugin.Decoder, error) { return t.b.newDecoder(o.Decoder, use{}) }
	in.onFailure = o.Failure
	s, err := newSource(in, "")
	if err != nil {
		return DecodeCounts{}, err
	}
	defer s.Close()
	s.SetDecorator(func(d *message.Draft) {
		d.Hostname = t.b.settings.Hostname
		d.Type = "logfile"
		if o.Logger != "" {
			d.Logger = o.Logger
		}
		if o.Hostname != "" {
			d.Hostname = o.Hostname
		}
	})
	err = s.decodeAll(r, o.Message)
	return DecodeCounts{in.stats.records.Load(), in.stats.messages.Load(), in.stats.decodeFailures.Load(), in.stats.skippedBytes.Load()}, err
}

// decodeAll hands every message on as soon as it is made.
func (s *source) decodeAll(r io.Reader, see func(*message.Message) error) error {
	for {
		_, err := s.Fill(r)
		end := errors.Is(err, io.EOF)
		if err != nil && !end {
			return fmt.Errorf("reading: %w", err)
		}
		if end {
			s.Finish()
		}
		for i := range s.batch.Len() {
			if err := see(s.batch.At(i)); err != nil {
				return err
			}
		}
		s.in.stats.messages.Add(int64(s.batch.Len()))
		s.batch.Truncate(0)
		if end {
			return nil
		}
	}
}

// Encoder makes an instance of an encoder section, or of an encoder type without options.
func (t *Tools) Encoder(name string) (plugin.Encoder, error) { return t.b.newEncoder(name, use{}) }

// Plugin gives a section's configuration, for commands that ask a plugin type for more, and its environment.
func (t *Tools) Plugin(name string) (conf any, env *plugin.Env, ok bool) {
	u := t.b.units[name]
	if u == nil {
		return nil, nil, false
	}
	return u.config, &u.env, true
}

// Sections lists the names of all sections of one type.
func (t *Tools) Sections(typ string) (names []string) {
	for _, u := range t.b.order {
		if u.typ.Name == typ {
			names = append(names, u.Name)
		}
	}
	return names
}
