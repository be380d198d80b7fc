import { separateOperations, print, stripIgnoredCharacters } from 'graphql';

/** The longest query string that the server takes unless it is told otherwise (--max-query), in bytes. */
export const longestAddress = 16384;

/** Writes a query string with %20 for a space: + is a plus sign to whoever decodes it by hand. */
export function queryString(parameters) {
  return new URLSearchParams(parameters).toString().replace(/\+/g, '%20');
}

/** Writes a request as the address at which a release answers it for ever: the operation that is meant alone, on one line. */
export function permalink({ document, variables, operationName }, { archive }) {
  const only = separateOperations(document)[operationName ?? ''];
  const query = queryString({ query: stripIgnoredCharacters(print(only)), ...(variables && { variables: JSON.stringify(variables) }) });
  if (query.length > longestAddress) {
    throw new Error(`The address would have ${query.length} characters, and the server takes ${longestAddress}. Copy it as a program.`);
  }
  return `${archive}?${query}`;
}

/** Writes where an answer comes from: the release, as it wants to be cited, and the address of the very answer in place of its own. */
export function citation(request, place) {
  return `${place.citation.replace(/\s*https?:\/\/\S+$/, '')} ${permalink(request, place)}`;
}
