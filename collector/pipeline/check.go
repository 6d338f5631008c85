package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"lma_collector/collector/config"
	"lma_collector/collector/plugin"
)

// Check finds what is wrong with a configuration beyond what keeps it from starting: sections that
// get in each other's way, sections that nothing uses, files that cannot be read.
func Check(sections []*config.Section, settings Settings) config.Diagnostics {
	b := newBuilder(sections, settings)
	b.makeAll()
	b.discard()
	b.checkTogether()
	b.checkUnused()
	for _, u := range b.order {
		if c, ok := u.config.(plugin.Checker); ok && !b.failed(u) {
			for _, finding := range c.Check(&u.env) {
				b.reportAt(u.Section, finding.Option, severityOf(finding), finding.Class, finding.Text, finding.Hint)
			}
		}
	}
	b.found.Sort()
	return b.found
}

func severityOf(f plugin.Finding) config.Severity {
	switch {
	case f.Error:
		return config.Error
	case f.Note:
		return config.Note
	}
	return config.Warning
}

// failed tells whether the section already has an error.
func (b *builder) failed(u *unit) bool {
	return slices.ContainsFunc(b.found, func(d config.Diagnostic) bool {
		return d.Severity == config.Error && d.Section == u.Name
	})
}

// checkTogether compares sections that claim the same thing: an address to listen on, a series of metrics.
func (b *builder) checkTogether() {
	owner := map[string]*unit{}
	for _, u := range b.order {
		for _, claim := range u.claims() {
			first, taken := owner[claim.What]
			if !taken {
				owner[claim.What] = u
				continue
			}
			b.reportAt(u.Section, claim.Option, config.Warning, config.ClassConflict,
				fmt.Sprintf("%s is also claimed by [%s] in %s:%d", claim.What, first.Name, first.File, first.Line), claim.Hint)
		}
	}
}

func (u *unit) claims() []plugin.Claim {
	if c, ok := u.config.(plugin.Claimer); ok {
		return c.Claims(&u.env)
	}
	return nil
}

// taken says which section of the configuration already claims what a section that comes later would.
func (b *builder) taken(u *unit) error {
	for _, claim := range u.claims() {
		for _, other := range b.order {
			if slices.ContainsFunc(other.claims(), func(c plugin.Claim) bool { return c.What == claim.What }) {
				return fmt.Errorf("%s belongs to [%s]: %s", claim.What, other.Name, claim.Hint)
			}
		}
	}
	return nil
}

// checkUnused names decoders, encoders and splitters that no section refers to.
func (b *builder) checkUnused() {
	used := map[string]bool{}
	for _, u := range b.order {
		for _, name := range []string{u.input.Decoder, u.input.Splitter, u.consumer.Encoder} {
			used[name] = true
		}
		if m, ok := u.config.(interface{ References() []string }); ok {
			for _, name := range m.References() {
				used[name] = true
			}
		}
	}
	for _, u := range b.order {
		switch u.typ.Kind {
		case plugin.KindDecoder, plugin.KindEncoder, plugin.KindSplitter:
			if !used[u.Name] {
				b.reportAt(u.Section, "", config.Note, config.ClassUnused,
					fmt.Sprintf("no section uses this %s", strings.ToLower(string(u.typ.Kind))), "")
			}
		}
	}
}
