package message

// Assign makes the draft a copy of another. Texts are shared: they live as long as the other's.
func (d *Draft) Assign(from *Draft) {
	clear(d.fields)
	clear(d.values)
	fields, values, unknown := d.fields[:0], d.values[:0], d.unknown[:0]
	*d = *from
	d.fields = append(fields, from.fields...)
	d.values = append(values, from.values...)
	d.unknown = append(unknown, from.unknown...)
}
