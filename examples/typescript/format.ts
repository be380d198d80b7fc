// Figures as text. Three things look alike in a chart and are not: 0 is a finding, null is not known, and a masked figure is
// near the real one. None of these functions ever shows one as another.

/** What a row, a report or an estimate says of its figures. */
export interface Known {
  coverage?: 'COMPLETE' | 'PARTIAL' | 'NONE' | undefined
  perturbed?: boolean | undefined
}

const words = { unknown: 'not known', least: 'at least ', about: 'about ' }

/** A count: `1,234`, `at least 1,234` where a part is known, `about 1,234` where it is masked, `not known` where it is null. */
export function figure(value: number | null | undefined, known: Known = {}, locale = 'en'): string {
  if (value == null || known.coverage === 'NONE') return words.unknown
  const text = value.toLocaleString(locale, { maximumFractionDigits: 1 })
  if (known.perturbed) return words.about + text
  return known.coverage === 'PARTIAL' ? words.least + text : text
}

/** An amount: `9.1 billion RUB`. */
export function money(value: number | null | undefined, currency: string, locale = 'en'): string {
  if (value == null) return words.unknown
  return `${short(value, locale)} ${currency}`
}

/** An estimate with its uncertainty, never without: `9.1 billion RUB (2.8 to 17.5)`. */
export function estimate(e: { central: number; p5: number; p95: number; unit: string } | null | undefined, locale = 'en'): string {
  if (!e) return words.unknown
  return `${money(e.central, e.unit, locale)} (${short(e.p5, locale)} to ${short(e.p95, locale)})`
}

function short(value: number, locale: string): string {
  return value.toLocaleString(locale, { notation: 'compact', compactDisplay: 'long', maximumSignificantDigits: 3 })
}
