// Package config reads a file or a directory of TOML into sections, each value with its file and line.
//
// It takes what hekad's TOML took and today's parser refuses (bare names such as tcp:5565 and
// Url|uri, a key given twice), replaces %ENV[…], %FILE[…] and %CRED[…], and decodes sections into
// structs strictly: unknown options, wrong types and bad values are all reported, with file, line and
// the nearest valid name. Secrets never get into a Diagnostic.
package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// Config is a whole configuration.
type Config struct {
	Path     string
	Files    []string // as read, in order
	Globals  Globals
	Sections []*Section // of plugins, in order of files and lines

	// The global sections as they stand, nil where there is none.
	Hekad, Collector *Section
}

// Load reads a file, or the files ending in .toml of a directory in the order of their names. env looks
// up environment variables, nil for the process's. The Config holds what could be read, also after errors.
func Load(path string, env Lookup) (*Config, Diagnostics) {
	l := &loader{env: orProcess(env), config: &Config{Path: path, Globals: DefaultGlobals()}}
	l.list(path)
	for _, file := range l.config.Files {
		l.file(file)
	}
	l.finish()
	l.found.Sort()
	return l.config, l.found
}

func orProcess(env Lookup) Lookup {
	if env == nil {
		return os.LookupEnv
	}
	return env
}

type loader struct {
	env    Lookup
	config *Config
	found  Diagnostics
}

func (l *loader) fail(file, class, text, hint string) {
	l.found = append(l.found, Diagnostic{File: file, Severity: Error, Class: class, Text: text, Hint: hint})
}

// list finds the files to read.
func (l *loader) list(path string) {
	info, err := os.Stat(path)
	if err != nil {
		l.fail(path, ClassRead, "cannot read the configuration: "+bare(err), "name a file or a directory with --config")
		return
	}
	if !info.IsDir() {
		l.config.Files = []string{path}
		return
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		l.fail(path, ClassRead, "cannot list the directory: "+bare(err), "")
		return
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name() < entries[j].Name() })
	for _, e := range entries {
		file := filepath.Join(path, e.Name())
		switch {
		case !strings.HasSuffix(e.Name(), ".toml"):
		case strings.HasPrefix(e.Name(), "."): // what editors leave
			l.found = append(l.found, Diagnostic{File: file, Severity: Note, Class: ClassRead, Text: "a hidden file is not read"})
		default:
			l.config.Files = append(l.config.Files, file)
		}
	}
}

// bare is an error's text without the path, which stands before it already.
func bare(err error) string {
	if pe, ok := err.(*fs.PathError); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

// file reads one file's sections.
func (l *loader) file(file string) {
	data, err := readRegular(file, maxFileSize)
	if err != nil {
		l.fail(file, ClassRead, "cannot read the file: "+bare(err), "")
		return
	}
	const othersRead = 0o004
	info, err := os.Stat(file)
	exposed := err == nil && info.Mode().Perm()&othersRead != 0
	d, found := parseDocument(newSource(file, string(data)), l.env, exposed)
	l.found = append(l.found, found...)
	if d == nil {
		return
	}
	for _, name := range d.tops {
		l.section(d, name)
	}
}

// section takes in a top-level table.
func (l *loader) section(d *document, name string) {
	values, ok := d.values[name].(map[string]any)
	if !ok {
		l.notATable(d, name)
		return
	}
	s, found := d.section(name, values)
	l.found = append(l.found, found...)
	switch name {
	case hekadSection:
		l.config.Hekad = l.replace(l.config.Hekad, s)
	case ourSection:
		l.config.Collector = l.replace(l.config.Collector, s)
	default:
		l.add(s)
	}
}

// notATable reports a key above all sections, or an array of sections.
func (l *loader) notATable(d *document, name string) {
	v, exists := d.values[name]
	if !exists {
		return // a repeated table, reported already
	}
	text, hint := fmt.Sprintf("option %q stands outside of any section", name), "move it below a line such as [name]"
	if _, array := v.([]map[string]any); array {
		text, hint = fmt.Sprintf("[[%s]] is a list: each plugin needs a section with a name of its own", name), fmt.Sprintf("write [%s]", name)
	}
	r := d.src.report(d.at(name).offset, Error, ClassMisplaced, text, hint)
	r.Section = name
	l.found = append(l.found, r)
}

// replace lets a later global section replace an earlier one entirely, as hekad did.
func (l *loader) replace(old, s *Section) *Section {
	if old != nil {
		l.found = append(l.found, s.Report(Warning, ClassDuplicate, "",
			fmt.Sprintf("this [%s] replaces the one in %s:%d entirely", s.Name, old.File, old.Line), "keep one"))
	}
	return s
}

// add lets a later section win over an earlier one of its name.
func (l *loader) add(s *Section) {
	c := l.config
	if i := slices.IndexFunc(c.Sections, func(other *Section) bool { return other.Name == s.Name }); i >= 0 {
		old := c.Sections[i]
		l.found = append(l.found, s.Report(Warning, ClassDuplicate, "",
			fmt.Sprintf("[%s] of %s:%d is ignored: this later one counts", s.Name, old.File, old.Line), "remove or rename one"))
		c.Sections = slices.Delete(c.Sections, i, i+1)
	}
	c.Sections = append(c.Sections, s)
}

// finish makes the globals, and sees whether there is anything to run.
func (l *loader) finish() {
	c := l.config
	var found Diagnostics
	broken := l.found.HasErrors()
	c.Globals, found = globals(c.Hekad, c.Collector)
	l.found = append(l.found, found...)
	if len(c.Sections) > 0 || broken {
		return
	}
	hint := ""
	if len(c.Files) == 0 {
		hint = "there is no file that ends in .toml"
	}
	l.fail(c.Path, ClassEmpty, "the configuration has no plugin section", hint)
}
