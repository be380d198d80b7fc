// Texts that a program's source cannot hold as they are, or that would not look like what they are: control characters
// (but for tab and line feed), halves of surrogate pairs, and those that turn the direction of writing.
const odd = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

/** Writes odd characters as \uXXXX, which JSON, Python and TypeScript read alike. */
export function escapeOdd(text) {
  return text.replace(odd, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Writes a text as a literal in double quotes of JSON, Python or TypeScript. */
export function quoted(text) {
  return escapeOdd(JSON.stringify(text));
}

/**
 * Writes a JSON value as a literal of another language, on several lines where it holds anything. words are how the
 * language writes true, false and null; key, where given, writes the name of a member.
 */
export function literal(value, words, key = quoted, indent = '') {
  if (value === null) return words.null;
  if (typeof value === 'boolean') return words[value];
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return JSON.stringify(value);
  const inner = `${indent}${words.indent}`;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const items = Array.isArray(value)
    ? value.map((item) => literal(item, words, key, inner))
    : Object.entries(value).map(([name, item]) => `${key(name)}: ${literal(item, words, key, inner)}`);
  if (items.length === 0) return `${open}${close}`;
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}${close}`;
}
