package openstack

import (
	"flag"
	"testing"

	"lma_collector/collector/plugin"
	"lma_collector/tests/golden"
)

var update = flag.Bool("update", false, "write the expected outputs anew")

func build(c *golden.Case, env *plugin.Env) (plugin.Decoder, error) {
	config := defaultConfig()
	config.Tz = "UTC"
	if err := golden.Options(c, config); err != nil {
		return nil, err
	}
	return config.NewDecoder(env)
}

func TestText(t *testing.T) { golden.Text(t, build, *update) }

// TestSamples decodes the logs of an OpenStack cloud. What fails is chatter of uWSGI without a time.
func TestSamples(t *testing.T) {
	golden.Samples(t, build, []golden.Sample{
		{File: "openstack/cinder-volume.log", Logger: "cinder_cinder-volume"},
		{File: "openstack/glance-api.log", Logger: "glance_glance-api"},
		{File: "openstack/keystone.log", Logger: "keystone_keystone"},
		{File: "openstack/keystone-uwsgi.log", Logger: "keystone_keystone-uwsgi"},
		{File: "openstack/neutron-server.log", Logger: "neutron_neutron-server"},
		{File: "openstack/nova-api.log", Logger: "nova_nova-api"},
		{File: "openstack/nova-compute.log", Logger: "nova_nova-compute"},
	}, *update)
}
