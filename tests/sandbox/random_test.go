package sandbox

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// A random program has a pool of odd values, P, and calls functions of F with values of the pool. Where a
// signature is known most arguments have its kinds: n a number, s a string, t a table, f a function, p a
// pattern of lpeg; others are as they come. Results go into the pool.

// functions are what random programs call, with their signatures.
var functions = map[string]string{
	"assert": "", "error": "sn", "getfenv": "f", "getmetatable": "", "ipairs": "t", "next": "t", "pairs": "t", "pcall": "f", "rawequal": "",
	"rawget": "t", "rawset": "t", "select": "n", "setfenv": "ft", "setmetatable": "tt", "tonumber": "sn", "tostring": "", "type": "",
	"unpack": "tnn", "xpcall": "ff", "gcinfo": "", "module": "s", "require": "s",
	"string.byte": "snn", "string.char": "nnnn", "string.find": "ssn", "string.format": "snsnns", "string.gmatch": "ss", "string.gsub": "ssfn",
	"string.len": "s", "string.lower": "s", "string.match": "ssn", "string.rep": "sn", "string.reverse": "s", "string.sub": "snn", "string.upper": "s",
	"string.dump": "f", "table.concat": "tsnn", "table.foreach": "tf", "table.foreachi": "tf", "table.getn": "t", "table.insert": "tnt",
	"table.maxn": "t", "table.remove": "tn", "table.sort": "tf", "table.setn": "tn",
	"math.abs": "n", "math.acos": "n", "math.atan2": "nn", "math.cosh": "n", "math.exp": "n", "math.fmod": "nn", "math.frexp": "n", "math.ldexp": "nn",
	"math.log": "n", "math.max": "nnn", "math.modf": "n", "math.pow": "nn", "math.random": "nn", "math.randomseed": "n", "math.sin": "n", "math.tan": "n",
	"os.clock": "", "os.date": "sn", "os.difftime": "nn", "os.time": "t",
	"cjson.decode": "s", "cjson.encode": "t", "cjson.encode_max_depth": "n", "cjson.decode_max_depth": "n", "cjson.encode_number_precision": "n",
	"cjson.decode_invalid_numbers": "s", "cjson.encode_invalid_numbers": "s", "cjson.encode_sparse_array": "snn", "cjson.decode_null": "s",
	"struct.pack": "snnsn", "struct.unpack": "ssn", "struct.size": "s",
	"lpeg.P": "", "lpeg.S": "s", "lpeg.R": "s", "lpeg.V": "s", "lpeg.B": "p", "lpeg.C": "p", "lpeg.Cc": "", "lpeg.Cp": "", "lpeg.Carg": "n",
	"lpeg.Cb": "s", "lpeg.Cg": "ps", "lpeg.Cf": "pf", "lpeg.Cmt": "pf", "lpeg.Cs": "p", "lpeg.Ct": "p", "lpeg.match": "psn", "lpeg.type": "p",
	"lpeg.locale": "t", "lpeg.setmaxstack": "n", "re.compile": "st", "re.match": "ssn", "re.find": "ssn", "re.gsub": "sss", "re.updatelocale": "",
	"circular_buffer.new": "nnn", "CB.add": "cnnn", "CB.set": "cnnn", "CB.get": "cnn", "CB.compute": "csnnn", "CB.mannwhitneyu": "cnnnnn",
	"CB.fromstring": "cs", "CB.get_range": "cnnn", "CB.set_header": "cnsss", "CB.get_header": "cn", "CB.format": "cs",
	"bloom_filter.new": "nn", "BF.add": "bs", "BF.query": "bn", "BF.clear": "b", "BF.fromstring": "bns", "cuckoo_filter.new": "n", "CF.add": "ks",
	"CF.delete": "ks", "CF.fromstring": "kns", "CF.clear": "k", "hyperloglog.new": "", "hyperloglog.count": "hh", "HL.add": "hs", "HL.merge": "hh", "HL.fromstring": "hs",
	"sax.window.new": "nnn", "sax.word.new": "snn", "sax.mindist": "ww", "SW.add": "wt", "SW.get_word": "w", "SW.copy": "w", "SW.clear": "w",
	"afd_window.new": "snn", "afd_window.put": "tnn", "afd_window.set": "", "afd_window.check": "tsn", "afd_window.quiet": "tn", "afd_window.routes": "",
	"afd_window.take": "t", "afd_window.learn": "ttt", "afd_window.seconds": "nn", "AW.test": "ansn", "AS.add": "aa",
	"read_message": "snn", "read_config": "s", "read_next_field": "", "decode_message": "s", "inject_message": "t", "inject_payload": "sss",
	"add_to_payload": "", "write_message": "ssnnn",
}

