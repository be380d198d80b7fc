// Pictures that answer back, where scripts run. A page is whole without this: the server draws every picture and writes every
// table, form and snippet. This asks the server for them again.
import { button, made, say, shareDialog } from './share.js'

const home = new URL('.', import.meta.url)

/** A Figure is a picture of the server on a page, an embed's or another's. */
class Figure {
  /** @param root the element around the picture; @param picture the server's; @param address of its embed */
  constructor(root, picture, address) {
    Object.assign(this, { root, picture, address })
    this.tools = made('div', { class: 'tools' })
    this.picture.after(this.tools)
    this.share()
  }

  /** parts returns the embed's page, which has all that goes with the picture. */
  async parts() {
    if (this.whole?.address !== this.address.href) {
      const answer = await fetch(this.address)
      if (!answer.ok) throw new Error(answer.statusText)
      this.whole = { address: this.address.href, page: new DOMParser().parseFromString(await answer.text(), 'text/html') }
    }
    return this.whole.page
  }

  share() {
    const section = this.root.querySelector('details.share')
    const own = this.root.matches('main') && section // a page's may have less than the embed has
    const open = async () => {
      try {
        this.dialog?.remove()
        this.dialog = shareDialog(own ? own.cloneNode(true) : document.importNode((await this.parts()).querySelector('details.share'), true))
        this.tools.after(this.dialog)
        this.dialog.showModal()
      } catch {
        location.assign(this.address) // which has the same as links
      }
    }
    section?.remove()
    this.root.querySelectorAll('a.share').forEach((link) => link.remove())
    this.tools.append(button(say('share'), open, { 'aria-haspopup': 'dialog' }))
  }
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

for (const image of document.querySelectorAll('figure picture > img, main[data-chart] > picture > img')) {
  const address = addressOf(image)
  if (!address) continue
  const embed = image.closest('main[data-chart]')
  new Figure(image.closest('figure') ?? embed, image.parentElement, embed ? new URL(location.href) : address)
}

if (!document.querySelector('link[href$="/figure.css"]')) {
  document.head.append(made('link', { rel: 'stylesheet', href: new URL('figure.css', home).href }))
}
