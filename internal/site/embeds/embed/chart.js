// <homebound-chart>: a chart of Homebound as an element, beside the figure that embed.js fills.
//
//   <script type="module" src="https://homebound.example/homebound-chart.js"></script>
//   <homebound-chart chart="stock" region="RU-FD-FE"><a href="...">a link, for where no scripts run</a></homebound-chart>
//
// Its attributes are the parameters of the chart; with data- in front they are read, too, so that a figure's can be kept.
// Others are left alone. It tells what happens by the events loaded, resized and selected, has no style or script in the
// page, and needs of the page's policy script-src and frame-src, and img-src for print.

// The parameters that there are, put in by the server: names of variables, and of the objects that have parts.
const { plain, parts } = /* parameters */ { plain: [], parts: {} }
const server = new URL('.', import.meta.url)

const camel = (name) => name.replace(/-+([a-z])/g, (_, letter) => letter.toUpperCase())

// An attribute's name is the parameter's in small letters, with hyphens for dots and before capitals.
const parameterOf = (attribute) => {
  const name = attribute.replace(/^data-/, '')
  if (plain.includes(camel(name))) return camel(name)
  const head = Object.keys(parts).find((part) => name.startsWith(`${part}-`))
  return head && `${parts[head]}.${camel(name.slice(head.length + 1)).replace(/(?<=[a-z])(Low|Central|High)$/, (end) => `.${end.toLowerCase()}`)}`
}

const sheet = new CSSStyleSheet()
sheet.replaceSync(`
  :host { display: block; }
  :host([hidden]) { display: none; }
  iframe { display: block; width: 100%; height: 30rem; border: 0; }
  img { display: none; width: 100%; height: auto; }
  @media print {
    .printable iframe { display: none; }
    .printable img { display: block; break-inside: avoid; max-height: 24cm; object-fit: contain; }
  }
`)

export class HomeboundChart extends HTMLElement {
  #frame = document.createElement('iframe')
  #image = document.createElement('img')
  #box = document.createElement('div')
  #address = ''
  #due = false
  #watch = new MutationObserver(() => this.#update())
  #hear = (event) => this.#heard(event)

  constructor() {
    super()
    this.#frame.loading = 'lazy'
    this.#frame.referrerPolicy = 'no-referrer'
    this.#image.addEventListener('load', () => this.#box.classList.add('printable'))
    this.#image.addEventListener('error', () => this.#box.classList.remove('printable'))
    const root = this.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [sheet]
    root.append(this.#box)
  }

  connectedCallback() {
    this.#watch.observe(this, { attributes: true })
    addEventListener('message', this.#hear)
    this.#update()
  }

  disconnectedCallback() {
    this.#watch.disconnect()
    removeEventListener('message', this.#hear)
    this.#frame.remove()
    this.#address = ''
  }

  /** The address of what is shown. */
  get address() {
    const given = (name) => this.getAttribute(name) ?? this.getAttribute(`data-${name}`)
    const path = `embed/${encodeURIComponent(given('chart') ?? given('homebound') ?? '')}`
    const release = given('release')
    const address = new URL(release ? `releases/${encodeURIComponent(release)}/${path}` : path, server)
    for (const { name, value } of this.attributes) {
      const parameter = parameterOf(name)
      // To name no nationality is to mean all of them; other empty attributes say nothing.
      if (parameter && (value !== '' || /(^|\.)nationalities$/.test(parameter))) address.searchParams.set(parameter, value)
    }
    address.searchParams.sort()
    return address.href
  }

  // Attributes that are set one after the other are one change.
  #update() {
    if (this.#due) return
    this.#due = true
    queueMicrotask(() => {
      this.#due = false
      const { address } = this
      if (!this.isConnected || address === this.#address) return
      this.#address = address
      this.#box.classList.remove('printable')
      this.#frame.title = this.getAttribute('title') || this.textContent.trim() || `Homebound: ${this.getAttribute('chart')}`
      this.#frame.src = address
      if (!this.#frame.isConnected) this.#box.append(this.#frame, this.#image)
    })
  }

  #heard({ origin, source, data }) {
    const told = data?.homebound
    if (!told || origin !== server.origin || source !== this.#frame.contentWindow || source === null) return
    if (told.height > 0 && told.height < 100000 && `${told.height}px` !== this.#frame.style.height) {
      this.#frame.style.height = `${told.height}px`
      this.#tell('resized', { height: told.height })
    }
    if (told.loaded) {
      const { title, print } = told.loaded
      this.#frame.title = String(title)
      this.#image.alt = String(title)
      if (String(print).startsWith(server.href)) this.#image.src = print
      this.#tell('loaded', told.loaded)
    }
    if (told.selected) this.#tell('selected', told.selected)
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
  }
}

if (!customElements.get('homebound-chart')) customElements.define('homebound-chart', HomeboundChart)
