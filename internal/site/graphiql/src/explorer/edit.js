// Changes to a document's text that leave the rest of it as its author wrote it, comments and all. Nodes are those of
// graphql-js, parsed from that very text; each function gives the new text.

const step = '  ';

/** Adds a selection such as `name` or `...Losses`, of any number of lines, to a field, an operation or a fragment. */
export function addSelection(text, parent, selection) {
  const set = parent.selectionSet;
  if (!set) {
    const indent = indentAt(text, parent.loc.start);
    return insert(text, parent.loc.end, ` {\n${indented(selection, indent + step)}\n${indent}}`);
  }
  const first = set.selections[0];
  const indent = indentAt(text, first.loc.start);
  if (set.selections.length === 1 && isPlaceholder(first)) return replace(text, first.loc, indented(selection, indent).trimStart());
  const last = set.selections.at(-1);
  const oneLine = !text.slice(set.loc.start, set.loc.end).includes('\n');
  if (oneLine) return insert(text, last.loc.end, ` ${indented(selection, indent).trimStart()}`);
  // What stands behind the last selection on its line, a comment perhaps, stays there.
  const tail = text.slice(last.loc.end, set.loc.end - 1);
  const end = last.loc.end + Math.max(tail.indexOf('\n'), 0);
  return insert(text, end, `\n${indented(selection, indent)}`);
}

/** Takes a selection out. A parent that asks for nothing else asks for its type's name then, so that the document stays valid. */
export function removeSelection(text, parent, selection) {
  if (parent.selectionSet.selections.length === 1) return replace(text, selection.loc, '__typename');
  return cut(text, selection.loc);
}

/**
 * Sets the value of an argument to a GraphQL literal, or of what stands within it. path begins with the argument's name and
 * goes on with names of parts of input objects and numbers of items of lists, from 0.
 */
export function setValue(text, field, [name, ...path], literal) {
  const found = field.arguments.find((argument) => argument.name.value === name);
  if (found) return setWithin(text, found, path, literal);
  const added = `${name}: ${nested(path, literal)}`;
  if (field.arguments.length > 0) return insert(text, field.arguments.at(-1).loc.end, `, ${added}`);
  return insert(text, field.name.loc.end, `(${added})`);
}

function setWithin(text, { value }, [step, ...path], literal) {
  if (step === undefined) return replace(text, value.loc, literal);
  if (typeof step === 'number') return setItem(text, value, step, path, literal);
  if (value.kind !== 'ObjectValue') return replace(text, value.loc, nested([step, ...path], literal));
  const found = value.fields.find((part) => part.name.value === step);
  if (found) return setWithin(text, found, path, literal);
  const added = `${step}: ${nested(path, literal)}`;
  if (value.fields.length > 0) return insert(text, value.fields.at(-1).loc.end, `, ${added}`);
  return replace(text, value.loc, `{${added}}`);
}

/** Sets an item of a list, or adds one at its end. A value that is no list stands for a list of one. */
function setItem(text, list, index, path, literal) {
  const items = itemsOf(list);
  if (items[index]) return setWithin(text, { value: items[index] }, path, literal);
  const added = nested(path, literal);
  if (list.kind !== 'ListValue') return replace(text, list.loc, `[${text.slice(list.loc.start, list.loc.end)}, ${added}]`);
  if (items.length === 0) return replace(text, list.loc, `[${added}]`);
  return insert(text, items.at(-1).loc.end, `, ${added}`);
}

const nested = (path, literal) => path.reduceRight((inner, step) => (typeof step === 'number' ? `[${inner}]` : `{${step}: ${inner}}`), literal);

/** Gives the items of a list. A value that is no list stands for a list of one. */
export function itemsOf(value) {
  return value.kind === 'ListValue' ? value.values : [value];
}

/** Takes an argument out, a part of an input object, or an item of a list. */
export function removeValue(text, field, [name, ...path]) {
  let owner = field;
  let parts = field.arguments;
  let part = parts.find((argument) => argument.name.value === name);
  for (const step of path) {
    owner = part.kind === 'Argument' || part.kind === 'ObjectField' ? part.value : part;
    parts = typeof step === 'number' ? itemsOf(owner) : owner.fields;
    part = typeof step === 'number' ? parts[step] : parts.find((inner) => inner.name.value === step);
  }
  if (parts.length > 1) return cut(text, part.loc);
  if (owner !== field) return replace(text, owner.loc, typeof path.at(-1) === 'number' ? '[]' : '{}');
  return replace(text, { start: following(owner.name.loc.endToken).start, end: following(part.loc.endToken).end }, '');
}

/** Exchanges two items of a list, the former of which stands first. */
export function exchangeItems(text, former, latter) {
  const [first, second] = [former, latter].map(({ loc }) => text.slice(loc.start, loc.end));
  return replace(replace(text, latter.loc, first), former.loc, second);
}

/** Tells whether a selection stands for none: see removeSelection. */
export function isPlaceholder(selection) {
  return selection.kind === 'Field' && selection.name.value === '__typename' && !selection.alias;
}

/** Gives the token after one, past comments. */
function following({ next }) {
  return next.kind === 'Comment' ? following(next) : next;
}

const indented = (selection, indent) => selection.replace(/^/gm, indent);

const insert = (text, at, added) => text.slice(0, at) + added + text.slice(at);

const replace = (text, { start, end }, by) => text.slice(0, start) + by + text.slice(end);

/** Cuts a span out of a list, with the comma behind it or before it, and with its line where it had one to itself. */
function cut(text, span) {
  const lineBegins = text.lastIndexOf('\n', span.start - 1) + 1;
  const behind = /^[ \t]*(,[ \t]*)?/.exec(text.slice(span.end))[0];
  const end = span.end + behind.length;
  if (text.slice(lineBegins, span.start).trim() === '') {
    const lineEnds = /^(\n|$)/.test(text.slice(end));
    return lineEnds ? text.slice(0, lineBegins) + text.slice(end + 1) : text.slice(0, span.start) + text.slice(end);
  }
  if (behind.includes(',')) return text.slice(0, span.start) + text.slice(end);
  const before = text.slice(0, span.start).replace(/,?[ \t]*$/, '');
  return before + text.slice(span.end);
}

/** Gives the white space with which the line of a place begins. */
function indentAt(text, at) {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1))[0];
}
