package sandboxmanager

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

const filterType = "SandboxFilter"

// maxConfig and maxMatcher bound what comes over the network, in bytes. A matcher is evaluated for every
// message that the collector has.
const (
	maxConfig  = 64 << 10
	maxMatcher = 2 << 10
)

// onlySection reads a configuration that must have one section.
func onlySection(file, text string) (*config.Section, error) {
	if len(text) > maxConfig {
		return nil, fmt.Errorf("the configuration has %d bytes, at most %d are taken", len(text), maxConfig)
	}
	list, found := config.ParseForeign(file, strings.Clone(text))
	if found.HasErrors() {
		return nil, told(found)
	}
	if len(list) != 1 {
		names := make([]string, len(list))
		for i, s := range list {
			names[i] = "[" + s.Name + "]"
		}
		return nil, errors.New(strings.TrimSuffix(fmt.Sprintf("the configuration must have one section, not %d: %s", len(list), strings.Join(names, ", ")), ": "))
	}
	if list[0].Type != filterType {
		//lint:ignore ST1005 hekad's text
		return nil, fmt.Errorf("Plugin must be a SandboxFilter, received %.80s", list[0].Type)
	}
	return list[0], nil
}

// CheckSection gives the name of the one section of a configuration that is to be loaded, or says why it
// would be refused.
func CheckSection(file, text string) (name string, err error) {
	s, err := onlySection(file, text)
	if err != nil {
		return "", err
	}
	return s.Name, nil
}

func told(found config.Diagnostics) error {
	var errs []error
	for _, d := range found.Errors() {
		errs = append(errs, errors.New(d.String()))
	}
	return errors.Join(errs...)
}

// filter makes the filter of a section, under the manager's rules.
func (m *Manager) filter(name string, s *config.Section, allowed Signer) (f plugin.DynamicFilter, err error) {
	t, ok := plugin.Lookup(filterType)
	if !ok {
		return f, fmt.Errorf("there is no %s in this program", filterType)
	}
	conf := t.NewConfig().(*sandbox.FilterConfig)
	o := plugin.ConsumerOptions{Retries: plugin.DefaultRetries(), WhenFull: string(plugin.FullBlock)}
	if found := s.Decode(conf, &o); found.HasErrors() {
		return f, told(found)
	}
	if len(o.MessageMatcher) > maxMatcher {
		return f, fmt.Errorf("message_matcher has %d bytes, at most %d are taken", len(o.MessageMatcher), maxMatcher)
	}
	conf.Filename, conf.ModuleDirectory = m.store.script(name), m.config.ModuleDirectory
	conf.MemoryLimit = lower(m.config.MemoryLimit, allowed.MemoryLimit)
	conf.InstructionLimit = lower(m.config.InstructionLimit, allowed.InstructionLimit)
	conf.OutputLimit = lower(m.config.OutputLimit, allowed.OutputLimit)
	tame(&o)
	return plugin.DynamicFilter{
		Name: name, Section: s, Config: conf, Options: o,
		MaxProcessDuration: time.Duration(min(m.config.MaxProcessDuration, uint64(time.Hour))),
	}, nil
}

// tame bounds the options by which a filter could use up what others need.
func tame(o *plugin.ConsumerOptions) {
	const messages, bytes = 20_000, 8 << 20
	usual := plugin.DefaultRetries()
	o.Retries.Delay = max(o.Retries.Delay, usual.Delay)
	o.Retries.MaxDelay = max(o.Retries.MaxDelay, usual.Delay)
	if o.QueueMessages > messages {
		o.QueueMessages = messages
	}
	if o.QueueBytes > bytes {
		o.QueueBytes = bytes
	}
}
