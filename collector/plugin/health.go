package plugin

import (
	"log/slog"
	"sort"
	"sync"
	"time"
)

// Condition is something the operator should know of a plugin, for as long as it lasts.
type Condition struct {
	Key   string    `json:"key"`  // what it is about: a stable word, a path
	Text  string    `json:"text"` // what is wrong, why, and what to do
	Since time.Time `json:"since"`
	// Note says that nothing is wrong, as when a service whose log is looked for is not installed.
	Note bool `json:"note,omitempty"`
}

// Health holds a plugin's current conditions. Each is logged when it comes, changes and goes, not
// each time it is reported. The zero Health works without a log.
type Health struct {
	mu  sync.Mutex
	log *slog.Logger
	now map[string]Condition
}

// NewHealth is a Health that logs changes.
func NewHealth(log *slog.Logger) *Health { return &Health{log: log} }

// Set reports a condition under a key.
func (h *Health) Set(key, text string) { h.set(key, text, false) }

// Note reports a condition that is worth knowing but keeps nobody from working.
func (h *Health) Note(key, text string) { h.set(key, text, true) }

func (h *Health) set(key, text string, note bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	old, known := h.now[key]
	if known && old.Text == text && old.Note == note {
		return
	}
	if h.now == nil {
		h.now = map[string]Condition{}
	}
	c := Condition{Key: key, Text: text, Since: time.Now(), Note: note}
	if known {
		c.Since = old.Since
	}
	h.now[key] = c
	if h.log == nil {
		return
	}
	if note {
		h.log.Info(text, "about", key)
		return
	}
	h.log.Warn(text, "about", key)
}

// Clear ends a condition.
func (h *Health) Clear(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, known := h.now[key]
	if !known {
		return
	}
	delete(h.now, key)
	if h.log != nil {
		h.log.Info("resolved: "+c.Text, "about", key, "lasted", time.Since(c.Since).Round(time.Second))
	}
}

// Conditions lists what is wrong now, ordered by key.
func (h *Health) Conditions() []Condition {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]Condition, 0, len(h.now))
	for _, c := range h.now {
		list = append(list, c)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Key < list[j].Key })
	return list
}
