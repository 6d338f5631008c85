package cli

import (
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"lma_collector/collector/pipeline"
)

// endSignals are those that end the collector cleanly: SIGHUP only where it says that the terminal is gone.
func endSignals() []os.Signal {
	list := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if onTerminal() && !signal.Ignored(syscall.SIGHUP) {
		list = append(list, syscall.SIGHUP)
	}
	return list
}

// onTerminal tells whether the process has a controlling terminal, which a service has not.
func onTerminal() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	tty.Close()
	return true
}

// scratch makes a folder for what a command writes that only looks; end removes it, and so does a signal that
// ends the command. When a reader has gone, writing fails and ends it.
func scratch() (dir string, end func(), err error) {
	c, pipes := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(c, syscall.SIGHUP)
	}
	dir, err = os.MkdirTemp("", "lma_collector-")
	go func() {
		if s, ok := (<-c).(syscall.Signal); ok {
			os.RemoveAll(dir)
			os.Exit(128 + int(s)) // as a shell tells of it
		}
	}()
	return dir, func() {
		signal.Stop(c)
		close(c)
		os.RemoveAll(dir)
		signal.Stop(pipes)
	}, err
}

// answerSignals logs the state of every plugin at SIGUSR1, and survives what would end a program that
// does not care: SIGHUP, with which hekad was told to reopen files, and SIGPIPE, when the journal is gone.
func answerSignals(p *pipeline.Pipeline, log *slog.Logger) (stop func()) {
	signal.Ignore(syscall.SIGPIPE)
	c := make(chan os.Signal, 4)
	done := make(chan struct{})
	signal.Notify(c, syscall.SIGUSR1)
	if !onTerminal() {
		signal.Notify(c, syscall.SIGHUP)
	}
	go func() {
		defer close(done)
		for s := range c {
			if s == syscall.SIGHUP {
				log.Info("SIGHUP has no effect in this version: outputs notice by themselves that their files were renamed; restart the collector to change its configuration")
				continue
			}
			logReport(p, log)
		}
	}()
	return func() {
		signal.Stop(c)
		close(c)
		<-done
	}
}

func logReport(p *pipeline.Pipeline, log *slog.Logger) {
	for _, r := range p.Report().Plugins {
		args := []any{"name", r.Name, "type", r.Type, "state", r.State}
		for _, n := range r.Counters {
			args = append(args, n.Name, n.Value)
		}
		log.Info("report", args...)
	}
}
