/** Puts a text on the clipboard; over plain http, where browsers offer no clipboard, by the command of old. */
export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const put = (event) => {
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener('copy', put, { capture: true, once: true });
  try {
    if (!document.execCommand('copy')) throw new Error('the browser refused');
  } finally {
    document.removeEventListener('copy', put, { capture: true });
  }
}
