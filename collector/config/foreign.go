package config

import "strings"

// ParseForeign reads the sections of a text that came from elsewhere, such as over the network. Nothing of
// this machine gets into it: %ENV[…], %FILE[…] and %CRED[…] are errors, however they are written. file is
// the name that diagnostics show.
func ParseForeign(file, text string) ([]*Section, Diagnostics) {
	src := newSource(file, text)
	if at := strings.Index(text, envOpening); at >= 0 {
		return nil, Diagnostics{src.report(at, Error, ClassReference,
			"%ENV[…] is not replaced in a configuration that came from elsewhere", "write the value itself")}
	}
	d, found := parseDocument(src, nil, false)
	if d == nil || found.HasErrors() {
		return nil, found
	}
	var list []*Section
	for _, name := range d.tops {
		values, ok := d.values[name].(map[string]any)
		if !ok {
			found = append(found, src.report(d.at(name).offset, Error, ClassMisplaced,
				"\""+name+"\" stands outside of any section", "move it below a line such as [name]"))
			continue
		}
		s, more := d.section(name, values)
		found = append(found, more...)
		list = append(list, s)
	}
	return list, found
}
