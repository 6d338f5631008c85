package health

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"lma_collector/collector/config"
)

// maxFile is the largest file of definitions that is read, in bytes.
const maxFile = 8 << 20

// fileForm is what a file of definitions may hold.
type fileForm struct {
	Parameters map[string]float64 `toml:"parameter"`
	Alarms     []*Alarm           `toml:"alarm"`
	Watches    []*Watch           `toml:"watch"`
	Policies   []*Policy          `toml:"policy"`
	Clusters   []*Cluster         `toml:"cluster"`
}

// Load reads and checks the files ending in .toml of a directory. overrides replace parameters. The
// catalogue is of use only when the diagnostics hold no errors.
func Load(dir string, overrides map[string]float64) (*Catalogue, config.Diagnostics) {
	c := &Catalogue{Parameters: map[string]float64{}, parameterAt: map[string]place{}}
	files, err := definitionFiles(dir)
	if err != nil {
		return c, config.Diagnostics{{
			File: dir, Class: config.ClassRead, Text: "cannot read the definitions of alarms: " + bare(err),
			Hint: "give the directory that holds alarms/*.toml",
		}}
	}
	var found config.Diagnostics
	for _, file := range files {
		found = append(found, c.read(file)...)
	}
	if len(files) == 0 {
		found = append(found, config.Diagnostic{File: dir, Class: config.ClassEmpty, Text: "there is no .toml file with definitions of alarms"})
	}
	found = append(found, c.override(dir, overrides)...)
	found = append(found, c.check()...)
	found.Sort()
	return c, found
}

func bare(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

func definitionFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ".toml") {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	sort.Strings(files)
	return files, nil
}

// read adds the definitions of a file.
func (c *Catalogue) read(file string) config.Diagnostics {
	if info, err := os.Stat(file); err == nil && info.Size() > maxFile {
		return config.Diagnostics{{File: file, Class: config.ClassRead, Text: fmt.Sprintf("is larger than %d bytes", maxFile)}}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return config.Diagnostics{{File: file, Class: config.ClassRead, Text: "cannot be read: " + bare(err)}}
	}
	section, found := config.Parse(file, data, nil)
	if section == nil {
		return found
	}
	form := fileForm{}
	found = append(found, section.Decode(&form)...)
	return append(found, c.add(section, &form)...)
}

func (c *Catalogue) add(section *config.Section, form *fileForm) config.Diagnostics {
	var found config.Diagnostics
	for name, v := range form.Parameters {
		at := place{section, "parameter." + name}
		if first, taken := c.parameterAt[name]; taken {
			found = append(found, duplicate(at, "parameter", name, first))
		}
		c.Parameters[name], c.parameterAt[name] = v, at
	}
	for i, a := range form.Alarms {
		a.at = place{section, fmt.Sprintf("alarm[%d]", i)}
		a.Enabled = a.Enabled || !section.Has(a.at.path+".enabled")
	}
	for i, w := range form.Watches {
		w.at = place{section, fmt.Sprintf("watch[%d]", i)}
	}
	for i, p := range form.Policies {
		p.at = place{section, fmt.Sprintf("policy[%d]", i)}
	}
	for i, x := range form.Clusters {
		x.at = place{section, fmt.Sprintf("cluster[%d]", i)}
		if x.GroupBy == "" {
			x.GroupBy = "member"
		}
	}
	c.Alarms = append(c.Alarms, form.Alarms...)
	c.Watches = append(c.Watches, form.Watches...)
	c.Policies = append(c.Policies, form.Policies...)
	c.Clusters = append(c.Clusters, form.Clusters...)
	return found
}

// override replaces parameters by those of a section.
func (c *Catalogue) override(dir string, overrides map[string]float64) config.Diagnostics {
	var found config.Diagnostics
	names := sortedKeys(c.Parameters)
	for _, name := range sortedKeys(overrides) {
		if _, known := c.Parameters[name]; !known {
			found = append(found, config.Diagnostic{
				File: dir, Class: config.ClassUnknownOption,
				Text: fmt.Sprintf("there is no parameter %q to override", name), Hint: meant(name, names),
			})
			continue
		}
		c.Parameters[name] = overrides[name]
	}
	return found
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// meant is a hint with the nearest valid name.
func meant(name string, valid []string) string {
	if near := config.Nearest(name, valid); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}

func duplicate(at place, kind, name string, first place) config.Diagnostic {
	line, _ := first.section.Position(first.path)
	return at.report(config.Error, config.ClassDuplicate, "",
		fmt.Sprintf("the %s %q is already defined in %s:%d", kind, name, first.section.File, line), "rename one")
}
