package plugin

// Finding is something that `check` tells of a section beyond bad options: a missing file, a folder
// that cannot be read.
type Finding struct {
	Option string // the option it is about, "" for the section
	Class  string // a stable word, such as "file"
	Error  bool   // it cannot work at all; else a warning
	Note   bool   // nothing may be wrong
	Text   string
	Hint   string // what to do, "" when the text says it
}

// Checker is a configuration that can look at more than its options: at files, but not at the network.
// It is asked only when its options are right.
type Checker interface {
	Check(*Env) []Finding
}

// Claim is something that only one section should use.
type Claim struct {
	What   string // in words, the same for all that claim it: "tcp address 127.0.0.1:8325"
	Option string // the option that claims it
	Hint   string // what to do about two claims
}

// Claimer is a configuration that claims something. `check` warns of two claims.
type Claimer interface {
	Claims(*Env) []Claim
}

// Owner is a configuration with something that only one section can have: two are an error, which keeps the
// collector from starting. A decoder or encoder is asked for each section that names it, which is Env.Owner.
type Owner interface {
	Owns(*Env) []Claim
}
