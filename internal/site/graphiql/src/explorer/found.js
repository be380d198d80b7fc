import { getNamedType, isCompositeType, isEnumType, isInputObjectType, isInterfaceType, isListType, getNullableType, parse } from 'graphql';
import { addSelection, setValue } from './edit.js';
import { folded } from './codes.js';
import { selectionOf } from './fields.js';
import { firstLiteral, isRequired } from './values.js';

// A field that has to be told something is a longer way than one that has not, and a list's edges are one than its nodes.
const requiredArgument = 4;
const edge = 2;

/**
 * Lists everything of a schema that a reader can look for: fields, their arguments, the parts of these, and the words that
 * they take. Each has `fields`, the shortest way to it from the query's root, `path`, the names of the argument and its parts,
 * `word` of an enum, and the texts that are searched.
 */
export function indexOf(schema) {
  const ways = waysTo(schema);
  const entries = [];
  for (const [type, way] of ways) {
    for (const field of Object.values(type.getFields?.() ?? {})) {
      if (field.deprecationReason) continue;
      const fields = [...way, field];
      entries.push(entryOf({ fields, path: [], what: field }));
      for (const argument of field.args) addInput(entries, fields, [argument], new Set());
    }
  }
  return entries;
}

/** Gives the shortest way to every type from the query's root, as the fields on it. */
function waysTo(schema) {
  const root = schema.getQueryType();
  const ways = new Map([[root, []]]);
  const lengths = new Map([[root, 0]]);
  const waiting = [root];
  while (waiting.length > 0) {
    const type = waiting.sort((a, b) => lengths.get(a) - lengths.get(b)).shift();
    if (isInterfaceType(type)) continue; // what stands for several types has no way through it
    for (const field of Object.values(type.getFields?.() ?? {})) {
      const next = getNamedType(field.type);
      const length = lengths.get(type) + 1 + (field.args.some(isRequired) ? requiredArgument : 0) + (field.name === 'edges' ? edge : 0);
      if (!isCompositeType(next) || length >= (lengths.get(next) ?? Infinity)) continue;
      lengths.set(next, length);
      ways.set(next, [...ways.get(type), field]);
      if (!waiting.includes(next)) waiting.push(next);
    }
  }
  return ways;
}

/** Adds an argument, the last of parts, with what can stand within it; an input within itself is not followed. */
function addInput(entries, fields, parts, above) {
  const what = parts.at(-1);
  entries.push(entryOf({ fields, path: parts, what }));
  const type = getNamedType(what.type);
  if (isEnumType(type)) for (const word of type.getValues()) entries.push(entryOf({ fields, path: parts, word, what: word }));
  if (!isInputObjectType(type) || above.has(type)) return;
  for (const part of Object.values(type.getFields())) addInput(entries, fields, [...parts, part], new Set([...above, type]));
}

function entryOf({ fields, path, word, what }) {
  const call = path.length > 0 ? `(${path.map(({ name }) => name).join('.')}${word ? `: ${word.name}` : ''})` : '';
  const place = `${fields.map(({ name }) => name).join(' › ')}${call}`;
  return { fields, path, word, place, description: what.description ?? '', name: folded(what.name), text: folded(`${place} ${what.description ?? ''}`) };
}

/** Gives what has all words of a text: by its name first, the shortest way first. */
export function search(index, text) {
  const words = folded(text).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const rank = ({ name }) => (words.some((word) => name === word) ? 0 : words.some((word) => name.includes(word)) ? 1 : 2);
  const length = ({ fields, path, word }) => fields.length + path.length + (word ? 1 : 0);
  const ranked = index.filter(({ text: whole }) => words.every((word) => whole.includes(word))).map((entry) => ({ entry, rank: rank(entry), length: length(entry) }));
  return ranked.sort((a, b) => a.rank - b.rank || a.length - b.length).map(({ entry }) => entry);
}

/** Gives a text with what was found in its first query, or in a query of its own where there is none. */
export function addFound(text, found) {
  const { fields, path, word } = found;
  let next = text;
  const added = [];
  for (const field of fields) {
    const parent = at(next, added);
    if (!parent) next = `${next.trimEnd()}\n{\n${selectionOf(field).replace(/^/gm, '  ')}\n}\n`.trimStart();
    else if (!child(parent, field.name)) next = addSelection(next, parent, selectionOf(field));
    added.push(field.name);
  }
  if (path.length === 0) return next;
  const node = at(next, added);
  const given = path.map((part, i) => (i === path.length - 1 || !isListType(getNullableType(part.type)) ? [part.name] : [part.name, 0])).flat();
  return word ? withWord(next, node, given, path.at(-1), word.name) : hasValue(node, given) ? next : setValue(next, node, given, firstLiteral(path.at(-1)));
}

/** Sets an argument to a word, or adds the word to the list that it is. */
function withWord(text, field, path, { type }, word) {
  if (!isListType(getNullableType(type))) return setValue(text, field, path, word);
  const list = valueAt(field, path);
  if (!list) return setValue(text, field, path, `[${word}]`);
  const items = list.kind === 'ListValue' ? list.values : [list];
  return items.some(({ value }) => value === word) ? text : setValue(text, field, [...path, items.length], word);
}

const hasValue = (field, path) => valueAt(field, path) !== undefined;

/** Finds the value at a path of a field's arguments. */
function valueAt(field, [name, ...path]) {
  let value = field.arguments.find((argument) => argument.name.value === name)?.value;
  for (const step of path) {
    if (typeof step === 'number') value = value?.kind === 'ListValue' ? value.values[step] : value;
    else value = value?.fields?.find((part) => part.name.value === step)?.value;
  }
  return value;
}

/** Finds the field at the end of a way in a text's first query, or the query itself; undefined where there is none. */
function at(text, names) {
  if (text.replace(/#.*/g, '').trim() === '') return undefined;
  let node = parse(text).definitions.find(({ kind, operation }) => kind === 'OperationDefinition' && operation === 'query');
  for (const name of names) node = node && child(node, name);
  return node;
}

const child = (node, name) => node.selectionSet?.selections.find((selection) => selection.kind === 'Field' && selection.name.value === name);
