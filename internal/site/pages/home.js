// The page is whole without this script. With it, what there is to copy has a button for that; what there is to share is
// figure.js's, which takes it away into a dialog.
for (const text of document.querySelectorAll('pre.copy:not(.share *)')) {
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
