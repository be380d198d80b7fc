package packed

import "math"

// Currency is a code of ISO 4217 as a number.
type Currency uint16

const (
	Own      Currency = 0              // that of the release
	NoMoney  Currency = math.MaxUint16 // what is no code: nothing converts it
	alphabet          = 'Z' - 'A' + 1
)

// CurrencyOf returns the number of a code of three capital letters, beside the code of the release's own currency.
func CurrencyOf(code, own string) Currency {
	if code == own {
		return Own
	}
	n := 0
	for _, letter := range []byte(code) {
		if letter < 'A' || letter > 'Z' || len(code) != 3 {
			return NoMoney
		}
		n = n*alphabet + int(letter-'A')
	}
	if code == "" {
		return NoMoney
	}
	return Currency(n + 1)
}

// Code returns the code of a currency beside the release's own, "" for NoMoney.
func (c Currency) Code(own string) string {
	switch c {
	case Own:
		return own
	case NoMoney:
		return ""
	}
	n := int(c) - 1
	return string([]byte{'A' + byte(n/alphabet/alphabet%alphabet), 'A' + byte(n/alphabet%alphabet), 'A' + byte(n%alphabet)})
}
