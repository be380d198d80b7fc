import { getNamedType, isLeafType } from 'graphql';
import { firstLiteral, isRequired } from './values.js';

/**
 * Writes the selection of a field as it is first put in: with the arguments that it needs, and with something to ask of it,
 * so that the document stays valid.
 */
export function selectionOf(field) {
  const needed = field.args.filter(isRequired).map((argument) => `${argument.name}: ${firstLiteral(argument)}`);
  const call = field.name + (needed.length > 0 ? `(${needed.join(', ')})` : '');
  const type = getNamedType(field.type);
  return isLeafType(type) ? call : `${call} {\n${firstOf(type).replace(/^/gm, '  ')}\n}`;
}

/** Writes what is first asked of a type: its first plain field that is not its id, else the first field within. */
export function firstOf(type) {
  const free = Object.values(type.getFields?.() ?? {}).filter(({ args }) => !args.some(isRequired));
  const plain = free.filter((field) => isLeafType(getNamedType(field.type)));
  const first = plain.find(({ name }) => name !== 'id') ?? plain[0] ?? free[0];
  return first ? selectionOf(first) : '__typename';
}
