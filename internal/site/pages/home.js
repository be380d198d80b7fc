// The page is whole without this script. With it, what there is to share comes as a dialog, and what there is to copy has a
// button for that.
for (const share of document.querySelectorAll('details.share')) {
  const [summary, ...content] = share.children
  const dialog = document.createElement('dialog')
  const opener = button(summary.textContent, () => dialog.showModal())
  opener.setAttribute('aria-haspopup', 'dialog')
  dialog.id = share.id
  dialog.setAttribute('aria-labelledby', share.querySelector('h3').id)
  dialog.append(button('Close', () => dialog.close()), ...content)
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog && outside(dialog, event)) dialog.close()
  })
  share.replaceWith(opener, dialog)
}

for (const text of document.querySelectorAll('pre.copy')) {
  const row = document.createElement('p')
  const heard = document.createElement('span')
  row.className = 'copying'
  heard.setAttribute('role', 'status')
  const copier = button('Copy', async () => {
    heard.textContent = ''
    heard.textContent = await copy(text) ? 'Copied.' : 'Selected: copy it with your keyboard.'
  })
  copier.setAttribute('aria-label', `Copy: ${nameOf(text)}`)
  row.append(copier, heard)
  text.after(row)
}

function button(label, act) {
  const made = document.createElement('button')
  made.type = 'button'
  made.textContent = label
  made.addEventListener('click', act)
  return made
}

function nameOf(element) {
  return element.getAttribute('aria-label') ?? document.getElementById(element.getAttribute('aria-labelledby')).textContent
}

// outside tells whether a click on a dialog's element was on the backdrop around it.
function outside(dialog, { clientX: x, clientY: y }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect()
  return x < left || x > right || y < top || y > bottom
}

// copy puts a text where it can be pasted from. Browsers allow it to secure pages alone: for others it is selected.
async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent)
    return true
  } catch {
    getSelection().selectAllChildren(element)
    return false
  }
}
