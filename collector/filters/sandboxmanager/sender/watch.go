package sender

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"lma_collector/collector/pipeline"
)

// Page is the status page of a running collector.
type Page struct {
	Address   string // host:port
	TokenFile string // "": none; with the page's token, which one that other machines can reach asks for
}

// maxAnswer bounds the answer of a page, in bytes.
const maxAnswer = 64 << 20

// Plugins asks for the state of all plugins.
func (p Page) Plugins(ctx context.Context) ([]pipeline.PluginReport, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Address+"/api/plugins", nil)
	if err != nil {
		return nil, fmt.Errorf("the page's address %q is not host:port", p.Address)
	}
	if p.TokenFile != "" {
		token, err := os.ReadFile(p.TokenFile)
		if err != nil {
			return nil, fmt.Errorf("the page's token: %w", err)
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the status page cannot be asked: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusUnauthorized {
		return nil, fmt.Errorf("the status page at %s asks for its token: give a copy of base_dir/status_token with --page-token-file", p.Address)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the status page at %s answers %s", p.Address, resp.Status)
	}
	var answer struct {
		Plugins []pipeline.PluginReport `json:"plugins"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&answer); err != nil {
		return nil, fmt.Errorf("the status page at %s gives no JSON: %w", p.Address, err)
	}
	return answer.Plugins, nil
}

// Loaded are those of the plugins that a manager has loaded.
func Loaded(all []pipeline.PluginReport) (list []pipeline.PluginReport) {
	for _, r := range all {
		if r.Manager != "" {
			list = append(list, r)
		}
	}
	return list
}

// ErrNoAnswer says that nothing was seen of a control message in time.
var ErrNoAnswer = errors.New("nothing came of it so far")

// Await looks for what came of a control message: the filter that is there now, or is not any more, or the
// condition that names the message. suffix ends the filter's name; before are the filters that there were.
func (p Page) Await(ctx context.Context, c *Control, suffix, uuid string, before []pipeline.PluginReport) (filter string, err error) {
	const every = 100 * time.Millisecond
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		all, err := p.Plugins(ctx)
		if err == nil {
			if filter, err := outcome(all, c.Action, suffix, uuid, before); filter != "" || err != nil {
				return filter, err
			}
		} else if ctx.Err() == nil {
			return "", err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "", ErrNoAnswer
		}
	}
}

// outcome is "" and nil while there is none.
func outcome(all []pipeline.PluginReport, action, suffix, uuid string, before []pipeline.PluginReport) (string, error) {
	for i := range all {
		for _, c := range all[i].Conditions {
			if strings.Contains(c.Text, uuid) {
				return "", errors.New(c.Text)
			}
		}
	}
	now, then := named(Loaded(all), suffix), named(before, suffix)
	if action == "unload" {
		now, then = then, now
	}
	for _, name := range now {
		if !slices.Contains(then, name) {
			return name, nil
		}
	}
	return "", nil
}

func named(list []pipeline.PluginReport, suffix string) (names []string) {
	for i := range list {
		if strings.HasSuffix(list[i].Name, suffix) {
			names = append(names, list[i].Name)
		}
	}
	return names
}
