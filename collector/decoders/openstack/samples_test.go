package openstack

import (
	"testing"

	"lma_collector/tests/golden"
)

var build = golden.LogDecoder("OpenStackLogDecoder")

func TestText(t *testing.T) { golden.Text(t, build) }

// TestSamples decodes the logs of an OpenStack cloud. What fails is chatter of uWSGI without a time.
func TestSamples(t *testing.T) {
	golden.Samples(t, build,
		golden.Sample{File: "openstack/cinder-volume.log", Logger: "cinder_cinder-volume"},
		golden.Sample{File: "openstack/glance-api.log", Logger: "glance_glance-api"},
		golden.Sample{File: "openstack/keystone.log", Logger: "keystone_keystone"},
		golden.Sample{File: "openstack/keystone-uwsgi.log", Logger: "keystone_keystone-uwsgi"},
		golden.Sample{File: "openstack/neutron-server.log", Logger: "neutron_neutron-server"},
		golden.Sample{File: "openstack/nova-api.log", Logger: "nova_nova-api"},
		golden.Sample{File: "openstack/nova-compute.log", Logger: "nova_nova-compute"},
	)
}
