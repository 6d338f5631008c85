package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/filters/afd"
	"lma_collector/collector/health"
	"lma_collector/collector/pipeline"
	"lma_collector/collector/plugin"
	"lma_collector/collector/web"
)

// startPage feeds the status page from taps of the pipeline and serves it until ctx ends. It must be
// called before the pipeline runs. wait returns when the page is closed.
func startPage(ctx context.Context, conf *config.Config, p *pipeline.Pipeline, errOut io.Writer, log *slog.Logger) (wait func(), err error) {
	g := conf.Globals
	if g.Address == "" {
		return func() {}, nil
	}
	hostname := g.Hostname
	if hostname == "" {
		hostname = shortHostname()
	}
	s := web.New(web.Options{
		Address: g.Address, TokenFile: filepath.Join(g.BaseDir, "status_token"), Hostname: hostname,
		Environment: g.Tags["environment_label"], Version: version, Started: time.Now(),
		Report: p.Report, Health: health.NewTracker(catalogueOf(conf)), Log: log.With("plugin", "status page"),
		Ready: showAddress(errOut),
	})
	if err := p.Tap("status page: logs", web.LogMatcher, s.LogSeen); err != nil {
		return nil, err
	}
	if err := p.Tap("status page: status", web.StatusMatcher, s.StatusSeen); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx)
	}()
	return func() { <-done }, nil
}

// showAddress prints the page's address, with its token, to an operator who looks on; never to a journal.
func showAddress(w io.Writer) func(url string) {
	f, ok := w.(*os.File)
	if !ok {
		return nil
	}
	if st, err := f.Stat(); err != nil || st.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return func(url string) { fmt.Fprintf(w, "\n  status page: %s\n\n", url) }
}

// catalogueOf gives the definitions that the configuration's AFD filter works by, nil for none: they
// have passed its check already.
func catalogueOf(conf *config.Config) *health.Catalogue {
	for _, s := range conf.Sections {
		if s.Type != "AFDFilter" {
			continue
		}
		typ, ok := plugin.Lookup(s.Type)
		if !ok {
			return nil
		}
		c := typ.NewConfig().(*afd.Config)
		s.Decode(c, &plugin.ConsumerOptions{})
		catalogue, err := health.ForFilter(under(conf.Globals.ShareDir, c.AlarmsDirectory), c.Parameters, c.Roles)
		if err == nil {
			return catalogue
		}
	}
	return nil
}

func under(dir, p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(dir, p)
}
