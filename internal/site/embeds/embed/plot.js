// A drawing of the server that can be asked: by mouse, by touch and by keyboard. Its marks carry the words that they tell, as
// the server wrote them when it drew.
import { button, made, say } from './share.js'

let numbered = 0

/** A Plot is a picture's drawing within the page. */
export class Plot {
  #hidden = new Set() // numbers of the series that are out of sight
  #marks = []
  #at // the mark that is told

  /** @param picture the server's; @param changed is told the numbers of series that a reader has put out of sight */
  constructor(picture, changed) {
    this.changed = changed
    this.tip = made('div', { class: 'tip', hidden: true, 'aria-hidden': 'true' })
    this.heard = made('p', { class: 'figure-heard', role: 'status' })
    this.described = made('p', { class: 'figure-heard', id: `described-${++numbered}` })
    this.box = made('div', { class: 'plot', tabindex: '0', role: 'application', 'aria-describedby': this.described.id })
    this.series = made('div', { class: 'series', role: 'group', 'aria-label': say('series') })
    this.frame = made('div', { class: 'drawing' }, this.box, this.described, this.heard, this.series)
    picture.before(this.frame)
    picture.classList.add('drawn')
    this.box.addEventListener('pointermove', (event) => { if (event.pointerType === 'mouse') this.#point(event) })
    this.box.addEventListener('pointerleave', (event) => { if (event.pointerType === 'mouse') this.#leave() })
    this.box.addEventListener('click', (event) => this.#point(event, true))
    this.box.addEventListener('keydown', (event) => this.#key(event))
    this.box.addEventListener('blur', () => this.#leave())
    document.addEventListener('keydown', ({ key }) => { if (key === 'Escape') this.#leave() })
    document.addEventListener('pointerdown', ({ target }) => { if (!this.box.contains(target)) this.#leave() })
  }

  /** draw shows a drawing in the place of the one before, with series out of sight by their numbers. */
  draw(svg, hidden) {
    this.#hidden = new Set(hidden)
    svg.setAttribute('aria-hidden', 'true')
    svg.removeAttribute('role')
    const title = svg.querySelector('title')
    const description = svg.querySelector('desc')
    this.box.setAttribute('aria-label', say('plot', title.textContent))
    this.described.textContent = description.textContent
    title.remove() // browsers would show it beside the tip
    description.remove()
    this.#leave()
    this.svg = svg
    this.box.replaceChildren(svg, this.tip)
    this.#legend()
  }

  /** say has screen readers say something. */
  say(words) {
    this.heard.textContent = words
  }

  // legend has a button for each series, where there are several.
  #legend() {
    const names = []
    for (let i = 1; this.svg.hasAttribute(`data-series-${i}`); i++) names.push(this.svg.getAttribute(`data-series-${i}`))
    this.series.replaceChildren()
    this.series.hidden = names.length < 2
    names.forEach((name, i) => {
      const number = String(i + 1)
      const toggle = button(name, () => {
        if (!this.#hidden.delete(number)) this.#hidden.add(number)
        toggle.setAttribute('aria-pressed', !this.#hidden.has(number))
        this.#leave()
        this.#see(names)
        this.changed([...this.#hidden].sort((a, b) => a - b))
      }, { 'aria-pressed': !this.#hidden.has(number) })
      if (names.length > 1) this.series.append(toggle)
    })
    this.#see(names)
  }

  #see(names) {
    for (const mark of this.svg.querySelectorAll('[data-series]')) {
      if (this.#hidden.has(mark.dataset.series)) mark.setAttribute('display', 'none')
      else mark.removeAttribute('display')
    }
    this.#marks = [...this.svg.querySelectorAll('[data-value]:not([display])')].map((element) => {
      const { x, y, width, height } = element.getBBox()
      const series = element.dataset.series
      return { element, box: { x, y, width, height }, series, name: series && names.length > 1 ? names[series - 1] : '' }
    })
  }

  // point tells the mark at the pointer: the one that it is within, else the nearest.
  #point({ clientX, clientY }, spoken = false) {
    const matrix = this.svg.getScreenCTM()
    if (!matrix || !this.#marks.length) return
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse())
    const within = document.elementsFromPoint(clientX, clientY).map((hit) => this.#marks.find(({ element }) => element === hit)).find(Boolean)
    const far = ({ box }) => Math.hypot(Math.max(box.x - x, 0, x - box.x - box.width), Math.max(box.y - y, 0, y - box.y - box.height))
    const nearest = this.#marks.reduce((best, mark) => (far(mark) < far(best) || (far(mark) === far(best) && area(mark) < area(best)) ? mark : best))
    if (!within && far(nearest) > 60) this.#leave()
    else this.#tell(within ?? nearest, spoken)
  }

  // key goes along a series by the arrows to the left and right, and from one series to another by those up and down.
  #key(event) {
    const ranks = [...new Set(this.#marks.map(({ series }) => series))]
    const along = (series) => this.#marks.filter((mark) => mark.series === series)
    const now = this.#marks.includes(this.#at) ? this.#at : undefined
    const own = along(now ? now.series : ranks[0])
    const at = own.indexOf(now)
    const other = (step) => {
      const next = along(ranks[ranks.indexOf(now?.series) + step])
      const middle = ({ box }) => box.x + box.width / 2
      return next.length && next.reduce((best, mark) => (Math.abs(middle(mark) - middle(now)) < Math.abs(middle(best) - middle(now)) ? mark : best))
    }
    const flat = ranks.length < 2
    const to = {
      ArrowRight: () => own[at + 1], ArrowLeft: () => (now ? own[at - 1] : own.at(-1)), Home: () => own[0], End: () => own.at(-1),
      ArrowDown: () => (flat || !now ? own[at + 1] : other(1)), ArrowUp: () => (flat || !now ? own[at - 1] : other(-1)),
    }[event.key]
    if (!to) return
    event.preventDefault()
    this.#tell(to() || now || own[0], true)
  }

  #tell(mark, spoken) {
    if (!mark) return
    if (mark !== this.#at) {
      this.#at?.ring?.remove()
      this.#at = mark
      const { label, value, more } = mark.element.dataset
      const parts = [made('strong', {}, value), made('span', {}, label)]
      if (mark.name) parts.push(made('span', {}, mark.name))
      if (more) parts.push(made('span', {}, more))
      this.tip.replaceChildren(...parts)
      this.tip.hidden = false
      mark.ring = this.#ring(mark.element)
      this.#place(mark.element)
    }
    if (spoken) this.say([...this.tip.children].map((part) => part.textContent).join('. '))
  }

  // ring outlines a mark.
  #ring(element) {
    const ring = element.cloneNode()
    for (const name of ['data-series', 'data-label', 'data-value', 'data-more', 'fill-opacity', 'stroke-dasharray']) ring.removeAttribute(name)
    ring.setAttribute('class', 'ring')
    ring.setAttribute('fill', 'none')
    ring.setAttribute('stroke', 'currentColor')
    ring.setAttribute('stroke-width', '2')
    if (ring.hasAttribute('r')) ring.setAttribute('r', '8')
    this.svg.append(ring)
    return ring
  }

  // place puts the tip above a mark, below where there is no room, and never beyond the edge.
  #place(element) {
    const outer = this.box.getBoundingClientRect()
    const mark = element.getBoundingClientRect()
    const { width, height } = this.tip.getBoundingClientRect()
    const left = mark.left + mark.width / 2 - outer.left - width / 2
    const above = mark.top - outer.top - height - 12
    this.tip.style.left = `${Math.max(0, Math.min(left, outer.width - width))}px`
    this.tip.style.top = `${above < 0 ? Math.min(mark.bottom - outer.top + 12, outer.height - height) : above}px`
  }

  #leave() {
    this.#at?.ring?.remove()
    this.#at = undefined
    this.tip.hidden = true
  }
}

const area = ({ box }) => box.width * box.height
