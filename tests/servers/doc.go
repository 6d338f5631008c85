// Package servers starts the real servers that the collector talks to, for
// tests: Nagios with its cmd.cgi, RabbitMQ, MariaDB, collectd, InfluxDB and
// OpenSearch.
//
// Each server gets a folder, loopback ports and a configuration of its own, is
// waited for until it answers, and is stopped with everything it started when
// the test ends, even when the test program is killed. When a test fails, the
// tail of each server's logs is printed.
//
// A server that is not installed skips the test. With LMA_REQUIRE_SERVERS=1 it
// fails it, except for OpenSearch, which needs Java and Maven. The script
// install.sh installs them all on Debian.
package servers
