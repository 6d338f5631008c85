package plugin

import (
	"testing"

	"lma_collector/collector/message"
)

func TestAppendTagsKeepsTheFieldThatIsThere(t *testing.T) {
	env := &Env{Tags: []Tag{{"environment_label", "env-1"}, {"openstack_region", "RegionOne"}}}
	var d message.Draft
	d.AddString("openstack_region", "RegionTwo")
	env.AppendTags(&d)
	for name, want := range map[string]string{"environment_label": "env-1", "openstack_region": "RegionTwo"} {
		if v, _ := d.Value(name); v.Text() != want {
			t.Errorf("%s = %q, want %q", name, v.Text(), want)
		}
	}
	if d.FieldCount() != 2 {
		t.Errorf("%d fields, want 2", d.FieldCount())
	}
}
