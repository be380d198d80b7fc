package impact

import "math"

// beta is the standard beta distribution, prepared for many quantiles. A draw of 10,000 needs as many inversions of
// each PERT range, and an inversion by Newton's method takes microseconds. So either side of the mean has a
// polynomial: with t = u^(1/a) the quantile is a smooth function of t near 0, and likewise from the other end.
type beta struct {
	a, b         float64
	middle       float64 // the probability below the mean
	lower, upper chebyshev
}

const chebyshevTerms = 40

func newBeta(a, b float64) *beta {
	d := &beta{a: a, b: b, middle: incompleteBeta(a, b, a/(a+b))}
	d.lower = side(a, b)
	d.upper = side(b, a)
	return d
}

// side fits the quantile of a beta below its mean as a function of t = u^(1/a).
func side(a, b float64) chebyshev {
	end := math.Pow(incompleteBeta(a, b, a/(a+b)), 1/a)
	return fit(end, func(t float64) float64 { return invert(a, b, math.Pow(t, a)) })
}

// quantile returns x with probability u below it.
func (d *beta) quantile(u float64) float64 {
	if u < d.middle {
		return max(0, d.lower.at(math.Pow(u, 1/d.a)))
	}
	return min(1, 1-d.upper.at(math.Pow(1-u, 1/d.b)))
}

// invert solves incompleteBeta(a, b, x) = u by Newton's method kept within a bracket.
func invert(a, b, u float64) float64 {
	if u <= 0 {
		return 0
	}
	scale := math.Exp(logBeta(a, b))
	low, high := 0.0, 1.0
	x := a / (a + b)
	for range 100 {
		miss := incompleteBeta(a, b, x) - u
		if miss > 0 {
			high = x
		} else {
			low = x
		}
		next := x - miss*scale/(math.Pow(x, a-1)*math.Pow(1-x, b-1))
		if !(next >= low && next <= high) {
			next = (low + high) / 2
		}
		if math.Abs(next-x) <= 1e-16*x {
			return next
		}
		x = next
	}
	return x
}

func logBeta(a, b float64) float64 {
	p, _ := math.Lgamma(a)
	q, _ := math.Lgamma(b)
	r, _ := math.Lgamma(a + b)
	return p + q - r
}

// incompleteBeta returns the probability below x, the regularised incomplete beta function, by its continued fraction
// (DLMF 8.17.22) as Lentz evaluates it. Shapes are 1 to 5, where it converges in a few dozen terms.
func incompleteBeta(a, b, x float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - incompleteBeta(b, a, 1-x)
	}
	front := math.Exp(a*math.Log(x)+b*math.Log1p(-x)-logBeta(a, b)) / a
	const tiny = 1e-300
	f, c, d := 1.0, 1.0, 0.0
	for i := range 200 {
		m := float64(i / 2)
		term := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		switch {
		case i == 0:
			term = 1
		case i%2 == 0:
			term = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		}
		if d = 1 + term*d; math.Abs(d) < tiny {
			d = tiny
		}
		if c = 1 + term/c; math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		f *= c * d
		if math.Abs(c*d-1) < 1e-16 {
			break
		}
	}
	return front * (f - 1)
}

// chebyshev is a polynomial on [0, end] by its coefficients.
type chebyshev struct {
	end          float64
	coefficients [chebyshevTerms]float64
}

func fit(end float64, f func(float64) float64) chebyshev {
	p := chebyshev{end: end}
	var values [chebyshevTerms]float64
	for k := range values {
		values[k] = f(end * (1 + math.Cos(math.Pi*(float64(k)+0.5)/chebyshevTerms)) / 2)
	}
	for j := range p.coefficients {
		for k, v := range values {
			p.coefficients[j] += v * math.Cos(math.Pi*float64(j)*(float64(k)+0.5)/chebyshevTerms)
		}
		p.coefficients[j] *= 2.0 / chebyshevTerms
	}
	return p
}

// at evaluates the polynomial by Clenshaw's recurrence.
func (p *chebyshev) at(t float64) float64 {
	x := 2*t/p.end - 1
	b1, b2 := 0.0, 0.0
	for j := chebyshevTerms - 1; j > 0; j-- {
		b1, b2 = 2*x*b1-b2+p.coefficients[j], b1
	}
	return x*b1 - b2 + p.coefficients[0]/2
}
