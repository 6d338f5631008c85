package sandboxmanager

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Manager is a SandboxManagerFilter.
type Manager struct {
	config *Config
	env    *plugin.Env
	prefix string // of the names of its filters
	clock  func() time.Time
	store  store
	seen   seen
	owner  map[string]string // filter -> who loaded it
	failed string            // the filter that the condition of a failure is about

	running, messages, refused *plugin.Number
}

var (
	_ plugin.Starter = (*Manager)(nil)
	_ plugin.Closer  = (*Manager)(nil)
)

// NewFilter checks the options.
func (c *Config) NewFilter(env *plugin.Env) (plugin.Filter, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	prefix := Normalised(env.Name) + "-"
	metrics := env.Metrics
	if metrics == nil {
		metrics = &plugin.Metrics{}
	}
	m := &Manager{
		config: c, env: env, prefix: prefix, clock: c.Clock, owner: map[string]string{},
		store:    store{dir: env.BasePath(c.WorkingDirectory), prefix: prefix},
		running:  metrics.Gauge("running_filters", "", "filters that this manager has loaded"),
		messages: metrics.Counter("control_messages", "", "control messages received"),
		refused:  metrics.Counter("refused_control_messages", "", "control messages that were unsigned, too old, repeated, or not allowed"),
	}
	if m.clock == nil {
		m.clock = time.Now
	}
	return m, nil
}

// Start opens the files and loads what was loaded when the collector stopped. A manager that is off touches
// no file, nor does one whose collector is not to go on.
func (m *Manager) Start() error {
	if m.env.Filters == nil {
		return nil
	}
	if m.config.MaxFilters == 0 {
		m.restore()
		return nil
	}
	if err := m.store.open(); err != nil {
		return err
	}
	if err := m.seen.open(m.store.path(strings.TrimSuffix(m.prefix, "-") + ".seen")); err != nil {
		return err
	}
	m.restore()
	return nil
}

// Close leaves the filters alone: they end with the collector, or go on while the manager is started again.
func (m *Manager) Close() error { return m.seen.close() }

// Tick does nothing.
func (m *Manager) Tick(time.Time) error { return nil }

// skew is how far a control message's clock may be off, and how long a message could be repeated.
const skew = 5 * time.Second

// Process takes a control message. The error is why it was refused; what goes wrong with one that was
// accepted is told by a message, the log and a condition.
func (m *Manager) Process(msg *message.Message) error {
	m.messages.Add(1)
	err := m.control(msg)
	if err != nil {
		m.refused.Add(1)
	}
	return err
}

func (m *Manager) control(msg *message.Message) error {
	if m.env.Filters == nil {
		return discarded("filters can be loaded in a running collector only")
	}
	signer := msg.Signer()
	allowed, ok := m.config.may(signer)
	if !ok {
		return discarded(refusal(signer))
	}
	if host := msg.Text("host"); host != "" && !strings.EqualFold(host, m.env.Hostname) {
		return discarded(fmt.Sprintf("it is for %.80q, and this host is %q", host, m.env.Hostname))
	}
	now := m.clock()
	if off := now.Sub(time.Unix(0, msg.Timestamp())); off >= skew || off <= -skew {
		return discarded(fmt.Sprintf("%d seconds skew", int64(off/time.Second)))
	}
	action := msg.Text("action")
	if action != actionLoad && action != actionUnload {
		return nil // as hekad
	}
	if m.config.MaxFilters == 0 {
		return discarded("max_filters is 0")
	}
	if !allowed.does(action) {
		return discarded(fmt.Sprintf("signer %q may not %s filters", signer, action))
	}
	fresh, err := m.seen.add(msg, now)
	if !fresh {
		return discarded("it was received before")
	}
	if err != nil && action == actionLoad {
		return discarded(fmt.Sprintf("it could be repeated, since it cannot be noted: %v", err))
	}
	if action == actionLoad {
		m.load(msg, allowed)
	} else {
		m.unload(msg, allowed)
	}
	return nil
}

func discarded(reason string) error {
	return errors.New("Discarded control message: " + reason)
}

func refusal(signer string) string {
	if signer == "" {
		return "it is not signed, or its signature was not verified: send it to an input whose HekaFramingSplitter knows the signer's key"
	}
	return fmt.Sprintf("signer %.80q may not load filters", signer)
}

