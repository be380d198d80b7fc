// Pictures that answer back, where scripts run. A page is whole without this: the server draws every picture and writes every
// table, form and snippet, and this asks it for them again. It computes no figure and draws none.
import { button, copiers, made, say, shareDialog } from './share.js'
import { Plot } from './plot.js'
import { Tabs } from './tabs.js'

const home = new URL('.', import.meta.url)

/** A Figure is a picture of the server on a page, an embed's or another's. */
class Figure {
  #asked = 0 // how often the picture has been asked for

  /** @param root the element around the picture; @param picture the server's; @param address of its embed;
   *  @param own whether the page is of this picture alone, so that its address is the picture's */
  constructor(root, picture, address, own, key) {
    Object.assign(this, { root, picture, address, own, key })
    this.begun = new URL(address)
    this.tools = made('div', { class: 'tools' })
    this.status = made('p', { class: 'figure-status', role: 'status' })
    picture.after(this.tools, this.status)
    this.panel = made('div', { class: 'panel' }) // of the tabs of chart and map
    picture.before(this.panel)
    this.panel.append(picture)
    this.#share()
    this.#controls()
    if (root.matches('main')) this.#views(document)
    this.#restore()
    whenNear(root, () => {
      this.#inline()
      if (!this.tabs) this.parts().then((page) => this.#views(page), () => { /* the picture stays as it is */ })
    })
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#inline())
    matchMedia('(max-width: 559px)').addEventListener('change', () => this.#inline())
  }

  /** parts returns the embed's page, which has all that goes with the picture. */
  async parts() {
    const { address } = this
    if (this.whole?.address !== address.href) {
      const answer = await fetch(address)
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      if (!answer.ok) throw new Error(page.querySelector('main p')?.textContent ?? answer.statusText)
      this.whole = { address: address.href, page }
    }
    return this.whole.page
  }

  /** show asks for the picture at another address, puts it in this one's place, and keeps the address. */
  async show(address) {
    const asked = ++this.#asked
    const before = this.address
    this.address = address
    this.#select()
    try {
      const page = await this.parts()
      const around = this.own && !this.root.matches('main') && await this.#around()
      if (asked !== this.#asked) return // a later choice has overtaken this one
      this.#replace(page)
      if (around) this.#surround(around)
      await this.#inline()
      this.#keep()
      this.status.textContent = ''
      this.plot?.say(say('redrawn', page.querySelector('main img').alt))
    } catch (error) {
      if (asked !== this.#asked) return
      this.address = before
      this.#select()
      this.status.textContent = say('failed', error instanceof TypeError ? say('offline') : error.message)
    }
  }

  // replace takes the picture, its table and what goes with it from the embed's page.
  #replace(page) {
    const image = page.querySelector('main > picture')
    this.picture.replaceChildren(...[...image.children].map((part) => document.importNode(part, true)))
    const title = page.querySelector('h1').textContent
    const notes = [...page.querySelectorAll('main > .note')].map((note) => document.importNode(note, true))
    if (this.root.matches('main')) {
      this.root.querySelector('h1').textContent = title
      this.root.querySelectorAll(':scope > .note').forEach((note) => note.remove())
      this.status.after(...notes)
      Object.assign(this.root.dataset, page.querySelector('main').dataset)
    } else {
      const caption = this.root.querySelector('figcaption')
      if (caption) caption.textContent = [title, ...notes.map((note) => note.textContent.trim())].join('. ')
    }
    this.root.querySelector('table')?.replaceChildren(...[...page.querySelector('table').children].map((part) => document.importNode(part, true)))
    this.#views(page)
    const form = this.root.querySelector('.controls form')
    if (form && !form.contains(document.activeElement)) form.replaceWith(this.#form(page))
    this.#links(page)
  }

  // links has the files that the page names be those of what is shown.
  #links(page) {
    const changed = ofView.reduce((a, name) => withOr(a, name), this.address).href !== ofView.reduce((a, name) => withOr(a, name), this.begun).href
    for (const link of this.root.querySelectorAll('a[href]:not(.sharing a)')) {
      const [, ending] = /\/(?:charts|embed)\/[a-z]+\.([a-z]+)(?:\?|$)/.exec(link.href) ?? []
      if (ending) link.href = new URL(`${this.#name()}.${ending}${this.address.search}`, this.address)
      else if (/\/(?:graphiql|export)\b/.test(link.href)) link.hidden = changed // of what the page began with
    }
    const source = this.root.matches('main') && this.root.querySelector('.source')
    if (source) source.textContent = page.querySelector('.source').textContent
  }

  // inline puts the drawing itself in the picture's place, where it can be asked: in the theme and the width that is shown.
  async #inline() {
    const shown = [...this.picture.querySelectorAll('source')].find(({ media }) => matchMedia(media).matches)?.srcset ?? this.picture.querySelector('img').src
    try {
      const answer = await fetch(shown)
      if (!answer.ok) return // the picture stays as it is
      const svg = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml').documentElement
      if (svg.localName !== 'svg') return
      this.plot ??= new Plot(this.picture, (numbers) => {
        this.address = withOr(this.address, 'hide', numbers.join())
        this.#keep()
      })
      this.plot.draw(document.importNode(svg, true), this.address.searchParams.get('hide')?.split(','))
    } catch { /* The reader is offline: the picture stays. */ }
  }

  #share() {
    const section = this.root.querySelector('details.share')
    const open = async () => {
      try {
        const page = await this.parts()
        this.dialog?.remove()
        this.dialog = shareDialog(document.importNode(page.querySelector('details.share'), true))
        this.status.after(this.dialog)
        this.dialog.showModal()
      } catch {
        location.assign(this.address) // which has the same as links
      }
    }
    section?.remove()
    this.root.querySelectorAll('a.share').forEach((link) => link.remove())
    this.tools.append(button(say('share'), open, { 'aria-haspopup': 'dialog' }))
  }

  // controls takes the form of the embed's page, at first when a reader wants it, and asks for what is chosen in it.
  async #controls() {
    const given = this.root.querySelector('details.controls')
    const section = given ?? made('details', { class: 'controls' }, made('summary', {}, say('controls')))
    if (given) {
      given.querySelector('form').replaceWith(this.#form(document))
    } else {
      this.status.after(section)
      section.addEventListener('toggle', async () => {
        if (!section.open || section.querySelector('form')) return
        try {
          section.append(this.#form(await this.parts()))
        } catch {
          location.assign(this.address)
        }
      })
    }
  }

  #form(page) {
    const form = document.importNode(page.querySelector('.controls form'), true)
    form.querySelector('button').hidden = true
    let waiting
    form.addEventListener('input', ({ target }) => {
      const output = target.parentElement.querySelector('output')
      if (output) output.value = target.value
      clearTimeout(waiting)
      waiting = setTimeout(() => this.show(this.#chosen(form)), target.type === 'range' || target.type === 'date' ? 300 : 0)
    })
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.show(this.#chosen(form))
    })
    return form
  }

  // chosen is the address of what a form has: a value that means the same as none is left out.
  #chosen(form) {
    const address = new URL(this.address)
    for (const [name, value] of new FormData(form)) {
      if (ofView.includes(name)) continue // which forms that are sent carry along
      const field = form.elements[name]
      if (value === (field.dataset.default ?? '') && !(name.endsWith('nationalities') && value === '')) address.searchParams.delete(name)
      else address.searchParams.set(name, value)
    }
    address.searchParams.sort()
    return address
  }

  // views are tabs: the picture, another of the same figures, and their table.
  #views(page) {
    this.links = [...page.querySelectorAll('nav.views a')]
    if (!this.tabs) {
      this.tabs = new Tabs(say('views'), (name) => this.#turn(name))
      this.figures = made('div', { class: 'panel' }, ...[...page.querySelector('details.figures').children].filter((part) => !part.matches('summary')))
      this.root.querySelectorAll('nav.views, details.figures').forEach((part) => part.remove())
      this.panel.before(this.tabs.list)
      this.panel.after(this.figures)
    }
    this.tabs.offer(this.links.map(({ dataset, textContent }) => ({
      name: dataset.view, text: textContent, panel: dataset.view === 'table' ? this.figures : this.panel,
    })))
    this.#select()
  }

  // turn shows another of the views. Picture and table of the same figures are both there.
  #turn(name) {
    const to = new URL(this.links.find(({ dataset }) => dataset.view === name).getAttribute('href'), this.address)
    if (name === 'chart' && this.charted) to.pathname = this.charted // back from the map to what it was opened from
    if (name !== 'table' && to.pathname !== this.address.pathname) {
      if (this.#name() !== 'map') this.charted = this.address.pathname
      return this.show(to)
    }
    this.address = withOr(this.address, 'view', name === 'table' ? name : '')
    this.#select()
    return this.#keep()
  }

  #select() {
    this.tabs?.select(this.address.searchParams.get('view') ?? (this.#name() === 'map' ? 'map' : 'chart'))
  }

  // around returns the content of the page that the server has for what is shown, where a page is of this picture alone.
  async #around() {
    const answer = await fetch(this.#page())
    return new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main')
  }

  // surround puts words, table and links around the figure in the place of those of what was shown before.
  #surround(main) {
    const own = this.root.parentElement
    for (const part of [...own.children]) if (part !== this.root) part.remove()
    const parts = [...main.children].map((part) => document.importNode(part, true))
    const at = parts.findIndex((part) => part.matches('figure'))
    this.root.before(...parts.slice(0, at))
    this.root.after(...parts.slice(at + 1))
    copiers(own)
  }

  // page is the address of the page that shows this: the picture's own where the page is of this alone, else with a
  // parameter of its name.
  #page() {
    const page = new URL(location.href)
    if (this.own) {
      page.pathname = page.pathname.replace(/[a-z]+\/?$/, this.#name())
      page.search = this.address.search
    } else if (this.address.href === this.begun.href) page.searchParams.delete(this.key)
    else page.searchParams.set(this.key, this.#name() + this.address.search)
    return page
  }

  // keep puts what is shown into the page's address, so that a reload and a link show the same, in each language.
  #keep() {
    const page = this.#page()
    history.replaceState(history.state, '', page)
    for (const link of document.querySelectorAll('a[data-lang]')) {
      const lang = new URL(link.href).searchParams.get('lang')
      link.href = withOr(page, 'lang', lang ?? '')
    }
    if (this.own) this.root.dispatchEvent(new Event('shown'))
  }

  #name() {
    return this.address.pathname.split('/').pop()
  }

