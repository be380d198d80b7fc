package datapackage

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"homebound/internal/labour"
)

// AppendValue writes a value in its one canonical form, without quotes: nothing for nil, a number in decimal digits
// that read back to the same number, true or false, a date as 2017-12-22, text as it is.
func AppendValue(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return dst
	case string:
		return append(dst, v...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return appendFloat(dst, v)
	case labour.Date:
		return append(dst, v.String()...)
	}
	return fmt.Append(dst, v)
}

// appendFloat takes an exponent only where the digits alone would be hard to read, as JavaScript does.
func appendFloat(dst []byte, x float64) []byte {
	format := byte('f')
	if size := math.Abs(x); size != 0 && (size < 1e-6 || size >= 1e21) {
		format = 'e'
	}
	if x == 0 {
		x = 0 // without the sign of a negative zero
	}
	return strconv.AppendFloat(dst, x, format, -1, 64)
}

// appendField writes a text as a field of RFC 4180, in quotes only where it needs them.
func appendField(dst, text []byte) []byte {
	if !bytes.ContainsAny(text, ",\"\r\n") {
		return append(dst, text...)
	}
	dst = append(dst, '"')
	for _, b := range text {
		if b == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, b)
	}
	return append(dst, '"')
}
