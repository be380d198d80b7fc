import { curl } from './curl.js';
import { embed } from './embed.js';
import { citation, permalink } from './permalink.js';
import { python } from './python.js';
import { r } from './r.js';
import { typescript } from './typescript.js';
import { endpointOf } from '../release.js';

/**
 * The forms that a request can be copied in. `write` gives the text for a request and a place, or throws an Error that says
 * why there is none; `archived` forms name the release even where the reader wants whichever is current.
 */
export const formats = [
  { name: 'curl', write: curl },
  { name: 'Python', write: python },
  { name: 'R', write: r },
  { name: 'TypeScript', write: typescript },
  { name: 'Embed', write: embed },
  { name: 'Permalink', write: permalink, archived: true },
  { name: 'Citation', write: citation, archived: true },
];

/**
 * Gives where a request is asked: at the address of a release, which answers for ever, or of whichever is current.
 *
 * url answers the request, archive does for ever, base is what the server's other addresses begin with, and release is 0
 * where the current one is meant.
 */
export function placeOf({ origin, endpoint, number, citation, current }) {
  const archive = origin + endpointOf(endpoint, number);
  return {
    url: current ? origin + endpoint : archive,
    archive,
    base: origin + endpoint.replace(/\/[^/]*$/, ''),
    release: current ? 0 : number,
    citation,
  };
}
