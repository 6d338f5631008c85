package message

// Assign makes the draft a copy of another. Texts are shared: they live as long as the other's.
func (d *Draft) Assign(from *Draft) {
	d.store.reset()
	to, s := d.store, &from.store
	*d = *from
	d.store = fieldStore{
		body:    append(to.body, s.body...),
		fields:  append(to.fields, s.fields...),
		made:    append(to.made, s.made...),
		values:  append(to.values, s.values...),
		unknown: append(to.unknown, s.unknown...),
		loose:   s.loose,
		odd:     s.odd,
	}
}
