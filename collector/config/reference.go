package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// maxReferenceSize bounds a file behind %FILE[…] or %CRED[…], in bytes.
const maxReferenceSize = 64 << 10

// resolveReferences puts the content of the named files in the place of %FILE[/path] and %CRED[name],
// and warns of secrets that stand in a file that others can read.
func (d *document) resolveReferences(env Lookup) Diagnostics {
	r := &resolver{doc: d, env: env}
	d.values = r.value("", d.values).(map[string]any)
	return r.found
}

type resolver struct {
	doc   *document
	env   Lookup
	found Diagnostics
}

// value returns what stands for v, changing tables and arrays in place.
func (r *resolver) value(path string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		r.table(path, v)
	case []map[string]any:
		for i, t := range v {
			r.table(path+indexSep+strconv.Itoa(i), t)
		}
	case []any:
		for i, e := range v {
			v[i] = r.value(path+indexSep+strconv.Itoa(i), e)
		}
	case string:
		return r.text(path, v)
	}
	return v
}

func (r *resolver) table(path string, t map[string]any) {
	names := make([]string, 0, len(t))
	for name := range t {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if strings.HasPrefix(name, keySep) { // a repeated table
			delete(t, name)
			continue
		}
		t[name] = r.value(join(path, name), t[name])
	}
}

// join appends a key to a path.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + keySep + key
}

func (r *resolver) text(path, v string) string {
	kind, arg, whole := reference(v)
	switch {
	case kind == "":
		r.literal(path, v)
		return v
	case r.env == nil:
		r.report(path, Error, fmt.Sprintf("%%%s[…] is not resolved in a configuration that came from elsewhere", kind), "write the value itself")
		return ""
	case !whole:
		r.report(path, Warning, fmt.Sprintf("%%%s[…] is only replaced where it is the whole value", kind), "")
		return v
	}
	file, err := r.file(kind, arg)
	var content string
	if err == nil {
		content, err = readSmall(file)
	}
	if err != nil {
		r.report(path, Error, fmt.Sprintf("cannot resolve %%%s[%s]: %s", kind, arg, reason(err)), "")
		return ""
	}
	r.hide(path)
	content = strings.TrimSuffix(content, "\n")
	return strings.TrimSuffix(content, "\r")
}

// hide marks a value as one that must not be shown.
func (r *resolver) hide(path string) {
	l := r.doc.at(path)
	l.hidden = true
	r.doc.places[path] = l
	r.doc.folded[strings.ToLower(path)] = path
}

// reference takes %FILE[…] or %CRED[…] apart; whole is false where there is text around it.
func reference(v string) (kind, arg string, whole bool) {
	for _, kind := range []string{"FILE", "CRED"} {
		opening := "%" + kind + "["
		if strings.HasPrefix(v, opening) && strings.HasSuffix(v, "]") && strings.Count(v, "]") == 1 {
			return kind, v[len(opening) : len(v)-1], true
		}
		if i := strings.Index(v, opening); i >= 0 && strings.Contains(v[i:], "]") {
			return kind, "", false
		}
	}
	return "", "", false
}

// file is the path of what a reference names.
func (r *resolver) file(kind, arg string) (string, error) {
	if kind == "FILE" {
		if !filepath.IsAbs(arg) {
			return "", errors.New("the path must be absolute")
		}
		return arg, nil
	}
	if arg == "" || arg == "." || arg == ".." || strings.ContainsRune(arg, '/') {
		return "", errors.New("a credential's name is a file name without directories")
	}
	dir, _ := r.env("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return "", fmt.Errorf("$CREDENTIALS_DIRECTORY is not set; systemd sets it for a unit with LoadCredential=%s:/path", arg)
	}
	return filepath.Join(dir, arg), nil
}

func readSmall(path string) (string, error) {
	data, err := readRegular(path, maxReferenceSize)
	return string(data), err
}

// readRegular reads a regular file of bounded size; a pipe or device could block for ever.
func readRegular(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("is a directory")}
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("larger than %d bytes", limit)}
	}
	return data, err
}

// reason is an error's text without the operation, and without the path where the message has it.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Path + ": " + pe.Err.Error()
	}
	return err.Error()
}

// literal warns of a secret that others can read.
func (r *resolver) literal(path, v string) {
	name := lastPart(path)
	if !r.doc.exposed || v == "" || r.doc.at(path).env || !Secret(name) && !holdsPassword(v) {
		return
	}
	l := r.doc.at(path)
	d := r.doc.src.report(l.offset, Warning, ClassPermissions,
		fmt.Sprintf("every user of this machine can read the secret in %q", name),
		fmt.Sprintf("chmod 640 the file, or write %s = \"%%CRED[name]\"", name))
	d.Section, d.Option = splitPath(path)
	r.found = append(r.found, d)
}

func (r *resolver) report(path string, severity Severity, text, hint string) {
	d := r.doc.src.report(r.doc.at(path).offset, severity, ClassReference, text, hint)
	d.Section, d.Option = splitPath(path)
	r.found = append(r.found, d)
}

// splitPath makes a section and a dotted option, as operators write them, of a path.
func splitPath(path string) (section, option string) {
	section, rest, _ := strings.Cut(path, keySep)
	return section, dotted(rest)
}

// dotted writes a path with dots, and indexes in brackets.
func dotted(path string) string {
	var b strings.Builder
	for i, p := range strings.Split(path, keySep) {
		if i > 0 {
			b.WriteByte('.')
		}
		indexes := strings.Split(p, indexSep)
		b.WriteString(indexes[0])
		for _, n := range indexes[1:] {
			b.WriteString("[" + n + "]")
		}
	}
	return b.String()
}
