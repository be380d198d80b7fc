// Tells the page around an embed what it has to know: how tall the embed is, now and whenever that changes; what it shows,
// once it is there and whenever a reader has chosen something else; and which row of its table a reader has selected. Any page
// may hear it: it is what the page itself has chosen, and the browser has looked already at who may show it. A live embed looks
// now and then for a newer release.
(() => {
  const main = document.querySelector('main')
  const page = document.documentElement
  const tell = (message) => {
    const height = Math.ceil(page.getBoundingClientRect().height)
    if (parent !== window && height > 0) parent.postMessage({ homebound: { height, ...message } }, '*')
  }
  new ResizeObserver(() => tell()).observe(page)

  const shown = main.dataset
  if (!shown.chart) return
  const { release, live } = shown
  const text = (cell) => cell.textContent.trim()
  const loaded = () => tell({
    loaded: {
      chart: shown.chart, release: Number(release), live: live !== undefined, address: location.href, lang: page.lang,
      title: text(main.querySelector('h1')), print: new URL(shown.print, location.href).href,
    },
  })
  addEventListener('load', loaded)

  // One row can be reached by Tab, the others from there by the arrow keys.
  const table = main.querySelector('table')
  const rows = () => [...table.tBodies[0].rows]
  const key = (cell) => cell.dataset.key ?? text(cell) // the same in every language
  const select = (row) => {
    rows().forEach((other) => { other.ariaCurrent = String(other === row); other.tabIndex = other === row ? 0 : -1 })
    const heads = [...table.tHead.rows[0].cells].map(key)
    tell({ selected: { chart: shown.chart, release: Number(release), row: Object.fromEntries(heads.map((head, i) => [head, key(row.cells[i])])) } })
  }
  const arrange = () => rows().forEach((row, i) => { row.tabIndex = i ? -1 : 0 })
  arrange()
  main.addEventListener('shown', () => { arrange(); loaded() }) // figure.js says so
  table.addEventListener('click', ({ target }) => {
    const row = target.closest('tbody tr')
    if (row) select(row)
  })
  table.addEventListener('keydown', (event) => {
    const all = rows()
    const at = all.indexOf(event.target)
    const to = all[at + { ArrowDown: 1, ArrowUp: -1 }[event.key]]
    if (at >= 0 && (event.key === 'Enter' || event.key === ' ')) select(event.target)
    else if (to) to.focus()
    else return
    event.preventDefault()
  })

  // Whoever looks at a live embed for long sees the next release, and whoever does not look asks for nothing.
  if (live === undefined) return
  const look = async () => {
    if (document.hidden) return
    try {
      const now = (await fetch(location.href, { method: 'HEAD', cache: 'no-cache' })).headers.get('Homebound-Release')
      if (now && now !== release) location.reload()
    } catch { /* The reader is offline, or the page gives the frame no origin. */ }
  }
  addEventListener('online', look)
  setInterval(look, 5 * 60 * 1000)
})()
