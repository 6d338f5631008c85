package sandboxmanager

import (
	"errors"
	"fmt"
	"slices"

	"lma_collector/collector/plugin"
)

// restore starts what was loaded when the collector stopped, unless it runs: a manager that failed and was
// started again finds its filters at work.
func (m *Manager) restore() {
	names, err := m.store.list()
	if err != nil {
		m.env.Health.Set("restore", fmt.Sprintf("restoreSandboxes failed: %v", err))
	}
	running := m.env.Filters.Names()
	for _, name := range names {
		if slices.Contains(running, name) {
			if k, err := m.store.read(name); err == nil {
				m.owner[name] = k.Signer
			}
			continue
		}
		if reason := m.restoreOne(name); reason != "" {
			m.env.Health.Set("restore "+name, "restoreSandboxes failed: "+reason)
		}
	}
	m.count()
}

// restoreOne starts a filter; otherwise it says why not. What is not allowed now stays for when it is again.
func (m *Manager) restoreOne(name string) (reason string) {
	if n := len(m.env.Filters.Names()); uint(n) >= m.config.MaxFilters {
		return fmt.Sprintf("%s is not started: max_filters is %d; raise it, or unload filters", name, m.config.MaxFilters)
	}
	k, err := m.store.read(name)
	if err != nil {
		return m.broken(name, err)
	}
	allowed, ok := m.config.may(k.Signer)
	if !ok && k.Signer != "" {
		return fmt.Sprintf("%s is not started: its signer %q may not load filters any more; unload it, or allow the signer again", name, k.Signer)
	}
	section, err := onlySection(m.store.path(name+".toml"), k.Config)
	if err != nil {
		return m.broken(name, err)
	}
	f, err := m.filter(name, section, allowed)
	if err == nil {
		err = m.env.Filters.Add(f)
	}
	switch {
	case errors.Is(err, plugin.ErrStopping):
		return ""
	case errors.Is(err, plugin.ErrTaken):
		return err.Error()
	case err != nil:
		return m.broken(name, fmt.Errorf("createRunner failed: %w", err))
	}
	m.owner[name] = k.Signer
	m.env.Health.Clear("restore " + name)
	m.env.Log.Info("Loading: "+name, "signer", k.Signer, "restored", true)
	return ""
}

func (m *Manager) broken(name string, reason error) string {
	as, err := m.store.setAside(name)
	if err != nil {
		return fmt.Sprintf("%s: %v; and it cannot be set aside: %v", name, reason, err)
	}
	return fmt.Sprintf("%s: %v; it is kept as %s, load it again once it is repaired", name, reason, m.store.path(as))
}
