package command

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLogger_IsForPeopleOnATerminalAlone(t *testing.T) {
	for format, begins := range map[string]string{"auto": `{"time":`, "json": `{"time":`, "text": "time="} {
		var out bytes.Buffer
		f := operateFlags{LogFormat: format, LogLevel: "warn"}
		log := f.logger(&out)
		log.Info("unheard")
		assert.Empty(t, out.String(), format)
		log.Warn("heard")
		assert.True(t, strings.HasPrefix(out.String(), begins), out.String())
	}
}
