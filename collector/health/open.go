package health

import (
	"fmt"
	"slices"
	"strings"

	"lma_collector/collector/config"
	"lma_collector/collector/plugin"
)

// ForFilter loads the definitions for a filter whose section has the options alarms_directory,
// parameters and roles. The error lists all mistakes with their places, as an OptionError.
func ForFilter(dir string, parameters map[string]float64, roles []string) (*Catalogue, error) {
	c, found := Load(dir, parameters)
	if found := found.Errors(); len(found) > 0 {
		what := fmt.Sprintf("%d mistakes", len(found))
		if len(found) == 1 {
			what = "a mistake"
		}
		return nil, plugin.BadOption("alarms_directory", "the definitions have %s:\n%s", what, strings.TrimSuffix(found.String(), "\n"))
	}
	known := c.Roles()
	for _, role := range roles {
		if slices.Contains(known, role) {
			continue
		}
		hint := "the definitions know " + strings.Join(known, ", ")
		if near := config.Nearest(role, known); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return nil, plugin.BadOption("roles", "no watch is for the role %q (%s)", role, hint)
	}
	return c, nil
}

// Warnings lists what is odd in the definitions without being an error, for `check`.
func Warnings(dir string, parameters map[string]float64) []plugin.Finding {
	_, found := Load(dir, parameters)
	var list []plugin.Finding
	for _, d := range found {
		if d.Severity != config.Error {
			list = append(list, plugin.Finding{Option: "alarms_directory", Class: d.Class, Text: d.String()})
		}
	}
	return list
}
