package datapackage

import (
	"strings"

	"golang.org/x/text/language"
)

// codeLists are the lists of codes that a mapping can name. Each returns Homebound's code for one of theirs.
var codeLists = map[string]func(string) (string, bool){
	"iso-alpha-3": func(code string) (string, bool) { return countryOf(code, 3) },
	"iso-numeric": func(code string) (string, bool) { return countryOf(code, -1) },
	"naics":       func(code string) (string, bool) { return longestPrefix(naicsSections, code) },
	"soc":         func(code string) (string, bool) { return longestPrefix(socSections, code) },
	"nace":        func(code string) (string, bool) { return sectionOfDivision(code) },
}

// countryOf returns the two letters of ISO 3166 for three letters or the three digits of the United Nations.
func countryOf(code string, letters int) (string, bool) {
	code = strings.ToUpper(strings.TrimSpace(code))
	if letters == 3 && !capitals(code, 3) || letters < 0 && (len(code) != 3 || strings.Trim(code, "0123456789") != "") {
		return "", false
	}
	region, err := language.ParseRegion(code)
	if err != nil || !capitals(region.String(), 2) {
		return "", false
	}
	return region.String(), true
}

func longestPrefix(sections map[string]string, code string) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, code)
	for n := len(digits); n >= 2; n-- {
		if section, known := sections[digits[:n]]; known {
			return section, true
		}
	}
	return "", false
}

// naicsSections are the sections of ISIC Rev. 4 for the sectors of NAICS 2017, and for the parts of a sector that
// belong to another, after the concordance of the United States Census Bureau where most of a code is in one section.
var naicsSections = map[string]string{
	"11": "A", "21": "B", "22": "D", "2213": "E", "23": "F", "31": "C", "32": "C", "33": "C", "42": "G", "44": "G", "45": "G", "48": "H", "49": "H",
	"51": "J", "52": "K", "53": "L", "532": "N", "54": "M", "5615": "N", "55": "M", "56": "N", "562": "E", "61": "P", "62": "Q", "71": "R", "72": "I",
	"81": "S", "8111": "G", "814": "T", "92": "O",
}

// socSections are the sections in which most of the workers of a major group of the Standard Occupational
// Classification are. An occupation tells an industry as a rule and not in each case: who maps by it says so in a note.
var socSections = map[string]string{
	"15": "J", "17": "M", "19": "M", "23": "M", "25": "P", "27": "R", "29": "Q", "31": "Q", "33": "N", "35": "I", "37": "N", "39": "S", "41": "G",
	"45": "A", "47": "F", "51": "C", "53": "H",
}

// sectionOfDivision returns the section of a code of NACE or ISIC Rev. 4, such as 41.20 or F41, by its division.
func sectionOfDivision(code string) (string, bool) {
	code = strings.ToUpper(strings.TrimSpace(code))
	if len(code) > 0 && 'A' <= code[0] && code[0] <= 'U' {
		return code[:1], true
	}
	if len(code) < 2 || strings.Trim(code[:2], "0123456789") != "" {
		return "", false
	}
	section := ""
	for _, s := range divisions {
		if code[:2] >= s.first {
			section = s.section
		}
	}
	return section, section != ""
}

var divisions = []struct{ first, section string }{
	{"01", "A"}, {"05", "B"}, {"10", "C"}, {"35", "D"}, {"36", "E"}, {"41", "F"}, {"45", "G"}, {"49", "H"}, {"55", "I"}, {"58", "J"}, {"64", "K"},
	{"68", "L"}, {"69", "M"}, {"77", "N"}, {"84", "O"}, {"85", "P"}, {"86", "Q"}, {"90", "R"}, {"94", "S"}, {"97", "T"}, {"99", "U"},
}
