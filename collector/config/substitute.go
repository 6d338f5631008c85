package config

import (
	"fmt"
	"strings"
)

// Lookup finds an environment variable, as os.LookupEnv does.
type Lookup func(name string) (value string, set bool)

const envOpening = "%ENV["

// substitute replaces each %ENV[NAME] of a file by the variable's value, as plain text, before it is
// parsed. Comments are left alone: there a line end in a value would end the comment.
func substitute(src *source, env Lookup) (string, offsets, Diagnostics) {
	var edits []edit
	var found Diagnostics
	var comments []span
	text := src.text
	if strings.Contains(text, envOpening) {
		comments = scan(text).comments
	}
	for from := 0; ; {
		i := strings.Index(text[from:], envOpening)
		if i < 0 {
			break
		}
		start := from + i
		from = start + len(envOpening)
		for len(comments) > 0 && comments[0].end <= start {
			comments = comments[1:]
		}
		if len(comments) > 0 && comments[0].start <= start {
			from = comments[0].end
			continue
		}
		name, bad := envName(text[from:])
		if bad != "" {
			found = append(found, src.report(start, Error, ClassEnv, bad, "write %ENV[NAME], without spaces"))
			break
		}
		value, set := env(name)
		if !set {
			found = append(found, src.report(start, Warning, ClassEnv,
				fmt.Sprintf("environment variable %q is not set: it is replaced by nothing", name), ""))
		}
		from += len(name) + 1
		edits = append(edits, edit{start, from, value})
	}
	out, at := apply(text, edits)
	return out, at, found
}

// envName reads the name up to the closing bracket. The two complaints are hekad's.
func envName(rest string) (name, bad string) {
	end := strings.IndexByte(rest, ']')
	if end < 0 {
		return "", "Missing closing delimiter"
	}
	name = rest[:end]
	if strings.ContainsAny(name, " \t\r\n") || strings.Contains(name, envOpening) {
		return "", "Invalid characters in environmental variable"
	}
	return name, ""
}
