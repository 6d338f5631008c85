package message

// checkField walks a field's encoding; reason is "" when it is well formed.
func checkField(raw []byte) (at int, reason string) {
	for i := 0; i < len(raw); {
		tag, n := varint(raw, i)
		if n == 0 || tag>>3 == 0 || tag>>3 > maxNumber {
			return i, "bad tag in a field"
		}
		if !fieldWireType(int(tag>>3), int(tag&7)) {
			return i, "wrong wire type in a field"
		}
		end := skip(raw, i+n, int(tag&7), 0)
		if end < 0 {
			return i, "cut field"
		}
		if reason := checkPacked(int(tag>>3), int(tag&7), raw[i+n:end]); reason != "" {
			return i, reason
		}
		i = end
	}
	return 0, ""
}

func fieldWireType(num, wire int) bool {
	switch num {
	case fieldName, fieldRepresentation, fieldString, fieldBytes:
		return wire == 2
	case fieldType:
		return wire == 0
	case fieldInteger, fieldBool:
		return wire == 0 || wire == 2
	case fieldDouble:
		return wire == 1 || wire == 2
	}
	return true
}

// checkPacked verifies that a packed array (length included in b) holds whole numbers.
func checkPacked(num, wire int, b []byte) string {
	if wire != 2 || num < fieldInteger || num > fieldBool {
		return ""
	}
	size, n := varint(b, 0)
	b = b[n:]
	if num == fieldDouble {
		if size%8 != 0 {
			return "packed doubles are cut"
		}
		return ""
	}
	for i := 0; i < len(b); {
		_, n := varint(b, i)
		if n == 0 {
			return "packed numbers are cut"
		}
		i += n
	}
	return ""
}
