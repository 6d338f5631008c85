package config

import (
	"math"
	"reflect"
	"strconv"
	"strings"
)

// Bytes is a size in bytes, written as a number or as "256 KiB", "64MiB", "1 GB".
type Bytes int64

var byteUnits = map[string]float64{
	"": 1, "b": 1,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
	"k": 1 << 10, "m": 1 << 20, "g": 1 << 30,
	"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
}

// parseBytes reads a size; false for what is none.
func parseBytes(s string) (Bytes, bool) {
	s = strings.TrimSpace(s)
	i := strings.LastIndexAny(s, "0123456789.") + 1
	n, err := strconv.ParseFloat(s[:i], 64)
	unit, known := byteUnits[strings.ToLower(strings.TrimSpace(s[i:]))]
	if err != nil || !known || !(n >= 0) || n*unit >= math.MaxInt64 {
		return 0, false
	}
	return Bytes(n * unit), true
}

func (d *decoder) bytes(path string, to reflect.Value, v any) bool {
	switch v := v.(type) {
	case int64:
		if v < 0 {
			return d.bad(path, "must not be negative", v, "")
		}
		to.SetInt(v)
	case string:
		n, ok := parseBytes(v)
		if !ok {
			return d.bad(path, "is not a size", v, `write bytes, or a number with its unit, such as "64 MiB"`)
		}
		to.SetInt(int64(n))
	default:
		return d.wrong(path, "a size", v, `such as "64 MiB"`)
	}
	return true
}
