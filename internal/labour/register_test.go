package labour_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

func TestPermit_StatusOnTheDaysAroundItsEnds(t *testing.T) {
	for name, one := range map[string]struct {
		from, to, revoked string
		end               string
		status            map[string]labour.PermitStatus
	}{
		"it runs out": {"2017-03-01", "2017-03-31", "", "2017-03-31", map[string]labour.PermitStatus{
			"2017-02-28": labour.Pending, "2017-03-01": labour.InForce, "2017-03-31": labour.InForce, "2017-04-01": labour.Expired}},
		"it is revoked": {"2017-03-01", "2017-03-31", "2017-03-10", "2017-03-09", map[string]labour.PermitStatus{
			"2017-03-09": labour.InForce, "2017-03-10": labour.Revoked, "2017-04-01": labour.Revoked}},
		"it is revoked on its last day": {"2017-03-01", "2017-03-31", "2017-03-31", "2017-03-30", map[string]labour.PermitStatus{
			"2017-03-30": labour.InForce, "2017-03-31": labour.Revoked}},
		"it is revoked after its end": {"2017-03-01", "2017-03-31", "2017-04-01", "2017-03-31", map[string]labour.PermitStatus{
			"2017-03-31": labour.InForce, "2017-04-01": labour.Expired}},
		"it is revoked on its first day": {"2017-03-01", "2017-03-31", "2017-03-01", "2017-02-28", map[string]labour.PermitStatus{
			"2017-02-28": labour.Pending, "2017-03-01": labour.Revoked}},
		"it is revoked before it starts": {"2017-03-01", "2017-03-31", "2017-02-10", "2017-02-09", map[string]labour.PermitStatus{
			"2017-02-09": labour.Pending, "2017-02-10": labour.Revoked, "2017-03-01": labour.Revoked}},
		"it is valid for one day": {"2017-03-01", "2017-03-01", "", "2017-03-01", map[string]labour.PermitStatus{
			"2017-02-28": labour.Pending, "2017-03-01": labour.InForce, "2017-03-02": labour.Expired}},
		"it has no end in sight": {"2017-03-01", "9999-12-31", "", "9999-12-31", map[string]labour.PermitStatus{
			"9999-12-31": labour.InForce}},
	} {
		t.Run(name, func(t *testing.T) {
			p := labour.Permit{ValidFrom: *day(one.from), ValidTo: *day(one.to), RevokedOn: day(one.revoked)}
			assert.Equal(t, one.end, p.End().String())
			for on, status := range one.status {
				assert.Equal(t, status, p.Status(*day(on)), on)
			}
		})
	}
}

// A permit is in force exactly from its first day to its End.
func TestPermit_StatusAgreesWithEnd(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 5_000 {
		p := labour.Permit{ValidFrom: labour.Date(rng.IntN(10))}
		p.ValidTo = p.ValidFrom.AddDays(rng.IntN(10))
		if rng.IntN(2) == 0 {
			revoked := labour.Date(rng.IntN(25) - 3)
			p.RevokedOn = &revoked
		}
		for on := labour.Date(-5); on < 25; on++ {
			require.Equal(t, p.ValidFrom <= on && on <= p.End(), p.Status(on) == labour.InForce, "%+v on %s", p, on)
		}
	}
}

func TestOutcome_Repatriates(t *testing.T) {
	repatriates := map[labour.Outcome]bool{labour.Returned: true, labour.Deported: true, labour.ThirdCountry: true, labour.Protected: false, labour.Exempt: false}
	require.Len(t, labour.Outcomes, len(repatriates))
	for _, o := range labour.Outcomes {
		assert.Equal(t, repatriates[o], o.Repatriates(), string(o))
	}
}

func TestSeries_At(t *testing.T) {
	s := labour.Series{{On: *day("2017-12-22"), Value: 30_000}, {On: *day("2018-01-01"), Value: 20_000}, {On: *day("2018-12-31"), Value: 1_800}}
	for _, one := range []struct {
		on    string
		value float64
	}{
		{"1990-01-01", 30_000}, // flat before the first
		{"2017-12-22", 30_000},
		{"2017-12-23", 29_000}, // 10,000 fewer in ten days
		{"2017-12-31", 21_000},
		{"2018-01-01", 20_000},
		{"2018-01-02", 19_950}, // 18,200 fewer in 364 days
		{"2018-12-31", 1_800},
		{"2030-01-01", 1_800}, // flat after the last
	} {
		value, known := s.At(*day(one.on))
		assert.True(t, known)
		assert.InDelta(t, one.value, value, 1e-9, one.on)
	}
	_, known := labour.Series{}.At(0)
	assert.False(t, known)
	value, known := labour.Series{{On: 5, Value: 7}}.At(-100)
	assert.True(t, known)
	assert.Equal(t, 7.0, value, "one point is the same for ever")
}

func TestGate_Holds(t *testing.T) {
	ten, twenty := 10.0, 20.0
	for _, one := range []struct {
		gate  labour.Gate
		found float64
		holds bool
	}{
		{labour.Gate{}, 0, true},
		{labour.Gate{AtLeast: &ten}, 9, false},
		{labour.Gate{AtLeast: &ten}, 10, true},
		{labour.Gate{AtMost: &twenty}, 20, true},
		{labour.Gate{AtMost: &twenty}, 21, false},
		{labour.Gate{AtLeast: &ten, AtMost: &twenty}, 15, true},
		{labour.Gate{AtLeast: &ten, AtMost: &twenty}, 21, false},
		{labour.Gate{AtLeast: &ten, AtMost: &twenty}, 9, false},
	} {
		assert.Equal(t, one.holds, one.gate.Holds(one.found), "%+v with %v", one.gate, one.found)
	}
}

func TestImportCounts_Reconciles(t *testing.T) {
	assert.True(t, labour.ImportCounts{}.Reconciles())
	assert.True(t, labour.ImportCounts{Read: 10, Inserted: 1, Replaced: 2, Unchanged: 3, Rejected: 4, Warnings: 99}.Reconciles())
	assert.False(t, labour.ImportCounts{Read: 10, Inserted: 1, Replaced: 2, Unchanged: 3, Rejected: 3}.Reconciles())
}

// Every measure is described, under its own name, with a sentence that says what it is.
func TestMeasures(t *testing.T) {
	seen := map[string]bool{}
	for _, info := range labour.Measures {
		found, known := info.Measure.Info()
		require.True(t, known)
		assert.Equal(t, info, found)
		assert.False(t, seen[info.Field], info.Field)
		seen[info.Field] = true
		assert.Contains(t, info.Method, info.Field)
		assert.NotEmpty(t, info.Unit)
		assert.Contains(t, []labour.Family{labour.IssueFlow, labour.Stock, labour.DepartureFlow}, info.Family)
	}
	_, known := labour.Measure("WORKERS_ABSENT").Info()
	assert.False(t, known)
}
