package lua

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// speeds are scripts that both this sandbox and C's Lua with its LPeg can run: process_message does the work of one
// item a hundred times, or once for a decoder of the site's own.
var speeds = []struct{ name, file, source string }{
	{"decoder", "../bench/testdata/openstack_log.lua", ""},
	{"site", "../golden/testdata/openstack_log.lua", ""},
	{"oslo", "", `
local lpeg = require "lpeg"
local d, sp = lpeg.R"09", lpeg.P" "
local time = d*d*d*d * "-" * d*d * "-" * d*d * sp * d*d * ":" * d*d * ":" * d*d * "." * d*d*d
local function field(p, name) return lpeg.Cg(lpeg.C(p), name) end
local grammar = lpeg.Ct(field(time, "Timestamp") * sp * field(d^1, "Pid") * sp * field(lpeg.R"AZ"^1, "SeverityLabel") * sp
  * field((1 - sp)^1, "Module") * sp * field(lpeg.P(1)^0, "Payload"))
local line = "2026-11-20 07:44:16.106 4712 INFO nova.compute.claims [req-2571d913-53c2-4f89-b269-0545d3c81a2f b5ab03012b9c4ca28a2ea6297de0dc01 073b73073e114d8fb4c2b3de3a11a804 - default default] [instance: 29503363-5d7a-44da-a4de-9fa5043e3523] Claim successful on node vm"
assert(grammar:match(line).Module == "nova.compute.claims")
function process_message()
  for i = 1, 100 do grammar:match(line) end
  return 0
end`},
	{"rsyslog", "", `
local grammar = require "syslog".build_rsyslog_grammar("<%PRI%>%TIMESTAMP% %HOSTNAME% %syslogtag:1:32%%msg:::sp-if-no-1st-sp%%msg%")
local line = "<27>Feb  3 10:11:12 node-1 nova-api[7712]: 2016-02-03 10:11:12.345 7712 INFO nova.osapi_compute.wsgi.server [-] 10.0.0.1 GET /v2/ HTTP/1.1 status: 200"
assert(grammar:match(line).hostname == "node-1")
function process_message()
  for i = 1, 100 do grammar:match(line) end
  return 0
end`},
	{"nginx", "", `
local grammar = require "common_log_format".build_nginx_grammar('$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"')
local line = '192.168.1.17 - frank [10/Oct/2026:13:55:36 -0700] "GET /apache_pb.gif?x=1&y=2 HTTP/1.1" 200 2326 "http://www.example.com/start.html" "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"'
assert(grammar:match(line).status == 200)
function process_message()
  for i = 1, 100 do grammar:match(line) end
  return 0
end`},
}

const requestLine = "2026-11-20 07:18:44.006 25746 INFO nova.osapi_compute.wsgi.server [req-00000001-454c-4ed4-b365-fe17fe4adeed " +
	"f9ed2bb0ed974a1ca0c27b1d9a0b9a8d 112245730b1f4858ab62e3673e1ee9e2 - - -] 192.0.2.2 \"GET /v2.1/servers/detail HTTP/1.1\" " +
	"status: 200 len: 1893 time: 0.1111111111\n"

// drain takes what a decoder emits.
type drain struct{ fields int }

func (d *drain) Emit(m *message.Draft) { d.fields = m.FieldCount() }

// BenchmarkScripts is an item of each script here, and in the Lua of C where that is installed: a match, or a line
// of a service's log through a decoder, without what is around it.
func BenchmarkScripts(b *testing.B) {
	for _, s := range speeds {
		file, per := s.file, 1
		if s.source != "" {
			file, per = filepath.Join(b.TempDir(), s.name+".lua"), 100
			write(b, file, s.source)
		}
		b.Run(s.name+"/ours", func(b *testing.B) { inSandbox(b, file, per) })
		for _, program := range []string{"lua5.1", "luajit"} {
			b.Run(s.name+"/"+program, func(b *testing.B) { inC(b, program, file, per) })
		}
	}
}

func write(b *testing.B, file, text string) {
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
}

func inSandbox(b *testing.B, file string, per int) {
	file, err := filepath.Abs(file)
	if err != nil {
		b.Fatal(err)
	}
	env := &plugin.Env{Name: "bench", Hostname: "node-1", ShareDir: "../..", Health: plugin.NewHealth(nil)}
	conf := &sandbox.DecoderConfig{Options: sandbox.Options{
		ScriptType: "lua", Filename: file, MemoryLimit: 8 << 20, InstructionLimit: 1000000, OutputLimit: 63 << 10,
	}}
	decoder, err := conf.NewDecoder(env)
	if err != nil {
		b.Fatal(err)
	}
	var d message.Draft
	var out drain
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i += per {
		d.Reset()
		d.Type, d.Logger, d.Hostname, d.Payload = "logfile", "nova_nova-api", "node-1", requestLine
		if err := decoder.Decode(&d, &out); err != nil {
			b.Fatal(err)
		}
	}
	if per == 1 && out.fields < 10 {
		b.Fatalf("%d fields", out.fields)
	}
}

func inC(b *testing.B, program, file string, per int) {
	program, err := exec.LookPath(program)
	if err != nil {
		b.Skip("not installed")
	}
	const driver = `
package.path = "../../lua_modules/?.lua;" .. package.path
local line, file, n, per = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])
function read_message(name) return name == "Payload" and line or "nova_nova-api" end
function inject_message() end
function read_config() end
dofile(file)
local start = os.clock()
for i = 1, n, per do assert(process_message() == 0) end
print((os.clock() - start) * 1e9 / n)
`
	script := filepath.Join(b.TempDir(), "driver.lua")
	write(b, script, driver)
	out, err := exec.Command(program, script, requestLine, file, fmt.Sprint(max(b.N, 10000)), fmt.Sprint(per)).CombinedOutput()
	if err != nil {
		b.Fatal(string(out))
	}
	ns, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(ns, "ns/op")
}
