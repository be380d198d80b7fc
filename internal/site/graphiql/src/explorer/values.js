import { getNamedType, getNullableType, isEnumType, isInputObjectType, isListType, isNonNullType, parseValue, print } from 'graphql';

/** Tells how a value of a type is entered: by its parts, item by item, by a choice of words or of several, or as text. */
export function inputOf(type) {
  const nullable = getNullableType(type);
  if (isInputObjectType(nullable)) return { parts: nullable };
  if (isListType(nullable)) {
    const item = getNullableType(nullable.ofType);
    if (isInputObjectType(item)) return { items: item };
    return isEnumType(item) ? { picks: item.getValues() } : { text: true };
  }
  if (isEnumType(nullable)) return { choices: nullable.getValues().map(({ name }) => name) };
  if (nullable.name === 'Boolean') return { choices: ['true', 'false'] };
  return { text: true };
}

/** Shows a value of a document as its input holds it: a text without its quotes, a list of plain items with commas. */
export function shown(node) {
  if (node.kind === 'StringValue') return node.value;
  if (node.kind === 'ListValue' && node.values.every(isPlain)) return node.values.map(shown).join(', ');
  return print(node);
}

const isPlain = ({ kind, value }) => (kind === 'StringValue' ? !value.includes(',') : kind !== 'ListValue' && kind !== 'ObjectValue');

/** Writes what stands in an input as a GraphQL literal of a type, undefined where it can be none. A variable is left as it is. */
export function literalOf(entered, type) {
  const text = entered.trim();
  if (/^\$[_A-Za-z]\w*$/.test(text)) return text;
  const nullable = getNullableType(type);
  if (isListType(nullable) && !isInputObjectType(getNamedType(type)) && !text.startsWith('[')) {
    const items = text.split(',').map((item) => item.trim()).filter(Boolean).map((item) => literalOf(item, nullable.ofType));
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
  }
  if (isListType(nullable) || isInputObjectType(nullable)) return readable(text);
  if (isEnumType(nullable) || nullable.name === 'Boolean') return inputOf(type).choices.includes(text) ? text : undefined;
  if (nullable.name === 'Int') return /^-?(0|[1-9]\d*)$/.test(text) ? text : undefined;
  if (nullable.name === 'Float') return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? text : undefined;
  return JSON.stringify(entered);
}

function readable(text) {
  try {
    parseValue(text);
    return text;
  } catch {
    return undefined;
  }
}

/** Tells whether an argument, or a part of an input object, has to be given. */
export function isRequired({ type, defaultValue }) {
  return isNonNullType(type) && defaultValue === undefined;
}

/** Gives the literal with which an argument begins, or a part of an input object: the example that the contract gives, if any. */
export function firstLiteral({ type, description }) {
  const nullable = getNullableType(type);
  if (isInputObjectType(nullable)) {
    const needed = Object.values(nullable.getFields()).filter(isRequired);
    return `{${needed.map((part) => `${part.name}: ${firstLiteral(part)}`).join(', ')}}`;
  }
  const example = exampleIn(description) ?? exampleIn(getNamedType(type).description);
  const literal = example === undefined ? undefined : literalOf(example, type);
  if (literal !== undefined) return literal;
  if (isListType(nullable)) return inputOf(type).items ? `[${firstItem(inputOf(type).items)}]` : '[]';
  if (isEnumType(nullable)) return nullable.getValues()[0].name;
  return { Boolean: 'true', Int: '0', Float: '0' }[nullable.name] ?? '""';
}

/** Gives the literal with which an item of a list begins: where an input object asks for nothing, it has a measure, or its first choice of words. */
export function firstItem(type) {
  const literal = firstLiteral({ type });
  if (literal !== '{}') return literal;
  const free = Object.values(type.getFields()).filter(({ type: part, defaultValue }) => isEnumType(getNullableType(part)) && defaultValue === undefined);
  const part = free.find(({ name }) => name === 'measure') ?? free[0];
  return part ? `{${part.name}: ${firstLiteral(part)}}` : literal;
}

const exampleIn = (description) => /e\.g\. `([^`]+)`/.exec(description ?? '')?.[1];
