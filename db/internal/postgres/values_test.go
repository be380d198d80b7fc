package postgres

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Numbers come as the files have them: whole ones as int64, others as float64.
func TestDecodeNumeric(t *testing.T) {
	const negative = 0x4000
	for name, c := range map[string]struct {
		digits       []uint16
		weight, sign uint16
		expected     any
	}{
		"nothing":            {nil, 0, 0, int64(0)},
		"one digit":          {[]uint16{7}, 0, 0, int64(7)},
		"below nothing":      {[]uint16{12, 34}, 1, negative, int64(-120_034)},
		"zeros at the end":   {[]uint16{5}, 2, 0, int64(500_000_000)},
		"16 digits":          {[]uint16{1234, 5678, 9012, 3456}, 3, 0, int64(1_234_567_890_123_456)},
		"the largest":        {[]uint16{922, 3372, 368, 5477, 5807}, 4, 0, int64(9_223_372_036_854_775_807)},
		"one more than that": {[]uint16{922, 3372, 368, 5477, 5808}, 4, 0, 9.223372036854775808e18},
		"a fraction":         {[]uint16{3, 2500}, 0, 0, 3.25},
		"a fraction alone":   {[]uint16{2500}, 0xFFFF, negative, -0.25},
	} {
		t.Run(name, func(t *testing.T) {
			raw := binary.BigEndian.AppendUint16(nil, uint16(len(c.digits)))
			raw = binary.BigEndian.AppendUint16(raw, c.weight)
			raw = binary.BigEndian.AppendUint16(raw, c.sign)
			raw = binary.BigEndian.AppendUint16(raw, 0)
			for _, digit := range c.digits {
				raw = binary.BigEndian.AppendUint16(raw, digit)
			}
			found, err := decodeNumeric(raw)
			require.NoError(t, err)
			assert.Equal(t, c.expected, found)
		})
	}
}
