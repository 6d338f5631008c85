package main

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// counter reads a plugin's counter from the collector's page.
func (c *child) counter(section, name string) (int64, error) {
	resp, err := http.Get("http://" + c.page + "/api/plugins")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var report struct {
		Plugins []struct {
			Name     string
			Counters []struct {
				Name  string
				Value int64
			}
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&report); err != nil {
		return 0, err
	}
	for _, p := range report.Plugins {
		for _, n := range p.Counters {
			if p.Name == section && n.Name == name {
				return n.Value, nil
			}
		}
	}
	return 0, fmt.Errorf("no counter %s of %s", name, section)
}
