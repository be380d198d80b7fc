package evidence

// Words names things to readers. A function that is nil leaves the code as it is.
type Words struct {
	Source, Region, Country func(code string) string
}

func named(name func(string) string, code string) string {
	if name != nil {
		if text := name(code); text != "" {
			return text
		}
	}
	return code
}
