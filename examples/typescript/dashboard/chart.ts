import { figure } from '../format.js'
import { shape } from './dom.js'

export interface Bar {
  label: string
  value: number | null | undefined
  synthetic: boolean
}

const width = 480
const height = 220
const foot = 24
const head = 18

/** Draws figures by year. A bar of made-up rows is an outline; a year that is not known has no bar and a question mark. */
export function bars(list: Bar[], title: string): SVGElement {
  const highest = Math.max(1, ...list.map(({ value }) => value ?? 0))
  const step = width / Math.max(1, list.length)
  const up = (value: number) => ((height - foot - head) * value) / highest
  const drawn = list.flatMap(({ label, value, synthetic }, i) => {
    const middle = { x: (i + 0.5) * step, 'text-anchor': 'middle' }
    const name = shape('text', { ...middle, y: height - 8 }, list.length > 12 ? `’${label.slice(-2)}` : label)
    if (value == null) return [name, shape('text', { ...middle, y: height - foot - 6 }, '?')]
    const box = { x: i * step + 2, width: step - 4, y: height - foot - up(value), height: up(value) }
    return [
      name,
      shape('rect', { ...box, class: synthetic ? 'made-up' : 'bar' }, shape('title', {}, `${label}: ${figure(value)}${synthetic ? ', made up' : ''}`)),
    ]
  })
  const most = shape('text', { x: 0, y: 12 }, figure(highest))
  const axis = shape('path', { class: 'axis', d: `M0 ${height - foot}H${width}` })
  return shape('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title }, most, axis, ...drawn)
}

export interface Span {
  label: string
  low: number
  middle: number
  high: number
  text: string
}

/** Draws estimates with their ranges, one under another on one scale. */
export function ranges(list: Span[], title: string): SVGElement {
  const [least, most] = [Math.min(0, ...list.map(({ low }) => low)), Math.max(1, ...list.map(({ high }) => high))]
  const at = (value: number) => 6 + ((width - 12) * (value - least)) / (most - least)
  const drawn = list.flatMap(({ label, low, middle, high, text }, i) => {
    const y = i * 52
    return [
      shape('text', { x: 0, y: y + 14 }, `${label}: ${text}`),
      shape('path', { class: 'range', d: `M${at(low)} ${y + 32}H${at(high)}` }),
      shape('circle', { class: 'reported', cx: at(middle), cy: y + 32, r: 5 }),
    ]
  })
  const tall = list.length * 52
  const zero = shape('path', { class: 'axis', d: `M${at(0)} 20V${tall}` })
  return shape('svg', { viewBox: `0 0 ${width} ${tall}`, role: 'img', 'aria-label': title }, zero, ...drawn)
}
