package structs

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/moduletest"
)

func TestPack(t *testing.T) {
	moduletest.New(t, Module()).Expect(map[string]string{
		`return struct.pack("<i4", 7) == "\7\0\0\0"`:        "true",
		`return struct.pack(">i4", 7) == "\0\0\0\7"`:        "true",
		`return struct.pack("i", -2) == "\254\255\255\255"`: "true",
		`return struct.pack("bBhHlLT", -1, 255, -2, 65534, -3, 3, 4) == "\255\255\254\255\254\255\253\255\255\255\255\255\255\255\3\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0"`: "true",
		`return struct.pack("<i3>I3", 0x010203, 0x010203) == "\3\2\1\1\2\3"`:                                                                                        "true",
		`return struct.pack("<I16", 1) == "\1" .. ("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")`:                                                                               "true",
		`return struct.pack("f", 1.5) == "\0\0\192\63", struct.pack(">d", 1.5) == "\63\248\0\0\0\0\0\0"`:                                                            "true true",
		`return struct.pack("s", "ab") == "ab\0", struct.pack("c0", "ab"), struct.pack("c1", "ab"), struct.pack("c", "ab")`:                                         "true ab a a",
		`return struct.pack("!4 b i4", 1, 2) == "\1\0\0\0\2\0\0\0"`:                                                                                                 "true",
		`return struct.pack("!2 b i4", 1, 2) == "\1\0\2\0\0\0"`:                                                                                                     "true",
		`return struct.pack("! b d", 1, 1.5) == "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\248\63"`:                                                                              "true",
		`return struct.pack("b i4", 1, 2) == "\1\2\0\0\0"`:                                                                                                          "true", // no alignment at first
		`return struct.pack("bxb", 1, 2) == "\1\0\2"`:                                                                                                               "true",
		`return struct.pack("B", 257) == "\1", struct.pack("b", 1.9) == "\1", struct.pack("B", "12") == "\12"`:                                                      "true true true",
		`return struct.pack("L", 2^63) == "\0\0\0\0\0\0\0\128"`:                                                                                                     "true",
		`return struct.pack("<I2\0zz", 1) == "\1\0"`:                                                                                                                "true", // the format ends
		// wrong arguments
		`struct.pack("i")`:                 "1: bad argument #2 to 'pack' (number expected, got no value)",
		`struct.pack("s", {})`:             "1: bad argument #2 to 'pack' (string expected, got table)",
		`struct.pack("c3", "ab")`:          "1: bad argument #3 to 'pack' (string too short)",
		`struct.pack("q", 1)`:              "1: bad argument #1 to 'pack' (invalid format option 'q')",
		`struct.pack("!3")`:                "1: alignment 3 is not a power of 2",
		`struct.pack("!0")`:                "1: alignment 0 is not a power of 2",
		`struct.pack("i33", 1)`:            "1: integral size 33 is larger than limit of 32",
		`struct.pack("c99999999999", "x")`: "1: integral size overflow",
		`struct.pack()`:                    "1: bad argument #1 to 'pack' (string expected, got no value)",
	})
}

func TestUnpack(t *testing.T) {
	moduletest.New(t, Module()).Expect(map[string]string{
		`return struct.unpack("<i4", "\7\0\0\0")`:                                                                    "7 5",
		`return struct.unpack("bB", "\255\255")`:                                                                     "-1 255 3",
		`return struct.unpack(">hH", "\255\254\255\254")`:                                                            "-2 65534 5",
		`return struct.unpack("<i3>i3", "\254\255\255\255\255\254")`:                                                 "-2 -2 7",
		`return struct.unpack("<i16", "\254" .. "\255\255\255\255\255\255\255\255\255\255\255\255\255\255\255")`:     "-2 17",
		`return struct.unpack("L", "\0\0\0\0\0\0\0\128") == 2^63, struct.unpack("l", "\0\0\0\0\0\0\0\128") == -2^63`: "true true",
		`return struct.unpack("fd", struct.pack("fd", 1.5, 0.1))`:                                                    "1.5 0.1 13",
		`return struct.unpack("sb", "ab\0\7")`:                                                                       "ab 7 5",
		`return struct.unpack("bc0b", "\2xy\7")`:                                                                     "xy 7 5",
		`return struct.unpack("bc0", "\0")`:                                                                          " 2",
		`return struct.unpack("c2xc", "abcd")`:                                                                       "ab d 5",
		`return struct.unpack("b", "\1\2\3", 3)`:                                                                     "3 4",
		`return struct.unpack("", "ab", 2)`:                                                                          "2",
		`return struct.unpack("!4 b i4", "\1\0\0\0\2\0\0\0")`:                                                        "1 2 9",
		// wrong arguments
		`struct.unpack("i", "abc")`:        "1: bad argument #2 to 'unpack' (data string too short)",
		`struct.unpack("b", "abc", 4)`:     "1: bad argument #2 to 'unpack' (data string too short)",
		`struct.unpack("b", "abc", 1e300)`: "1: bad argument #2 to 'unpack' (data string too short)",
		`struct.unpack("b", "abc", 0)`:     "1: bad argument #3 to 'unpack' (offset must be 1 or greater)",
		`struct.unpack("bc0", "\9xy")`:     "1: bad argument #2 to 'unpack' (data string too short)",
		`struct.unpack("bc0", "\200xy")`:   "1: bad argument #2 to 'unpack' (data string too short)",
		`struct.unpack("c0", "xy")`:        "1: format 'c0' needs a previous size",
		`struct.unpack("c1c0", "xy")`:      "1: format 'c0' needs a previous size",
		`struct.unpack("s", "xy")`:         "1: unfinished string in data",
		`struct.unpack("s", "xy", 4)`:      "1: bad argument #2 to 'unpack' (data string too short)",
		`struct.unpack("z", "xy")`:         "1: bad argument #1 to 'unpack' (invalid format option 'z')",
		`struct.unpack("b", {})`:           "1: bad argument #2 to 'unpack' (string expected, got table)",
		`struct.unpack("b", "x", {})`:      "1: bad argument #3 to 'unpack' (number expected, got table)",
	})
}

