// The dialog in which a reader takes a picture away: made of the section that the server writes, which is whole without it.
import { words } from './figure-words.js'

const said = words[document.documentElement.lang.split('-')[0]] ?? words.en

/** say returns the words for something in the language of the page, with values in the places of {0}, {1}. */
export const say = (name, ...values) => said[name].replace(/\{(\d)\}/g, (_, at) => values[at])

/** made returns a new element with attributes and children. */
export function made(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) {
    if (attribute.startsWith('aria-')) element.setAttribute(attribute, value)
    else if (value !== false && value !== undefined) element.setAttribute(attribute, value === true ? '' : value)
  }
  element.append(...children)
  return element
}

/** button returns a button that acts. */
export function button(label, act, attributes) {
  const pressed = made('button', { type: 'button', ...attributes }, label)
  pressed.addEventListener('click', act)
  return pressed
}

let numbered = 0

/** shareDialog turns the section of what can be shared into a dialog. */
export function shareDialog(section) {
  const [, heading, ...content] = section.children
  heading.id = `sharing-${++numbered}`
  const dialog = made('dialog', { class: 'sharing', 'aria-labelledby': heading.id })
  dialog.append(button(say('close'), () => dialog.close(), { class: 'close' }), heading, choices(content), ...content)
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog && outside(dialog, event)) dialog.close()
  })
  copiers(dialog)
  return dialog
}

/** copiers puts a button after each text that there is to copy, but for those that become a dialog's. */
export function copiers(root) {
  for (const text of root.querySelectorAll('.copy:not(.share *)')) (text.closest('.address') ?? text).after(copier(text))
}

// choices shows one of the ways, live or archived, at a time.
function choices(content) {
  const ways = content.filter((part) => part.matches('.way'))
  const group = made('fieldset', { class: 'choices' }, made('legend', {}, say('release')))
  ways.forEach((way, i) => {
    const radio = made('input', { type: 'radio', name: `way-${numbered}`, value: way.dataset.way })
    radio.checked = i === 0
    radio.addEventListener('change', () => ways.forEach((other) => { other.hidden = other !== way }))
    way.hidden = i > 0
    group.append(made('label', {}, radio, ` ${way.querySelector('h3').textContent}`))
  })
  return group
}

// copier is a button that puts a text where it can be pasted from, and tells that it did. Browsers allow it to secure
// pages alone: for others, and in frames that may not, the text is selected.
function copier(text) {
  const heard = made('span', { role: 'status' })
  const copy = async () => {
    heard.textContent = ''
    try {
      await navigator.clipboard.writeText(text.textContent)
      heard.textContent = say('copied')
    } catch {
      getSelection().selectAllChildren(text)
      heard.textContent = say('selected')
    }
  }
  const name = text.getAttribute('aria-label') ?? document.getElementById(text.getAttribute('aria-labelledby')).textContent
  return made('p', { class: 'copying' }, button(say('copy'), copy, { 'aria-label': `${say('copy')}: ${name}` }), heard)
}

// outside tells whether a click on a dialog's element was on the backdrop around it.
function outside(dialog, { clientX: x, clientY: y }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect()
  return x < left || x > right || y < top || y > bottom
}