  // restore shows what the page's address says of this picture.
  #restore() {
    const kept = !this.own && new URL(location.href).searchParams.get(this.key)
    if (kept && /^[a-z]+(\?|$)/.test(kept)) this.show(withOr(new URL(kept, this.address), 'lang', this.begun.searchParams.get('lang') ?? ''))
  }
}

// ofView are the parameters of what a reader sees of a picture; the server draws it whole.
const ofView = ['hide', 'view']

// withOr returns an address with a parameter, without it where it says nothing.
function withOr(address, name, value) {
  const other = new URL(address)
  if (value) other.searchParams.set(name, value)
  else other.searchParams.delete(name)
  return other
}

// whenNear acts once, when a reader comes near to an element.
function whenNear(element, act) {
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return
    watch.disconnect()
    act()
  }, { rootMargin: '400px' })
  watch.observe(element)
}

// addressOf returns the address of the embed of a picture's file; undefined where it is another's.
function addressOf(image) {
  const address = new URL(image.src, document.baseURI)
  const path = address.href.startsWith(home.href) && address.href.slice(home.href.length).split('?')[0]
  const [, release, name] = /^(releases\/\d+\/)?(?:charts|embed)\/([a-z]+)\.svg$/.exec(path) ?? []
  if (!name) return undefined
  const embed = new URL(`${release ?? ''}embed/${name}${address.search}`, home)
  for (const drawing of ['theme', 'width']) embed.searchParams.delete(drawing)
  return embed
}

copiers(document)
if (!document.querySelector('link[href$="/figure.css"]')) {
  document.head.append(made('link', { rel: 'stylesheet', href: new URL('figure.css', home).href }))
}
// A frame in a sandbox has no origin, and may ask the server nothing: its picture stays, and what there is to share is there.
if (self.origin !== 'null') {
  const counted = {}
  for (const image of document.querySelectorAll('figure picture > img, main[data-chart] > picture > img')) {
    const address = addressOf(image)
    if (!address) continue
    const embed = image.closest('main[data-chart]')
    const name = address.pathname.split('/').pop()
    counted[name] = (counted[name] ?? 0) + 1
    const key = counted[name] > 1 ? `${name}-${counted[name]}` : name
    const own = Boolean(embed) || location.pathname.replace(/\/$/, '').endsWith(`/charts/${name}`)
    const seen = new URL(location.href).searchParams
    const shown = own && !embed ? ofView.reduce((a, view) => withOr(a, view, seen.get(view)), address) : address
    new Figure(image.closest('figure') ?? embed, image.parentElement, embed ? new URL(location.href.split('#')[0]) : shown, own, key)
  }
}
