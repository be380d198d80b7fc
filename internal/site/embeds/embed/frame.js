// Tells the page around an embed how tall the embed is, now and whenever that changes. Any page may hear it: how tall a chart
// is that the page itself has chosen is no secret, and the browser has looked already at who may show it.
if (parent !== window) {
  const page = document.documentElement
  new ResizeObserver(() => {
    const height = Math.ceil(page.getBoundingClientRect().height)
    if (height > 0) parent.postMessage({ homebound: { height } }, '*')
  }).observe(page)
}