// load loads a filter and tells what came of it.
func (m *Manager) load(msg *message.Message, allowed Signer) {
	names := m.env.Filters.Names()
	if uint(len(names)) >= m.config.MaxFilters {
		text := fmt.Sprintf("%s attempted to load more than %d filters", m.env.Name, m.config.MaxFilters)
		m.tell(msg, "", text)
		return
	}
	name, err := m.loadSandbox(msg, allowed, names)
	m.count()
	if err == nil {
		m.settle(name)
		return
	}
	text := "loadSandbox failed: " + err.Error()
	m.tell(msg, name, text)
	d := message.Draft{Type: "heka.sandbox-terminated", Logger: "hekad", Payload: text}
	d.AddString("plugin", m.env.Name)
	if err := m.env.Inject(&d); err != nil {
		m.env.Log.Warn("the message about it could not be sent", "error", err)
	}
}

// tell reports a failure to the operator: by the message's uuid who sent it knows it for its own.
func (m *Manager) tell(msg *message.Message, name, text string) {
	uuid := string(message.AppendUUID(nil, msg.UUID()))
	m.failed = name
	m.env.Log.Warn(text)
	m.env.Health.Note("control", fmt.Sprintf("%s (control message %s, signer %q)", text, uuid, msg.Signer()))
}

// settle ends the condition of a failure when another attempt succeeded.
func (m *Manager) settle(name string) {
	if m.failed == name || m.failed == "" {
		m.env.Health.Clear("control")
	}
}

func (m *Manager) count() { m.running.Set(int64(len(m.env.Filters.Names()))) }

// loadSandbox checks what is to be loaded, keeps it for the next start, and starts it.
func (m *Manager) loadSandbox(msg *message.Message, allowed Signer, running []string) (name string, err error) {
	section, err := onlySection("control message", msg.Text("config"))
	if err != nil {
		return "", err
	}
	if name, err = m.nameOf(section.Name, allowed); err != nil {
		return "", err
	}
	signer := strings.Clone(msg.Signer())
	if slices.Contains(running, name) {
		return name, fmt.Errorf("%s %w", name, plugin.ErrTaken)
	}
	if m.store.has(name) {
		return name, fmt.Errorf("%s is kept in %s though it does not run: unload it first", name, m.store.dir)
	}
	if n := m.loadedBy(signer, running); allowed.MaxFilters > 0 && n >= int(allowed.MaxFilters) {
		return name, fmt.Errorf("signer %q has %d filters, as many as it may: unload one first", signer, n)
	}
	if msg.Payload() == "" {
		return name, errors.New("the control message has no script as its payload")
	}
	k := kept{Config: msg.Text("config"), Script: msg.Payload(), Signer: signer, Loaded: m.clock().UTC()}
	m.env.Log.Info("Loading: "+name, "signer", signer, "sha256", k.digest())
	if err := m.store.save(name, &k); err != nil {
		return name, err
	}
	f, err := m.filter(name, section, allowed)
	if err == nil {
		err = m.env.Filters.Add(f)
	}
	if err != nil && !errors.Is(err, plugin.ErrStopping) { // then it is for the next start
		return name, errors.Join(err, m.store.remove(name))
	}
	m.owner[name] = signer
	return name, err
}

// nameOf is the name under which a section runs.
func (m *Manager) nameOf(section string, allowed Signer) (string, error) {
	const longest = 200 // bytes of a file's name, less its ending
	part := Normalised(section)
	switch {
	case part == "":
		return "", errors.New("the filter has no name")
	case len(m.prefix)+len(part) > longest:
		return "", fmt.Errorf("the filter's name has %d characters, at most %d fit", len(part), longest-len(m.prefix))
	case !strings.HasPrefix(part, allowed.Prefix):
		return "", fmt.Errorf("the signer's filters must have names that begin with %q, not %q", allowed.Prefix, part)
	}
	return m.prefix + part, nil
}

func (m *Manager) loadedBy(signer string, running []string) (n int) {
	for _, name := range running {
		if m.owner[name] == signer {
			n++
		}
	}
	return n
}

// unload ends a filter and forgets it; the data that it keeps stay, as in hekad.
func (m *Manager) unload(msg *message.Message, allowed Signer) {
	name, err := m.nameOf(msg.Text("name"), allowed)
	if err != nil {
		m.tell(msg, name, "unloadSandbox failed: "+err.Error())
		return
	}
	ran := m.env.Filters.Remove(name)
	stored := m.store.has(name)
	err = m.store.remove(name)
	delete(m.owner, name)
	m.env.Health.Clear("restore " + name)
	m.count()
	switch {
	case err != nil:
		m.tell(msg, name, fmt.Sprintf("unloadSandbox failed: %s was ended, but will be there after a restart: %v", name, err))
	case !ran && !stored:
		m.tell(msg, name, fmt.Sprintf("unloadSandbox failed: there is no filter %s", name))
	default:
		m.env.Log.Info("Unloaded: "+name, "signer", msg.Signer())
		m.settle(name)
	}
}
