import { longestAddress, queryString } from './permalink.js';

/** Writes a request as a program for R with the package jsonlite, which leaves the answer in `answer` and shows its form. */
export function r({ query, variables, operationName, keyed }, { url }) {
  const parts = [
    ['query', 'query', query],
    ...(variables ? [['variables', 'variables', JSON.stringify(variables)]] : []),
    ...(operationName ? [['operationName', text(operationName), operationName]] : []),
  ];
  const { length } = queryString(parts.map(([name, , value]) => [name, value]));
  if (length > longestAddress) throw new Error(`R asks by an address; this one would have ${length} characters, and the server takes ${longestAddress}.`);
  return `library(jsonlite)

query <- ${text(query)}
${variables ? `\nvariables <- ${text(JSON.stringify(variables))}\n` : ''}
address <- paste0(
  ${text(url)},
${parts.map(([name, value], i) => `  "${i === 0 ? '?' : '&'}${name}=", URLencode(${value}, reserved = TRUE)`).join(',\n')}
)
connection <- url(address${keyed ? ', headers = c(\n  Authorization = paste("Bearer", Sys.getenv("HOMEBOUND_KEY")) # your key, hb_...\n)' : ''})
json <- paste(readLines(connection, warn = FALSE, encoding = "UTF-8"), collapse = "\\n")
close(connection)

answer <- fromJSON(json)
if (!is.null(answer$errors)) stop(paste(answer$errors$message, collapse = "\\n"))
str(answer$data)
`;
}

/** Writes a text as R does in double quotes, in ASCII, so that it is the same whatever R takes a file's encoding to be. */
function text(value) {
  if (value.includes('\0')) throw new Error('The text has the character U+0000, which R cannot hold.');
  const escaped = value
    .replace(/[\\"]/g, '\\$&')
    .replace(/[^\n\t\x20-\x7e]/gu, (character) => `\\U{${character.codePointAt(0).toString(16)}}`);
  return `"${escaped}"`;
}
