// Pictures that answer back, where scripts run. A page is whole without this: the server draws every picture and writes every
// table, form and snippet, and this asks it for them again. It computes no figure and draws none.
import { button, made, say, shareDialog } from './share.js'
import { Plot } from './plot.js'

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
    this.#share()
    this.#controls()
    this.#restore()
    whenNear(root, () => this.#inline())
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#inline())
    matchMedia('(max-width: 559px)').addEventListener('change', () => this.#inline())
  }

  /** parts returns the embed's page, which has all that goes with the picture. */
  async parts() {
    if (this.whole?.address !== this.address.href) {
      const answer = await fetch(this.address)
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      if (!answer.ok) throw new Error(page.querySelector('main p')?.textContent ?? answer.statusText)
      this.whole = { address: this.address.href, page }
    }
    return this.whole.page
  }

  /** show asks for the picture at another address, puts it in this one's place, and keeps the address. */
  async show(address) {
    const asked = ++this.#asked
    const before = this.address
    this.address = address
    try {
      const page = await this.parts()
      if (asked !== this.#asked) return // a later choice has overtaken this one
      this.#replace(page)
      await this.#inline()
      this.#keep()
      this.status.textContent = ''
      this.plot?.say(say('redrawn', page.querySelector('main img').alt))
    } catch (error) {
      if (asked !== this.#asked) return
      this.address = before
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
    } else {
      const caption = this.root.querySelector('figcaption')
      if (caption) caption.textContent = [title, ...notes.map((note) => note.textContent.trim())].join('. ')
    }
    const table = this.root.querySelector('details table')
    if (table) table.replaceChildren(...[...page.querySelector('table').children].map((part) => document.importNode(part, true)))
    this.root.querySelector('nav.views')?.replaceWith(this.#views(page))
    const form = this.root.querySelector('.controls form')
    if (form && !form.contains(document.activeElement)) form.replaceWith(this.#form(page))
    this.#links(page)
  }

  // links has the files that the page names be those of what is shown.
  #links(page) {
    const changed = this.address.href !== this.begun.href
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
      this.plot ??= new Plot(this.picture)
      this.plot.draw(document.importNode(svg, true))
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
          const page = await this.parts()
          this.picture.previousElementSibling?.before(this.#views(page))
          section.append(this.#form(page))
        } catch {
          location.assign(this.address)
        }
      })
    }
    this.root.querySelector('nav.views')?.replaceWith(this.#views(document))
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
      const field = form.elements[name]
      if (value === (field.dataset.default ?? '') && !(name.endsWith('nationalities') && value === '')) address.searchParams.delete(name)
      else address.searchParams.set(name, value)
    }
    address.searchParams.sort()
    return address
  }

  // views are tabs: another picture of the same, or the table.
  #views(page) {
    const links = [...page.querySelectorAll('nav.views a')]
    const tabs = made('nav', { class: 'views', 'aria-label': say('views') })
    const table = this.root.querySelector('details:has(table)')
    for (const link of links) {
      const isTable = link.dataset.view === 'table'
      const tab = button(link.textContent, () => {
        if (isTable) table.open = !table.open
        else this.show(new URL(link.getAttribute('href'), this.address))
      }, { 'aria-pressed': isTable ? Boolean(table?.open) : link.hasAttribute('aria-current') })
      if (isTable) table?.addEventListener('toggle', () => tab.setAttribute('aria-pressed', table.open))
      if (!isTable || table) tabs.append(tab)
    }
    return tabs
  }

  // keep puts what is shown into the page's address, so that a reload shows the same: the picture's own where the page is of
  // this alone, else a parameter of its name.
  #keep() {
    const page = new URL(location.href)
    if (this.own) {
      page.pathname = page.pathname.replace(/[a-z]+\/?$/, this.#name())
      page.search = this.address.search
    } else if (this.address.href === this.begun.href) page.searchParams.delete(this.key)
    else page.searchParams.set(this.key, this.#name() + this.address.search)
    history.replaceState(history.state, '', page)
  }

  #name() {
    return this.address.pathname.split('/').pop()
  }

  // restore shows what the page's address says of this picture.
  #restore() {
    const kept = !this.own && new URL(location.href).searchParams.get(this.key)
    if (kept && /^[a-z]+(\?|$)/.test(kept)) this.show(new URL(kept, this.address))
  }
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
    new Figure(image.closest('figure') ?? embed, image.parentElement, embed ? new URL(location.href.split('#')[0]) : address, own, key)
  }
}
