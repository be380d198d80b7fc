import { queryString } from '../copyas/permalink.js';
import { longest } from '../link.js';

/**
 * Writes the address that opens a tab on this page, for a release or, with 0, for whichever is current. Throws an Error that
 * says why where the page would not open it.
 */
export function shareLink(page, { query, variables, operationName }, release) {
  if (!query.trim()) throw new Error('There is no query to share.');
  for (const [name, text] of [['query', query], ['variables', variables]]) {
    if (text.length > longest) throw new Error(`The ${name} would make a link of ${text.length} characters; at most ${longest} are opened.`);
  }
  const parameters = { query, ...(variables.trim() && { variables }), ...(operationName && { operationName }), ...(release && { release }) };
  return `${page}?${queryString(parameters)}`;
}