// prelude makes the values. Kinds that a pool has one of each are c b k h w a: objects of the modules.
const prelude = `
for _, name in ipairs { "cjson", "lpeg", "re", "struct", "sax", "circular_buffer", "bloom_filter", "cuckoo_filter", "hyperloglog", "afd_window", "string", "table", "math", "os" } do require(name) end
local P, K, F = {}, {}, {}
local function put(kind, ...) for i = 1, select("#", ...) do local v = select(i, ...) P[#P + 1] = v K[kind] = K[kind] or {} K[kind][#K[kind] + 1] = v end end
local cycle = {} cycle[1], cycle.x = cycle, cycle
local deep = {} for i = 1, 300 do deep = { deep, x = deep } end
local long = {} for i = 1, 3000 do long[i] = i * 7 % 1000 end
local texts = {} for i = 1, 200 do texts[i] = string.rep("x", i) end
local odd = setmetatable({}, { __index = function(t, k) return k end, __newindex = rawset, __call = function(self, ...) return ... end, __tostring = function() return {} end,
    __lt = function() return true end, __le = error, __eq = function() return false end, __concat = function(a, b) return a end, __len = function() return -1 end,
    __add = function(a, b) return b end, __unm = function(a) return a end, __mode = "k", __metatable = false })
local ring = {} setmetatable(ring, { __index = ring, __newindex = ring, __call = ring, __tostring = ring })
put("n", 0, -0.0, 1, 2, 3, -1, 0.5, -1.5, 7, 10, 64, 100, 255, 256, 1000, 4096, 65536, 1e5, 1e6, 2^26, 2^31 - 1, 2^31, -2^31, 2^32, 2^53, 2^63, -2^63, 2^64, 1e18, 1e300, 5e-324, 1/0, -1/0, 0/0, "12", "0x10", "5e-324")
put("s", "", "a", "abc", "\0", "\255\254", "a=1,b=2", "%d %s %q %5.3f %g", "%99.99f", "%-5d%%", "%c%c", "^(.-)(%w*)%1$", "[a-z]+", "[^%s", "%", "%b()", "%f[%w]", "(()())", "((", "a*a*a*a*b", ".-.-.-x", "%1",
    "*t", "!%c", "%Y-%m-%d", "[1,2,{\"a\":null}]", "[[[[", "{\"a\":1e999}", "\"\\ud800\\udc00\"", ">!8 i3 d s", "<c0Bx!4l", "i99", "sum", "sd", "==", "avg", "roc", "on", "cbufd", "Fields[x]", "Payload", "Uuid", "Timestamp", "raw", "nothing", "io", "../x",
    "'a'+ {[a-z]} / .", "a <- 'a' a / ''", "{| {:x: . :} |}", string.rep("a", 1000), string.rep("ab", 40000), string.rep("(", 500), string.rep("[", 5000), string.rep("%", 101), string.rep("\1", 300), "1 1" .. string.rep(" 1", 40))
put("t", {}, { 1, 2, 3 }, { "c", "a", "b" }, { 1, nil, 3 }, { [2^40] = 1, [-1] = 2, [0.5] = 3 }, cycle, deep, long, texts, odd, ring, setmetatable({}, { __mode = "kv" }), { Type = "t", Payload = "p", Fields = { a = 1, b = { 1, 2 }, c = { value = "x", representation = "y" } } },
    { year = 2020, month = 13, day = -5, isdst = true }, _G, string, { lpeg.V "x", x = lpeg.P "a" * lpeg.V "x" + "" }, { lpeg.V(1) + "a" }, { lpeg.P "a" * lpeg.V(1) + 1 })
put("f", print, error, pcall, tostring, type, function(...) return ... end, function() return nil end, function() return 1, 2, 3 end, function(a, b) return a and b and tostring(a) < tostring(b) end, function() error({}) end,
    function(...) return #P, ... end, string.rep, rawset, setmetatable, function(f, ...) return pcall(f, ...) end)
put("p", lpeg.P "a", lpeg.P(1), lpeg.P(0), lpeg.P(-1), lpeg.S "abc" ^ 0, lpeg.R "az" ^ 1, lpeg.C(1) ^ 0, lpeg.Cp(), lpeg.Cc(1, nil, 2), lpeg.Ct(lpeg.C(1) ^ 0), lpeg.Cs((lpeg.P "a" / "b" + 1) ^ 0), lpeg.Cg(lpeg.C(1), "x"), lpeg.Cb "x",
    lpeg.P { "(" * ((1 - lpeg.S "()") + lpeg.V(1)) ^ 0 * ")" }, lpeg.Cmt(1, function(s, i) return i end), lpeg.Carg(1), lpeg.V "x", -lpeg.P "b", #lpeg.P "a", lpeg.P(true), lpeg.P(false), lpeg.B "a")
put("c", circular_buffer.new(10, 2, 1), circular_buffer.new(200, 3, 60, true)) put("b", bloom_filter.new(100, 0.01)) put("k", cuckoo_filter.new(100)) put("h", hyperloglog.new()) put("w", sax.window.new(16, 4, 4), sax.word.new("ABCD", 4))
put("a", afd_window.new("avg", 600, 1), afd_window.new("roc", 60, 3), afd_window.set(), afd_window.routes())
P[#P + 1], P[#P + 1] = true, false
local CB, BF, CF, HL = getmetatable(K.c[1]).__index, getmetatable(K.b[1]).__index, getmetatable(K.k[1]).__index, getmetatable(K.h[1]).__index
local SW, AW, AS = getmetatable(K.w[1]).__index, getmetatable(K.a[1]).__index, getmetatable(K.a[3]).__index
local inject_message, inject_payload, read_message, write_message = inject_message, inject_payload, read_message, write_message
local function keep(at, ok, v) if ok and v ~= nil then P[at] = v end end
local pcall, unpack = pcall, unpack
`

