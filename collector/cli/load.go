package cli

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"lma_collector/collector/config"
	"lma_collector/collector/pipeline"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// load reads a configuration and checks all of it; what is wrong is printed, errors end the command.
func load(cmd *cobra.Command, path string) (*config.Config, *pipeline.Tools, error) {
	conf, found := config.Load(path, nil)
	return loadWith(cmd, conf, found, func(*pipeline.Settings) {})
}

// loadApart is load for commands that try plugins out: what these preserve lies in a folder of its own,
// so that a running collector's state is neither used nor changed. traces tells where scripts died; end
// removes the folder.
func loadApart(cmd *cobra.Command, path string) (tools *pipeline.Tools, traces *sandbox.Traces, end func(), err error) {
	dir, end, err := scratch()
	if err != nil {
		return nil, nil, nil, problem{err}
	}
	traces = &sandbox.Traces{}
	conf, found := config.Load(path, nil)
	_, tools, err = loadWith(cmd, conf, found, func(s *pipeline.Settings) {
		s.BaseDir, s.Once, s.Log = dir, true, slog.New(traces)
	})
	if err != nil {
		end()
		return nil, nil, nil, err
	}
	return tools, traces, end, nil
}

func loadWith(cmd *cobra.Command, conf *config.Config, found config.Diagnostics, adapt func(*pipeline.Settings)) (*config.Config, *pipeline.Tools, error) {
	if conf == nil || found.HasErrors() {
		printDiagnostics(cmd, found)
		return nil, nil, errProblem
	}
	settings := settingsOf(conf, quiet())
	adapt(&settings)
	tools, more := pipeline.NewTools(conf.Sections, settings)
	found = append(found, more...)
	if found.HasErrors() {
		printDiagnostics(cmd, found)
		return nil, nil, errProblem
	}
	return conf, tools, nil
}

// quiet is a log for commands that only look.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// settingsOf takes what the pipeline goes by out of the global sections.
func settingsOf(conf *config.Config, log *slog.Logger) pipeline.Settings {
	g := conf.Globals
	s := pipeline.Settings{
		Hostname: g.Hostname, MachineID: machineID(), BaseDir: absolute(g.BaseDir), ShareDir: absolute(g.ShareDir),
		MaxMessageSize: int(g.MaxMessageSize), MaxMessageLoops: int(g.MaxMessageLoops),
		MaxProcessInject: int(g.MaxProcessInject), MaxTimerInject: int(g.MaxTimerInject),
		MaxUnacknowledged: int(g.MaxUnacknowledged), Log: log,
	}
	if s.Hostname == "" {
		s.Hostname = shortHostname()
	}
	for name, value := range g.Tags {
		s.Tags = append(s.Tags, plugin.Tag{Name: name, Value: value})
	}
	sort.Slice(s.Tags, func(i, j int) bool { return s.Tags[i].Name < s.Tags[j].Name })
	return s
}

// absolute is a folder's full path: it is shown in errors, and a script that lies in base_dir must not be
// looked for under share_dir.
func absolute(dir string) string {
	if full, err := filepath.Abs(dir); err == nil {
		return full
	}
	return dir
}

// shortHostname is this host's name without its domain.
func shortHostname() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "localhost"
	}
	short, _, _ := strings.Cut(name, ".")
	return short
}

// machineID makes record uuids of this machine differ from those of others (machine-id(5)).
func machineID() string {
	for _, file := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		if id, err := os.ReadFile(file); err == nil && len(strings.TrimSpace(string(id))) > 0 {
			return strings.TrimSpace(string(id))
		}
	}
	return shortHostname()
}

// printDiagnostics prints what was found, errors first in each file by line, and a count.
func printDiagnostics(cmd *cobra.Command, found config.Diagnostics) {
	found.Sort()
	w := cmd.ErrOrStderr()
	for _, d := range found {
		fmt.Fprintln(w, d.String())
	}
	if n := len(found.Errors()); n > 0 {
		fmt.Fprintf(w, "%d %s\n", n, plural(n, "error"))
	}
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
