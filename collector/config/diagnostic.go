package config

import (
	"fmt"
	"sort"
	"strings"
)

// Severity is the weight of a Diagnostic.
type Severity int

// The severities: an Error keeps the collector from starting, a Warning is something that is
// probably not meant, a Note only tells.
const (
	Error Severity = iota
	Warning
	Note
)

func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return "note"
	}
}

// Classes of diagnostics: stable words for programs that read them.
const (
	ClassRead          = "read"           // a file that cannot be read
	ClassSyntax        = "syntax"         // not TOML
	ClassEnv           = "env"            // %ENV[…] that is malformed or unset
	ClassReference     = "reference"      // %FILE[…] and %CRED[…] that cannot be read
	ClassPermissions   = "permissions"    // secrets that others can read
	ClassDuplicate     = "duplicate"      // something given more than once
	ClassUnknownOption = "unknown-option" // an option that nothing knows
	ClassWrongType     = "wrong-type"     // a string where a number belongs
	ClassBadValue      = "bad-value"      // out of range or not one of the choices
	ClassMisspelt      = "misspelt"       // a name that hekad spelt wrong, or an older one
	ClassObsolete      = "obsolete"       // an option of an older hekad that is ignored
	ClassNoEffect      = "no-effect"      // accepted, without meaning in this program
	ClassMisplaced     = "misplaced"      // an option outside of any section
	ClassEmpty         = "empty"          // nothing to run

	// For those who check what sections say of each other.
	ClassUnknownType      = "unknown-type"
	ClassMissingReference = "missing-reference"
	ClassMatcher          = "matcher"
	ClassConflict         = "conflict" // sections that get in each other's way
	ClassUnused           = "unused"   // a section that nothing refers to
	ClassFile             = "file"     // a file or folder that a plugin needs
)

// Diagnostic is one thing found in a configuration.
type Diagnostic struct {
	File         string
	Line, Column int // from 1; 0 where unknown. Columns count characters.
	Severity     Severity
	Class        string // one of the Class words
	Section      string // the section's name, "" for none
	Option       string // its key, dotted for one in a sub-table, "" for none
	Text         string // what is wrong
	Hint         string // what to do, "" for none
	// Excerpt is the line with a caret under the place, two lines; "" where the line may hold a secret.
	Excerpt string
}

// String is "file:line:col: severity: text (hint)"; what is unknown of the place is left out.
func (d Diagnostic) String() string {
	var b strings.Builder
	b.WriteString(d.File)
	if d.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", d.Line, d.Column)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	fmt.Fprintf(&b, "%s: %s", d.Severity, d.Text)
	if d.Hint != "" {
		fmt.Fprintf(&b, " (%s)", d.Hint)
	}
	return b.String()
}

// Error makes a Diagnostic usable as an error.
func (d Diagnostic) Error() string { return d.String() }

// Diagnostics is a list of findings.
type Diagnostics []Diagnostic

// Errors lists those that keep the collector from starting.
func (ds Diagnostics) Errors() Diagnostics { return ds.Of(Error) }

// Of lists those of one severity.
func (ds Diagnostics) Of(s Severity) Diagnostics {
	var out Diagnostics
	for _, d := range ds {
		if d.Severity == s {
			out = append(out, d)
		}
	}
	return out
}

// HasErrors tells whether any is an error.
func (ds Diagnostics) HasErrors() bool {
	for _, d := range ds {
		if d.Severity == Error {
			return true
		}
	}
	return false
}

// Sort orders by file, place, severity and text.
func (ds Diagnostics) Sort() {
	sort.SliceStable(ds, func(i, j int) bool {
		a, b := &ds[i], &ds[j]
		switch {
		case a.File != b.File:
			return a.File < b.File
		case a.Line != b.Line:
			return a.Line < b.Line
		case a.Column != b.Column:
			return a.Column < b.Column
		case a.Severity != b.Severity:
			return a.Severity < b.Severity
		}
		return a.Text < b.Text
	})
}

// String is one line for each.
func (ds Diagnostics) String() string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(d.String())
		b.WriteByte('\n')
	}
	return b.String()
}
