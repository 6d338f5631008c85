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

// checkTogether warns of sections that claim the same thing, such as an address to listen on.
func (b *builder) checkTogether() {
	b.compare(config.Warning, func(u *unit) (list []claimed) {
		if c, ok := u.config.(plugin.Claimer); ok {
			list = claimedBy(u, c.Claims(&u.env))
		}
		return list
	})
}

// checkOwners finds sections with what only one can have.
func (b *builder) checkOwners() { b.compare(config.Error, b.owned) }

// claimed is a claim with the section whose option makes it.
type claimed struct {
	plugin.Claim
	by *unit
}

func claimedBy(u *unit, claims []plugin.Claim) (list []claimed) {
	for _, c := range claims {
		list = append(list, claimed{c, u})
	}
	return list
}

// compare reports what is claimed again by a section that comes later.
func (b *builder) compare(severity config.Severity, claims func(*unit) []claimed) {
	owner := map[string]*unit{}
	for _, u := range b.order {
		for _, c := range claims(u) {
			first, taken := owner[c.What]
			if !taken {
				owner[c.What] = c.by
				continue
			}
			b.reportAt(c.by.Section, c.Option, severity, config.ClassConflict,
				fmt.Sprintf("%s is also claimed by [%s] in %s:%d", c.What, first.Name, first.File, first.Line), c.Hint)
		}
	}
}

// owned is what an input, filter or output has for itself, and the decoder or encoder that works for it.
func (b *builder) owned(u *unit) (list []claimed) {
	switch u.typ.Kind {
	case plugin.KindDecoder, plugin.KindEncoder, plugin.KindSplitter:
		return nil
	}
	if o, ok := u.config.(plugin.Owner); ok {
		list = claimedBy(u, o.Owns(&u.env))
	}
	for _, name := range []string{u.input.Decoder, u.consumer.Encoder} {
		part := b.units[name]
		if part == nil {
			continue
		}
		if o, ok := part.config.(plugin.Owner); ok {
			env := b.newEnv(part, use{owner: u})
			list = append(list, claimedBy(part, o.Owns(&env))...)
		}
	}
	return list
}

// taken says which section of the configuration already has what one that comes later would.
func (b *builder) taken(u *unit) error {
	for _, claim := range b.owned(u) {
		for _, other := range b.order {
			if slices.ContainsFunc(b.owned(other), func(c claimed) bool { return c.What == claim.What }) {
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
