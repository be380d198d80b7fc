/**
 * Writes a request as a command line of a POSIX shell. Its body is JSON with neither an apostrophe nor an exclamation mark
 * nor a doubled backslash in it, so that shells leave what stands between the apostrophes alone, interactive ones too.
 */
export function curl({ query, variables, operationName, keyed }, { url }) {
  const body = JSON.stringify({ query, variables, operationName })
    .replace(/\\\\/g, '\\u005c')
    .replace(/['!\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [
    `curl --silent --show-error '${url.replace(/'/g, '%27')}'`,
    "--header 'Content-Type: application/json'",
    ...(keyed ? ['--header "Authorization: Bearer ${HOMEBOUND_KEY:?is to hold your key, hb_...}"'] : []),
    `--data-binary '${body}'`,
  ].join(' \\\n  ') + '\n';
}
