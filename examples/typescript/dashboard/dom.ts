/** Finds the one element that a page has for a selector. */
export function the<E extends Element = HTMLElement>(selector: string): E {
  const found = document.querySelector<E>(selector)
  if (!found) throw new Error(`the page has no ${selector}`)
  return found
}

type Content = Node | string | null

/** Makes an element. Text stays text: nothing that a server says becomes markup. */
export function element(name: string, attributes: Record<string, string> = {}, ...content: Content[]): HTMLElement {
  return fill(document.createElement(name), attributes, content)
}

/** Makes an element of a picture. */
export function shape(name: string, attributes: Record<string, string | number> = {}, ...content: Content[]): SVGElement {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, content)
}

function fill<E extends Element>(made: E, attributes: Record<string, string | number>, content: Content[]): E {
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  made.append(...content.filter((part) => part !== null))
  return made
}