var operators = []string{
	"%s + %s", "%s - %s", "%s * %s", "%s / %s", "%s %% %s", "%s ^ %s", "%s .. %s", "%s == %s", "%s < %s", "%s <= %s", "-%s", "#%s", "%s[%s]", "%s(%s)",
}

// names are the functions in a fixed order.
var names = func() (list []string) {
	for name := range functions {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}()

// program is the random program of a number.
func program(seed uint64, calls int, endless bool) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	b.WriteString(prelude + "function process_message()\n")
	if endless {
		b.WriteString("while true do\n")
	}
	for range calls {
		target := fmt.Sprintf("%d", 1+r.IntN(160))
		if r.IntN(6) == 0 {
			expression := operators[r.IntN(len(operators))]
			args := make([]any, strings.Count(expression, "%s"))
			for i := range args {
				args[i] = argument(r, '?')
			}
			fmt.Fprintf(&b, "keep(%s, pcall(function() return "+expression+" end))\n", append([]any{target}, args...)...)
			continue
		}
		name := names[r.IntN(len(names))]
		fmt.Fprintf(&b, "keep(%s, pcall(%s%s))\n", target, name, arguments(r, functions[name]))
	}
	if endless {
		b.WriteString("end\n")
	}
	b.WriteString("return 0\nend\n")
	return b.String()
}

func arguments(r *rand.Rand, signature string) string {
	n := len(signature)
	if r.IntN(4) == 0 {
		n = r.IntN(n + 2)
	}
	var b strings.Builder
	for i := range n {
		kind := byte('?')
		if i < len(signature) && r.IntN(10) > 0 {
			kind = signature[i]
		}
		b.WriteString(", " + argument(r, kind))
	}
	return b.String()
}

func argument(r *rand.Rand, kind byte) string {
	if kind == '?' || r.IntN(5) == 0 {
		return fmt.Sprintf("P[%d]", 1+r.IntN(160))
	}
	return fmt.Sprintf("K.%c[%d %% #K.%c + 1]", kind, r.IntN(64), kind)
}

// runProgram runs a program as a plugin; an error that is the collector's own is the test's.
func runProgram(t *testing.T, kind plugin.Kind, source string, m *message.Message) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "random.lua")
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_700_000_000, 0)
	o, err := sandbox.OpenOffline(sandbox.OfflineOptions{
		Kind: kind, Name: "random", Hostname: "host", Filename: path, ModuleDirectory: dir, BaseDir: dir, PreserveData: true, Start: now,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	out := o.Process(m, now)
	if strings.Contains(out.Error, "internal error") {
		t.Errorf("%s\n%s", out.Error, source[len(prelude):])
	}
	_ = o.Close() // what it made of the globals need not be data
}

// TestRandomPrograms calls all that a script can call with values of all kinds, again and again until the limits end
// it, or once.
func TestRandomPrograms(t *testing.T) {
	kinds := []plugin.Kind{plugin.KindFilter, plugin.KindDecoder, plugin.KindEncoder}
	m := varied()
	for seed := range uint64(60) {
		runProgram(t, kinds[seed%3], program(seed, 20, seed%2 == 0), m)
	}
}

// FuzzPrograms is TestRandomPrograms for other numbers.
func FuzzPrograms(f *testing.F) {
	f.Add(uint64(1), uint8(3), true)
	f.Add(uint64(2), uint8(60), false)
	kinds := []plugin.Kind{plugin.KindFilter, plugin.KindDecoder, plugin.KindEncoder}
	m := varied()
	f.Fuzz(func(t *testing.T, seed uint64, calls uint8, endless bool) {
		runProgram(t, kinds[seed%3], program(seed, int(calls)+1, endless), m)
	})
}

// varied is a message with fields of all types.
func varied() *message.Message {
	var d message.Draft
	d.Type, d.Logger, d.Hostname, d.Payload = "test", "logger", "host", "payload of 1 record"
	d.AddString("x", "value")
	d.AddList("numbers", "count", message.IntValue(1), message.IntValue(-1), message.IntValue(1<<62))
	d.Add("double", "", message.FloatValue(5e-324))
	d.Add("bool", "", message.BoolValue(true))
	d.Add("bytes", "", message.BytesValue([]byte("\x00\xff")))
	d.SetUUID([16]byte{1})
	d.SetTimestamp(1)
	b := message.NewBatch()
	defer b.Release()
	b.Append(&d)
	return b.At(0).Clone()
}
