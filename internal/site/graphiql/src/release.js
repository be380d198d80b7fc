/**
 * Reads which release an address such as /graphiql?release=3 asks for: its number, 0 for whichever is current. A text
 * that is no number of a release stands in `unknown`, and the current release answers.
 */
export function askedRelease(search) {
  const text = new URLSearchParams(search).get('release')?.trim();
  if (!text) return { number: 0 };
  return /^[1-9]\d{0,8}$/.test(text) ? { number: Number(text) } : { number: 0, unknown: text.slice(0, 20) };
}

/** Gives the path at which a release answers: /graphql is at /releases/3/graphql too. Release 0 is whichever is current. */
export function endpointOf(endpoint, release) {
  return release === 0 ? endpoint : endpoint.replace(/[^/]*$/, `releases/${release}/$&`);
}

/** Asks which release answers: its number and its citation. headers are the text of the page's editor of headers. */
export async function askRelease(fetcher, headers) {
  const { data, errors } = await fetcher({ query: '{ release { number citation } }' }, { headers: JSON.parse(headers?.trim() || '{}') });
  if (!data?.release) throw new Error(errors?.[0]?.message ?? 'there is no answer.');
  return data.release;
}