func TestSize(t *testing.T) {
	moduletest.New(t, Module()).Expect(map[string]string{
		`return struct.size("<i4")`:         "4",
		`return struct.size("bBhHiIlLTfd")`: "50",
		`return struct.size("!bi4!2d")`:     "16",
		`return struct.size("!4 b i4 x")`:   "9",
		`return struct.size("c10 c")`:       "11",
		`return struct.size("")`:            "0",
		`struct.size("s")`:                  "1: bad argument #1 to 'size' (option 's' has no fixed size)",
		`struct.size("c0")`:                 "1: bad argument #1 to 'size' (option 'c0' has no fixed size)",
		`struct.size("?")`:                  "1: bad argument #1 to 'size' (invalid format option '?')",
		`struct.size({})`:                   "1: bad argument #1 to 'size' (string expected, got table)",
	})
}

func TestCharged(t *testing.T) {
	moduletest.ExpectExhausted(t, Module(),
		`local f = "x" for i = 1, 16 do f = f .. f end for i = 1, 1e5 do struct.pack(f) end`,
		`local f = "x" for i = 1, 16 do f = f .. f end for i = 1, 1e5 do struct.size(f) end`,
		`local s = "x" for i = 1, 18 do s = s .. s end for i = 1, 1e5 do struct.pack("s", s) end`,
		`local s = "x" for i = 1, 18 do s = s .. s end s = s .. "\0" for i = 1, 1e5 do struct.unpack("s", s) end`,
	)
	s := moduletest.New(t, Module())
	if got := s.Run(`local f = "b" for i = 1, 13 do f = f .. f end struct.unpack(f, f)`); got != "1: stack overflow (too many results)" {
		t.Errorf("8192 results: %q", got)
	}
}

// TestRoundTrip packs and unpacks random values by random formats.
func TestRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := moduletest.New(t, Module())
	if err := s.Call(`function round(f, ...) return struct.unpack(f, struct.pack(f, ...)) end`, nil); err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		var format strings.Builder
		var values []lua.Value
		for range random.IntN(8) {
			format.WriteString([]string{"", "", "<", ">", "!", "!2", " ", "x"}[random.IntN(8)])
			switch random.IntN(5) {
			case 0:
				format.WriteByte("lLTd"[random.IntN(4)])
				values = append(values, lua.Number(float64(random.IntN(1<<50))))
			case 1:
				format.WriteByte("bhif"[random.IntN(4)])
				values = append(values, lua.Number(float64(random.IntN(256)-128)))
			case 2:
				format.WriteString([]string{"i5", "i8", "i32", "I7"}[random.IntN(4)])
				values = append(values, lua.Number(float64(random.IntN(1<<39))))
			case 3:
				format.WriteString("s")
				values = append(values, lua.String(strings.Repeat("y", random.IntN(5))))
			default:
				format.WriteString("c3")
				values = append(values, lua.String("a\x00b"))
			}
		}
		results := make([]lua.Value, len(values))
		args := append([]lua.Value{lua.String(format.String())}, values...)
		if err := s.In.Call(s.In.Global("round"), results, args...); err != nil {
			t.Fatalf("%s: %v", format.String(), err)
		}
		for i := range values {
			if results[i].Float() != values[i].Float() || results[i].Text() != values[i].Text() {
				t.Fatalf("%s: value %d is %v, was %v", format.String(), i, results[i], values[i])
			}
		}
	}
}

// FuzzUnpack must end in values or an error.
func FuzzUnpack(f *testing.F) {
	f.Add("<i4", "\x07\x00\x00\x00", 1.0)
	f.Add("!8bc0s>d", "\x02xyz\x00", 1.0)
	f.Add("i0c0", "", -1.0)
	f.Fuzz(func(t *testing.T, format, data string, at float64) {
		s := moduletest.New(t, Module())
		lib := s.In.Global("struct")
		table, _ := lib.AsTable()
		s.In.SetBudget(1e6)
		results := make([]lua.Value, 4)
		_ = s.In.Call(table.Get("unpack"), results, lua.String(format), lua.String(data), lua.Number(at))
		_ = s.In.Call(table.Get("size"), results, lua.String(format))
		_ = s.In.Call(table.Get("pack"), results, lua.String(format), lua.String(data), lua.Number(at), lua.Number(-at))
	})
}

func benchmark(b *testing.B, body string) {
	s := moduletest.New(b, Module())
	run := make([]lua.Value, 1)
	if err := s.Call("local pack, unpack = struct.pack, struct.unpack return function() for i = 1, 100 do "+body+" end end", run); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for n := 0; n < b.N; n += 100 {
		if err := s.In.Call(run[0], nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPack(b *testing.B)   { benchmark(b, `pack(">I2I4s", i, i, "name")`) }
func BenchmarkUnpack(b *testing.B) { benchmark(b, `unpack(">I2I4s", "\0\1\0\0\0\7name\0")`) }

// TestMemory counts the strings that unpack makes.
func TestMemory(t *testing.T) {
	s := moduletest.New(t, Module())
	s.In.SetGlobal("text", lua.String(strings.Repeat("x", 1<<20)))
	s.In.SetMemoryLimit(8 << 20)
	var failed *lua.Error
	if err := s.Call(`local t = {} for i = 1, 100 do t[i] = struct.unpack("c1048576", text) end`, nil); !errors.As(err, &failed) || !failed.OutOfMemory {
		t.Error(err)
	}
}
