package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"homebound/db/seed"
	"homebound/internal/datapackage"
	"homebound/internal/labour"
)

// writeUniform writes a package whose permits are spread evenly over everything: 83 subjects, 6 nationalities, 8
// industries, N^0.7 employers and ten years. No rollup can be small then, which makes it the worst case. One permit
// in ten has a repatriation. The reference tables are those of the default package.
func writeUniform(ctx context.Context, dir string, permits int) error {
	pkg, err := datapackage.OpenFS(ctx, seed.Files(), datapackage.Limits{})
	if err != nil {
		return err
	}
	defer pkg.Close()
	w, err := datapackage.Create(dir)
	if err != nil {
		return err
	}
	var subjects []string
	for _, file := range pkg.Files() {
		if err := copyTable(ctx, w, file, func(values []any) {
			if file.Table().Name == "regions" && values[3] == string(labour.KindSubject) {
				subjects = append(subjects, values[0].(string))
			}
		}); err != nil {
			return errors.Join(err, w.Abort())
		}
	}
	if err := (&uniform{rand.New(rand.NewPCG(1, uint64(permits))), subjects}).write(w, permits); err != nil {
		return errors.Join(err, w.Abort())
	}
	return w.Close(pkg.Manifest())
}

func copyTable(ctx context.Context, w *datapackage.Writer, file *datapackage.File, see func([]any)) error {
	out, err := w.Table(file.Table().Name)
	if err != nil {
		return err
	}
	for record, err := range file.Records(ctx) {
		if err != nil {
			return err
		}
		see(record.Values)
		if err := out.Write(record.Values); err != nil {
			return err
		}
	}
	if file.Table().Name == "sources" {
		return out.Write([]any{uniformSource, "Permits at random, for benchmarks", "Homebound", nil, nil, string(labour.Synthetic), nil})
	}
	return nil
}

const uniformSource = "homebound-uniform-register"

// uniform draws the register.
type uniform struct {
	rng      *rand.Rand
	subjects []string
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

func (u *uniform) write(w *datapackage.Writer, permits int) error {
	var out [3]*datapackage.TableWriter
	for i, name := range []string{"employers", "permits", "repatriations"} {
		var err error
		if out[i], err = w.Table(name); err != nil {
			return err
		}
	}
	nationalities := []string{"CN", "IN", "KP", "TR", "UZ", "VN"}
	industries := []string{"A", "B", "C", "F", "G", "H", "I", "N"}
	employers := int(math.Pow(float64(permits), 0.7))
	for i := range employers {
		row := []any{fmt.Sprintf("E%07d", i), fmt.Sprintf("Employer %d", i), pick(u.rng, u.subjects), pick(u.rng, industries), nil, uniformSource, true}
		if err := out[0].Write(row); err != nil {
			return err
		}
	}
	first := labour.MustParseDate("2010-01-01")
	days := labour.Period{From: first, To: labour.MustParseDate("2019-12-31")}.Days()
	for i := range permits {
		id, employer := fmt.Sprintf("P%08d", i), fmt.Sprintf("E%07d", u.rng.IntN(employers))
		region, nationality, workers := pick(u.rng, u.subjects), pick(u.rng, nationalities), 1+u.rng.IntN(10)
		issued := first.AddDays(u.rng.IntN(days))
		from := issued.AddDays(u.rng.IntN(30))
		to := from.AddDays(90 + u.rng.IntN(640))
		row := []any{id, "N" + id, employer, region, nationality, pick(u.rng, industries), nil, int64(workers), issued.String(), from.String(), to.String(),
			nil, float64(20_000 + u.rng.IntN(60_000)), "RUB", uniformSource, true}
		if err := out[1].Write(row); err != nil {
			return err
		}
		if i%10 > 0 {
			continue
		}
		on := from.AddDays(1 + u.rng.IntN(to.Sub(from)-1))
		row = []any{"R" + id, region, nationality, employer, id, on.String(), int64(1 + u.rng.IntN(workers)), string(labour.Returned), nil, uniformSource, true}
		if err := out[2].Write(row); err != nil {
			return err
		}
	}
	return nil
}
