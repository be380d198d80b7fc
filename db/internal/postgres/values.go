package postgres

import (
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The types of values that are told apart, by PostgreSQL's numbers of them.
const (
	oidBool    = 16
	oidBytes   = 17
	oidName    = 19
	oidInt8    = 20
	oidInt2    = 21
	oidInt4    = 23
	oidText    = 25
	oidFloat4  = 700
	oidFloat8  = 701
	oidUnknown = 705
	oidVarchar = 1043
	oidNumeric = 1700
)

// encode writes the arguments of a statement as text, with their types. Text has none: PostgreSQL then takes it for what
// it is compared with.
func encode(args []driver.NamedValue) (values [][]byte, types []uint32, err error) {
	values, types = make([][]byte, len(args)), make([]uint32, len(args))
	for i, arg := range args {
		switch v := arg.Value.(type) {
		case nil:
		case int64:
			values[i], types[i] = strconv.AppendInt(nil, v, 10), oidInt8
		case bool: // as the files have it
			values[i], types[i] = []byte("0"), oidInt8
			if v {
				values[i] = []byte("1")
			}
		case float64:
			values[i], types[i] = strconv.AppendFloat(nil, v, 'g', -1, 64), oidFloat8
		case string:
			values[i] = []byte(storable(v))
		default:
			return nil, nil, fmt.Errorf("%w: expected text or a number as argument %d, found %T", errValue, i+1, v)
		}
	}
	return values, types, nil
}

// storable returns text without what no text of PostgreSQL can hold. No release holds it either, so that text with it
// finds nothing here, as it does in a file.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// widths are how many bytes values of some types have.
var widths = map[uint32]int{oidBool: 1, oidInt2: 2, oidInt4: 4, oidInt8: 8, oidFloat4: 4, oidFloat8: 8}

// decode reads a value that was sent in binary: nil, int64, float64, string or []byte, as SQLite's driver has them.
// Whether something holds is 1 or 0 therefore, and what is summed up of whole numbers is whole. Bytes are copied.
func decode(oid uint32, raw []byte) (driver.Value, error) {
	if raw == nil {
		return nil, nil
	}
	size := widths[oid]
	if size != 0 && len(raw) != size {
		return nil, fmt.Errorf("expected %d bytes, found %d", size, len(raw))
	}
	switch oid {
	case oidText, oidVarchar, oidName, oidUnknown:
		return string(raw), nil
	case oidInt8:
		return int64(binary.BigEndian.Uint64(raw)), nil
	case oidInt4:
		return int64(int32(binary.BigEndian.Uint32(raw))), nil
	case oidInt2:
		return int64(int16(binary.BigEndian.Uint16(raw))), nil
	case oidFloat8:
		return math.Float64frombits(binary.BigEndian.Uint64(raw)), nil
	case oidFloat4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(raw))), nil
	case oidBool:
		return int64(raw[0]), nil
	case oidBytes:
		return append([]byte{}, raw...), nil
	case oidNumeric:
		return decodeNumeric(raw)
	}
	return nil, fmt.Errorf("values of type %d are not known here", oid)
}

// decodeNumeric reads a decimal number: so many digits to the base of 10,000, the weight of the first, the sign, and how
// many decimals are shown. What has no fraction is an int64.
func decodeNumeric(raw []byte) (driver.Value, error) {
	if len(raw) < 8 {
		return nil, fmt.Errorf("expected a number, found %d bytes", len(raw))
	}
	field := func(i int) int { return int(int16(binary.BigEndian.Uint16(raw[2*i:]))) }
	digits, weight := field(0), field(1)
	if sign := binary.BigEndian.Uint16(raw[4:]); sign != 0 && sign != 0x4000 || len(raw) != 8+2*digits {
		return nil, fmt.Errorf("expected a finite number, found %x", raw)
	}
	if digits <= weight+1 && weight < 4 { // a sum as nearly all are: whole, and far from the largest
		whole := int64(0)
		for i := range weight + 1 {
			whole *= 10_000
			if i < digits {
				whole += int64(field(4 + i))
			}
		}
		if field(2) == 0x4000 {
			whole = -whole
		}
		return whole, nil
	}
	var text strings.Builder
	if field(2) == 0x4000 {
		text.WriteByte('-')
	}
	fraction := false
	for i := 0; i < digits || i <= weight; i++ {
		digit := 0
		if i < digits {
			digit = field(4 + i)
		}
		if i > weight {
			fraction = fraction || digit != 0
		}
		fmt.Fprintf(&text, "%04d", digit)
	}
	if !fraction {
		whole := text.String()
		if end := 4 * (weight + 1); weight < 0 {
			whole = "0"
		} else if sign := strings.Count(whole, "-"); len(whole) > end+sign {
			whole = whole[:end+sign]
		}
		if n, err := strconv.ParseInt(whole, 10, 64); err == nil {
			return n, nil
		}
	}
	if digits == 0 {
		return int64(0), nil
	}
	return strconv.ParseFloat(fmt.Sprintf("%se%d", text.String(), 4*(weight+1-max(digits, weight+1))), 64)
}
