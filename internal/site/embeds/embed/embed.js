// Homebound's charts in other pages. This puts the chart that a figure names in the figure's place:
//
//   <figure data-homebound="stock" data-region="RU-FD-FE"><a href="...">a link, for where no scripts run</a></figure>
//   <script async src="https://homebound.example/embed.js"></script>
//
// Every data attribute is a parameter of the chart, but for data-release, which names the release to keep to. A figure's
// caption stays. Figures that come later are found, too, and it does not matter how often this is included.
(() => {
  const script = document.currentScript
  if (!script || !script.src) return // a module, or pasted text: there is no telling whose charts are meant
  const { origin } = new URL(script.src)
  const home = new URL('.', script.src) // where the server answers, perhaps below a path of its host
  const wanted = 'figure[data-homebound]'

  // Names of attributes have no dots and no capital letters; dataset gives the letters back, and this the dots:
  // data-period-from is period.from, and data-scenario-relative-wage-low is scenario.relativeWage.low.
  const parameter = (name) => name
    .replace(/^(period|scenario)(?=[A-Z])|(?=(?:Low|Central|High)$)/g, '$1.')
    .replace(/\.[A-Z]/g, (letter) => letter.toLowerCase())

  const addressOf = (figure) => {
    const { homebound, release, ...given } = figure.dataset
    const path = `embed/${encodeURIComponent(homebound)}`
    const address = new URL(release ? `releases/${encodeURIComponent(release)}/${path}` : path, home)
    for (const name of Object.keys(given).sort()) {
      // Attributes without a value are other programs' marks, as Vue leaves them on all that it draws; but to name no
      // nationality is to mean all of them.
      if (given[name] !== '' || /^(nationalities|scenarioNationalities)$/.test(name)) address.searchParams.set(parameter(name), given[name])
    }
    return address.href
  }

  const upgrade = (figure) => {
    if (figure.querySelector(':scope > iframe')) return
    const frame = document.createElement('iframe')
    const link = figure.querySelector('a')
    frame.title = (link && link.textContent.trim()) || `Homebound: ${figure.dataset.homebound}`
    frame.loading = 'lazy'
    frame.referrerPolicy = 'no-referrer'
    Object.assign(frame.style, { display: 'block', width: '100%', height: '30rem', border: '0' })
    frame.src = addressOf(figure)
    for (const child of [...figure.childNodes]) if (child.nodeName !== 'FIGCAPTION') child.remove()
    figure.prepend(frame)
  }

  const search = (node) => {
    if (node.nodeType !== Node.ELEMENT_NODE) return
    if (node.matches(wanted)) upgrade(node)
    node.querySelectorAll(wanted).forEach(upgrade)
  }

  // A frame's height is the word of that frame alone, and only while it shows a page of the script's own origin.
  addEventListener('message', ({ origin: from, source, data }) => {
    const height = data && data.homebound && data.homebound.height
    if (from !== origin || !(height > 0 && height < 100000)) return
    for (const frame of document.querySelectorAll(`${wanted} > iframe`)) {
      if (frame.contentWindow === source) frame.style.height = `${height}px`
    }
  })

  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(search)))
    .observe(document, { childList: true, subtree: true })
  search(document.documentElement)
})()
