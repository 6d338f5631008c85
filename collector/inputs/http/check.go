package http

import "lma_collector/collector/plugin"

var _ plugin.Claimer = (*Config)(nil)

// Claims is the address: two sections cannot listen on it.
func (c *Config) Claims(*plugin.Env) []plugin.Claim {
	return []plugin.Claim{{What: "TCP address " + c.Address, Option: "address", Hint: "give each a port of its own"}}
}
