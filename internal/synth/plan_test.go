package synth

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPlan_HasTheSameNumberOfPermitsWithAnySeed(t *testing.T) {
	for seed := range uint64(4) {
		assert.Len(t, planSanctioned(seed), defaultPermits, seed)
	}
}
