// A list of tabs: https://www.w3.org/WAI/ARIA/apg/patterns/tabs. Tab reaches the one that is chosen; the arrow keys, Home and End
// go from one to another, and choose it.
import { button, made } from './share.js'

let numbered = 0

/** A Tabs is a list of tabs, each of a name and words, and of the panel that it shows. */
export class Tabs {
  /** @param label what the tabs are for; @param choose is told the name that a reader has chosen */
  constructor(label, choose) {
    this.choose = choose
    this.list = made('div', { class: 'views', role: 'tablist', 'aria-label': label })
    this.list.addEventListener('keydown', (event) => this.#key(event))
  }

  /** offer has the list be of these tabs: {name, text, panel}. One that stays keeps the focus. */
  offer(tabs) {
    const had = new Map([...this.list.children].map((tab) => [tab.dataset.view, tab]))
    const offered = tabs.map(({ name, text, panel }) => {
      const tab = had.get(name) ?? button('', () => this.choose(name), { role: 'tab', id: `tab-${++numbered}`, 'data-view': name })
      panel.id ||= `panel-${numbered}`
      tab.textContent = text
      tab.panel = panel
      tab.setAttribute('aria-controls', panel.id)
      return tab
    })
    // What is moved loses the focus.
    if (offered.length !== this.list.children.length || offered.some((tab) => tab.parentNode !== this.list)) this.list.replaceChildren(...offered)
  }

  /** select marks a tab as chosen, and shows its panel alone. */
  select(name) {
    const tabs = [...this.list.children]
    const chosen = tabs.find((tab) => tab.dataset.view === name) ?? tabs[0]
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', tab === chosen)
      tab.tabIndex = tab === chosen ? 0 : -1
      tab.panel.classList.toggle('away', tab.panel !== chosen.panel)
    }
    chosen.panel.setAttribute('role', 'tabpanel')
    chosen.panel.setAttribute('aria-labelledby', chosen.id)
  }

  #key(event) {
    const tabs = [...this.list.children]
    const at = tabs.indexOf(event.target)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[event.key]
    if (at < 0 || to === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    const tab = tabs[to % tabs.length]
    tab.focus()
    this.choose(tab.dataset.view)
  }
}
