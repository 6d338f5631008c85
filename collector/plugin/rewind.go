package plugin

// Rewinder is an Emitter that can take back what it was given: the host's is one. A decoder that
// tries others uses it to drop what a failed one had emitted.
type Rewinder interface {
	Emitter
	// Mark is where the output stands.
	Mark() int
	// Rewind drops what was emitted after the mark.
	Rewind(mark int)
}
