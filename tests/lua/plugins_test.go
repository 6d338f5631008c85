package lua

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/rogpeppe/go-internal/txtar"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// A case of testdata/plugins is an archive whose parts are done in their order:
//
//	options        TOML: script (a path under lua_modules, whose folder tells its kind), config, output_limit, tags
//	               that the site gives each message, and error, if it does not start
//	message JSON   hands the script a message: the JSON without the payload, which is the text of the part
//	tick SECONDS   lets a filter's timer fire
//	status N TEXT  of the last message: what process_message returned; without this part it is 0
//	want JSON      the next message that came: the keys given are compared, and the part's text, if there is
//	               any, with the payload, but for a newline at the end; payload_json compares JSON
//	restart        ends the script and starts it with its preserved data
//	remark         is not done
//	output FORM    an encoder's bytes, as text, as "json" (line by line) or as "lines" in any order
//
// What came and is not wanted is a mistake.
type pluginRun struct {
	t       *testing.T
	offline *sandbox.Offline
	options sandbox.OfflineOptions
	now     time.Time
	out     sandbox.Outcome
	checked bool // the status of out
}

var kinds = map[string]plugin.Kind{"decoders": plugin.KindDecoder, "filters": plugin.KindFilter, "encoders": plugin.KindEncoder}

func TestPlugins(t *testing.T) {
	paths, err := filepath.Glob("testdata/plugins/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			r := &pluginRun{t: t, now: time.Unix(1_400_000_000, 0), checked: true}
			for _, part := range archive.Files {
				verb, argument, _ := strings.Cut(part.Name, " ")
				r.do(verb, argument, string(part.Data))
			}
			r.settle()
		})
	}
}

func (r *pluginRun) do(verb, argument, text string) {
	r.t.Helper()
	switch verb {
	case "options":
		r.open(text)
	case "message":
		r.settle()
		m := r.message(argument, text)
		r.now = time.Unix(0, m.Timestamp())
		r.out, r.checked = r.offline.Process(m, r.now), false
	case "tick":
		r.settle()
		seconds, err := strconv.ParseInt(argument, 10, 64)
		if err != nil {
			r.t.Fatal(err)
		}
		r.now = time.Unix(seconds, 0)
		r.out, r.checked = r.offline.Tick(r.now), false
	case "status":
		if got := strings.TrimSpace(fmt.Sprint(r.out.Status, " ", r.out.Error)); got != argument {
			r.t.Errorf("status %q, want %q", got, argument)
		}
		r.checked = true
	case "want":
		r.want(argument, text)
	case "restart":
		r.settle()
		r.restart()
	case "remark":
	case "output":
		r.output(argument, text)
	default:
		r.t.Fatalf("a part cannot be called %q", verb)
	}
}

func (r *pluginRun) open(text string) {
	r.t.Helper()
	var options struct {
		Script      string
		Error       string
		OutputLimit uint `toml:"output_limit"`
		Config      map[string]any
		Tags        map[string]string
	}
	if _, err := toml.Decode(text, &options); err != nil {
		r.t.Fatal(err)
	}
	folder, _, _ := strings.Cut(options.Script, "/")
	r.options = sandbox.OfflineOptions{
		Kind: kinds[folder], Name: "test", Hostname: "node-1", Filename: filepath.Join("../../lua_modules", options.Script),
		ModuleDirectory: "../../lua_modules", Config: options.Config, BaseDir: r.t.TempDir(), PreserveData: folder != "decoders",
		OutputLimit: options.OutputLimit, Start: r.now,
	}
	if options.Tags != nil {
		r.options.ModuleDirectory = r.site(options.Tags) + ";" + r.options.ModuleDirectory
	}
	o, err := sandbox.OpenOffline(r.options)
	switch {
	case err != nil && options.Error == "":
		r.t.Fatal(err)
	case err == nil && options.Error != "":
		r.t.Fatalf("the script starts, want the error %q", options.Error)
	case err != nil && !strings.Contains(err.Error(), options.Error):
		r.t.Fatalf("the error is %q, want %q", err, options.Error)
	case err != nil:
		return
	}
	r.offline = o
	r.t.Cleanup(func() { o.Close() })
}

