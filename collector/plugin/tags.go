package plugin

import "lma_collector/collector/message"

// AppendTags adds the site's tags to a message as STRING fields. A field that the message has
// already wins over the tag of its name.
func (e *Env) AppendTags(d *message.Draft) {
	for i := range e.Tags {
		if t := &e.Tags[i]; d.FindField(t.Name, 0) < 0 {
			d.AddString(t.Name, t.Value)
		}
	}
}
