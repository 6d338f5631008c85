package plugin

import (
	"errors"
	"time"

	"lma_collector/collector/config"
)

// Filters adds filters to the running pipeline and takes them out again: those of one manager, which no
// other sees. Any goroutine may use it.
type Filters interface {
	// Add checks a filter as those of the configuration are, starts it, and has it supervised like them. The
	// error says what is wrong with it, or is ErrTaken or ErrStopping.
	Add(f DynamicFilter) error
	// Remove takes a filter out; false: there is none of that name. It gets nothing new, ends once it has
	// processed what it had, and keeps its data. Remove waits for that, but not longer than two seconds.
	Remove(name string) bool
	// Names lists the manager's filters in alphabetical order.
	Names() []string
}

// DynamicFilter is a filter that is added while the collector runs.
type DynamicFilter struct {
	Name    string          // under which it runs
	Section *config.Section // that its options are from; its type is a filter's
	Config  FilterConfig    // with the section's options
	Options ConsumerOptions
	// MaxProcessDuration is the mean time for a message at which the filter is ended when inputs have to
	// wait for it, and five times the mean time for its matcher at which it is too; 0: never.
	MaxProcessDuration time.Duration
}

// Why a filter cannot be added though nothing is wrong with it.
var (
	ErrTaken    = errors.New("is already running")
	ErrStopping = errors.New("the collector is stopping")
)
