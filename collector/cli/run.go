package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"lma_collector/collector/config"
	"lma_collector/collector/message"
	"lma_collector/collector/pipeline"
	"lma_collector/collector/plugin"
)

func newRun() *cobra.Command {
	var path string
	var once bool
	cmd := &cobra.Command{
		Use:     "run --config PATH",
		Short:   "Runs the collector until SIGINT or SIGTERM; with --once prints what every output would have sent of what is there now",
		Example: "  lma_collector run --config /etc/lma_collector\n  lma_collector run --once --config conf.d",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), endSignals()...)
			defer stop()
			if once {
				return runOnce(ctx, cmd, path)
			}
			return runDaemon(ctx, cmd, path)
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().BoolVar(&once, "once", false, "read what is there now, print what every output would have sent, and end")
	return cmd
}

// build loads and checks a configuration and tells everything worth telling of it. adapt is called when it is loaded.
func build(cmd *cobra.Command, path string, adapt func(*config.Config, *pipeline.Settings) error) (*config.Config, *pipeline.Pipeline, error) {
	conf, found := config.Load(path, nil)
	if conf == nil || found.HasErrors() {
		printDiagnostics(cmd, found)
		return nil, nil, errProblem
	}
	settings := settingsOf(conf, quiet())
	if err := adapt(conf, &settings); err != nil {
		return nil, nil, problem{err}
	}
	p, more := pipeline.Build(conf.Sections, settings)
	found = append(found, more...)
	printDiagnostics(cmd, append(found.Errors(), found.Of(config.Warning)...))
	if p == nil || found.HasErrors() {
		return nil, nil, errProblem
	}
	return conf, p, nil
}

func runDaemon(ctx context.Context, cmd *cobra.Command, path string) error {
	grow(startGrowth)
	var log *slog.Logger
	unlock := func() {}
	conf, p, err := build(cmd, path, func(conf *config.Config, s *pipeline.Settings) (err error) {
		log = newLog(cmd, conf.Globals)
		s.Log, s.Building = log, ctx
		unlock, err = lockBaseDir(conf.Globals.BaseDir) // before scripts read what another collector may be writing
		return err
	})
	defer func() { unlock() }()
	if err != nil {
		return err
	}
	removePid, err := writePidFile(conf.Globals.PidFile)
	if err != nil {
		return problem{err}
	}
	defer removePid()
	limit(conf.Globals)
	endProfile, err := startProfile(conf.Globals)
	if err != nil {
		return problem{err}
	}
	defer endProfile()
	log.Info("starting", "version", version, "config", path, "plugins", len(p.Report().Plugins))
	stopAnswers := answerSignals(p, log)
	defer stopAnswers()
	defer keepSmall()()
	waitForPage, err := startPage(ctx, conf, p, cmd.ErrOrStderr(), log)
	if err != nil {
		return problem{err}
	}
	p.Run(ctx)
	waitForPage()
	log.Info("stopped")
	return nil
}

// limit applies what the process as a whole may use. The memory limit is a goal for the garbage
// collector; what must never be exceeded are the queues' own bounds.
func limit(g config.Globals) {
	if g.MaxProcs > 0 {
		runtime.GOMAXPROCS(g.MaxProcs)
	}
	if g.MaxMemory > 0 {
		debug.SetMemoryLimit(int64(g.MaxMemory))
	}
}

// newLog makes the collector's own log, on standard error, in the form that [collector] asks for.
func newLog(cmd *cobra.Command, g config.Globals) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(g.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if g.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), o))
	}
	return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), o))
}

// lockBaseDir keeps two collectors from sharing their state.
func lockBaseDir(dir string) (unlock func(), err error) {
	unlock = func() {}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return unlock, fmt.Errorf("base_dir cannot be made: %w: create it for this user or set [collector] base_dir", err)
	}
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return unlock, fmt.Errorf("base_dir is not usable: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return unlock, fmt.Errorf("another collector uses base_dir %s (its lock is held): stop it, or give this one a base_dir of its own", dir)
	}
	return func() { f.Close() }, nil
}

// writePidFile writes the pid file, unless it names a collector that runs. After a crash its number
// may be another program's.
func writePidFile(path string) (remove func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	if old, err := os.ReadFile(path); err == nil {
		var pid int
		if _, err := fmt.Sscan(strings.TrimSpace(string(old)), &pid); err == nil && pid > 0 && pid != os.Getpid() && runs(pid) {
			return nil, fmt.Errorf("pid_file %s names process %d, which is running: stop it or remove the file", path, pid)
		}
	}
	if err := os.WriteFile(path, fmt.Appendf(nil, "%d\n", os.Getpid()), 0o644); err != nil {
		return nil, fmt.Errorf("pid_file: %w", err)
	}
	return func() { os.Remove(path) }, nil
}

// runs tells whether there is a process, of whomever, that may be a collector.
func runs(pid int) bool {
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	ours, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		return true
	}
	its, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return err != nil || bytes.Equal(its, ours)
}

// runOnce prints what each output would have sent, under its name. What plugins write of their own, such as
// the data that scripts preserve, is a running collector's: they get an empty folder for it.
func runOnce(ctx context.Context, cmd *cobra.Command, path string) error {
	dir, err := os.MkdirTemp("", "lma_collector-")
	if err != nil {
		return problem{err}
	}
	defer os.RemoveAll(dir)
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGPIPE) // a reader that has gone ends it
	defer stop()
	out := bufio.NewWriter(cmd.OutOrStdout())
	var mu sync.Mutex
	var line []byte
	show := func(output string, items []plugin.Item) {
		mu.Lock()
		defer mu.Unlock()
		for i := range items {
			data := items[i].Data
			if data == nil {
				line = message.AppendJSON(line[:0], items[i].Message)
				data = line
			}
			fmt.Fprintf(out, "%s: %s", output, data)
			if len(data) == 0 || data[len(data)-1] != '\n' {
				fmt.Fprintln(out)
			}
		}
	}
	_, p, err := build(cmd, path, func(_ *config.Config, s *pipeline.Settings) error {
		s.Once, s.Capture, s.Building, s.BaseDir = true, show, ctx, dir
		s.Log = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))
		return nil
	})
	if err != nil {
		return err
	}
	p.Run(ctx)
	if err := errors.Join(out.Flush(), context.Cause(ctx)); err != nil && !errors.Is(err, context.Canceled) {
		return problem{err}
	}
	return nil
}