// site makes a directory with the module that gives a site's tags.
func (r *pluginRun) site(tags map[string]string) string {
	r.t.Helper()
	dir, source := r.t.TempDir(), "return { tags = {\n"
	for name, value := range tags {
		source += fmt.Sprintf("[%q] = %q,\n", name, value)
	}
	if err := os.WriteFile(filepath.Join(dir, "extra_fields.lua"), []byte(source+"} }\n"), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return dir
}

func (r *pluginRun) restart() {
	r.t.Helper()
	if err := r.offline.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.options.Start = r.now
	o, err := sandbox.OpenOffline(r.options)
	if err != nil {
		r.t.Fatal(err)
	}
	r.offline = o
	r.t.Cleanup(func() { o.Close() })
}

// message makes a message of JSON, with a payload if the JSON has none.
func (r *pluginRun) message(text, payload string) *message.Message {
	r.t.Helper()
	var d message.Draft
	if text != "" {
		if err := message.ParseJSON([]byte(text), &d); err != nil {
			r.t.Fatalf("%v: %s", err, text)
		}
	}
	if d.Payload == "" {
		d.Payload = payload
	}
	if !d.HasUUID {
		d.SetUUID([16]byte{15: 1})
	}
	if !d.HasTimestamp {
		d.SetTimestamp(r.now.UnixNano())
	}
	b := message.NewBatch()
	b.Append(&d)
	return b.At(0)
}

func (r *pluginRun) settle() {
	r.t.Helper()
	if !r.checked && r.out.Status != 0 {
		r.t.Errorf("status %d %s", r.out.Status, r.out.Error)
	}
	for _, m := range r.out.Injected {
		r.t.Errorf("not wanted: %s", message.AppendJSON(nil, m))
	}
	if r.out.Output != nil {
		r.t.Errorf("not wanted: %q", r.out.Output)
	}
	r.out = sandbox.Outcome{}
}

func parse(t *testing.T, text string) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func (r *pluginRun) want(text, payload string) {
	r.t.Helper()
	if len(r.out.Injected) == 0 {
		r.t.Errorf("nothing came, want %s %s", text, payload)
		return
	}
	m := r.out.Injected[0]
	r.out.Injected = r.out.Injected[1:]
	got := string(message.AppendJSON(nil, m))
	have := parse(r.t, got).(map[string]any)
	for key, want := range parse(r.t, text+" {}").(map[string]any) {
		value := have[key]
		if key == "payload_json" {
			value = parse(r.t, m.Payload())
		}
		if !reflect.DeepEqual(value, want) {
			r.t.Errorf("%s is %v, want %v, in %s", key, value, want, got)
		}
	}
	if payload != "" && strings.TrimSuffix(m.Payload(), "\n") != strings.TrimSuffix(payload, "\n") {
		r.t.Errorf("payload\n%s\nwant\n%s", m.Payload(), payload)
	}
}

func (r *pluginRun) output(form, want string) {
	r.t.Helper()
	got := string(r.out.Output)
	r.out.Output = nil
	if form == "" {
		if got != want {
			r.t.Errorf("output\n%s\nwant\n%s", got, want)
		}
		return
	}
	have, wanted := strings.Split(strings.TrimSuffix(got, "\n"), "\n"), strings.Split(strings.TrimSuffix(want, "\n"), "\n")
	if form == "lines" {
		slices.Sort(have)
		slices.Sort(wanted)
	} else if len(have) == len(wanted) {
		for i := range have {
			have[i], wanted[i] = canonical(r.t, have[i]), canonical(r.t, wanted[i])
		}
	}
	if !slices.Equal(have, wanted) {
		r.t.Errorf("output\n%s\nwant\n%s", strings.Join(have, "\n"), strings.Join(wanted, "\n"))
	}
}

// canonical is JSON with its keys sorted.
func canonical(t *testing.T, text string) string {
	t.Helper()
	data, err := json.Marshal(parse(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestEveryPluginHasCases finds scripts that shipped without a case.
func TestEveryPluginHasCases(t *testing.T) {
	cases, err := filepath.Glob("testdata/plugins/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for _, path := range cases {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	for folder := range kinds {
		scripts, err := filepath.Glob("../../lua_modules/" + folder + "/*.lua")
		if err != nil || len(scripts) == 0 {
			t.Fatalf("no %s: %v", folder, err)
		}
		for _, script := range scripts {
			if !strings.Contains(all.String(), `script = "`+strings.TrimPrefix(script, "../../lua_modules/")+`"`) {
				t.Errorf("no case runs %s", script)
			}
		}
	}
	for _, script := range hekadScripts {
		if _, err := os.Stat("../../lua_modules/" + script); err != nil {
			t.Error(err)
		}
	}
}

// hekadScripts are the scripts that hekad shipped.
var hekadScripts = []string{
	"decoders/apache_access.lua", "decoders/bind_query_log.lua", "decoders/graylog_extended.lua", "decoders/json.lua",
	"decoders/linux_diskstats.lua", "decoders/linux_loadavg.lua", "decoders/linux_memstats.lua", "decoders/linux_netdev.lua",
	"decoders/linux_netstat.lua", "decoders/linux_procstat.lua", "decoders/mariadb_slow_query.lua", "decoders/mysql_slow_query.lua",
	"decoders/nginx_access.lua", "decoders/nginx_error.lua", "decoders/nginx_stub_status.lua", "decoders/rsyslog.lua",
	"encoders/alert.lua", "encoders/cbuf_librato.lua", "encoders/es_payload.lua", "encoders/schema_carbon_line.lua",
	"encoders/schema_influx.lua", "encoders/schema_influx_line.lua", "encoders/statmetric_influx.lua",
	"filters/cbufd_aggregator.lua", "filters/cbufd_host_aggregator.lua", "filters/diskstats.lua", "filters/frequent_items.lua",
	"filters/heartbeat.lua", "filters/heka_memstat.lua", "filters/heka_message_schema.lua",
	"filters/heka_process_message_failures.lua", "filters/http_status.lua", "filters/influx_batch.lua", "filters/loadavg.lua",
	"filters/memstats.lua", "filters/mysql_slow_query.lua", "filters/procstat.lua", "filters/stat_graph.lua",
	"filters/unique_items.lua",
}
