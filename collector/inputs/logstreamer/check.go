package logstreamer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"lma_collector/collector/plugin"
)

var (
	_ plugin.Checker = (*Config)(nil)
	_ plugin.Claimer = (*Config)(nil)
)

// Check looks at the files that there are.
func (c *Config) Check(env *plugin.Env) []plugin.Finding {
	list := c.checkGroups(env.Name)
	if _, err := os.Stat(c.LogDirectory); errors.Is(err, fs.ErrNotExist) {
		return append(list, plugin.Finding{
			Option: "log_directory", Class: "file",
			Text: fmt.Sprintf("log_directory %s does not exist: nothing is read until it does", c.LogDirectory),
		})
	}
	plans, err := c.Plan(env)
	if err != nil {
		return append(list, plugin.Finding{
			Option: "log_directory", Class: "file", Text: err.Error(),
			Hint: "nothing is read until it is there",
		})
	}
	streams := 0
	for _, s := range plans {
		if s.Stream == "" {
			continue
		}
		streams++
		if s.Problem != "" {
			list = append(list, plugin.Finding{Class: "file", Text: fmt.Sprintf("stream %q: %s", s.Stream, s.Problem)})
		}
		for _, f := range s.LeftOut {
			if !f.old {
				list = append(list, plugin.Finding{Option: "file_match", Class: "file", Text: fmt.Sprintf("%s: %s", f.Path, f.Reason)})
			}
		}
	}
	if streams == 0 {
		list = append(list, plugin.Finding{
			Option: "file_match", Class: "file", Note: true,
			Text: fmt.Sprintf("no file below %s matches file_match '%s' now", c.LogDirectory, c.FileMatch),
		})
	}
	return list
}

// checkGroups finds words in priority and translation that are no group of file_match.
func (c *Config) checkGroups(section string) (list []plugin.Finding) {
	p, err := newPattern(c, section)
	if err != nil {
		return nil
	}
	unknown := func(option, group string) {
		if !slices.Contains(p.names, group) || group == "" {
			list = append(list, plugin.Finding{
				Option: option, Class: "bad-value",
				Text: fmt.Sprintf("%s: file_match has no group named %q, so it orders nothing", option, group),
				Hint: fmt.Sprintf("write (?P<%s>…) in file_match", group),
			})
		}
	}
	for _, name := range c.Priority {
		unknown("priority", strings.TrimPrefix(name, "^"))
	}
	for group := range c.Translation {
		unknown("translation."+group, group)
	}
	return list
}

// Claims are the journals of the streams that there are now: two sections with one would overwrite it.
func (c *Config) Claims(env *plugin.Env) (list []plugin.Claim) {
	plans, err := c.Plan(env)
	if err != nil {
		return nil
	}
	for _, s := range plans {
		if s.Stream != "" {
			list = append(list, plugin.Claim{
				What: fmt.Sprintf("the journal %s of stream %q", s.Journal, s.Stream), Option: "differentiator",
				Hint: "give one of them another differentiator or journal_directory",
			})
		}
	}
	return list
}
