import { getNamedType, getNullableType, isEnumType, isLeafType, isListType, isObjectType } from 'graphql';
import { firstLiteral, isRequired } from './values.js';

// How much a field begins with: rows of a list, plain fields of each row, measures of a report.
const rows = 10;
const plainFields = 6;
const measures = 4;

/**
 * Writes the selection of a field as it is first put in: with the arguments that it needs, and with something to ask of it,
 * so that the document stays valid. A report begins with figures by region and year, a list with the plain fields of a few rows.
 */
export function selectionOf(field) {
  const type = getNamedType(field.type);
  const report = reportOf(field, type);
  const connection = connectionOf(field, type);
  const needed = field.args.filter(isRequired).map((argument) => `${argument.name}: ${firstLiteral(argument)}`);
  const given = report ? report.args : connection ? [`first: ${rows}`] : [];
  const call = field.name + inBrackets([...needed, ...given]);
  if (isLeafType(type)) return call;
  if (report) return `${call} ${report.selection}`;
  if (connection) return `${call} ${block(['totalCount', `nodes ${block(plainOf(connection))}`])}`;
  return `${call} ${block(isListType(getNullableType(field.type)) ? plainOf(type) : [firstOf(type)])}`;
}

/** Writes what is first asked of a type: its first plain field that is not its id, else the first field within. */
export function firstOf(type) {
  const free = Object.values(type.getFields?.() ?? {}).filter(({ args }) => !args.some(isRequired));
  const plain = free.filter((field) => isLeafType(getNamedType(field.type)));
  const first = plain.find(({ name }) => name !== 'id') ?? plain[0] ?? free[0];
  return first ? selectionOf(first) : '__typename';
}

/**
 * Writes with what a grouped report begins, undefined for every other field. A report is a field that is grouped by a list
 * of dimensions into `rows`. Everything else is read from the schema: a dimension REGION is the row's field region, and the
 * measures are the values of the enum of which the rows have a field for each.
 */
function reportOf(field, type) {
  const groupBy = field.args.find(({ name }) => name === 'groupBy');
  const row = rowOf(type, 'rows');
  const dimensions = groupBy && getNamedType(groupBy.type);
  if (!row || !isEnumType(dimensions)) return undefined;
  const byPeriod = ['REGION', 'PERIOD'].filter((name) => dimensions.getValue(name));
  const granularity = field.args.find(({ name }) => name === 'granularity');
  const args = [
    `groupBy: [${byPeriod.join(', ')}]`,
    ...(getNamedType(granularity?.type)?.getValue?.('YEAR') ? ['granularity: YEAR'] : []),
    ...(field.args.some(({ name }) => name === 'first') ? [`first: ${rows}`] : []),
  ];
  const keys = byPeriod.map(camelCase).filter((name) => row.getFields()[name]);
  const within = [...keys.map((name) => keyOf(row.getFields()[name])), ...measuresOf(row, field.args).slice(0, measures)];
  const total = type.getFields().totalCount ? ['totalCount'] : [];
  return { args, selection: block([...total, `rows ${block(within.length > 0 ? within : plainOf(row))}`]) };
}

/** Gives the fields of a row that are measures: those that the values of an enum name, most of which the row has. */
function measuresOf(row, args) {
  const enums = args.flatMap(({ type }) => Object.values(getNamedType(type).getFields?.() ?? {}).map((part) => getNamedType(part.type))).filter(isEnumType);
  const named = enums.map((type) => type.getValues().map(({ name }) => camelCase(name)));
  const fields = row.getFields();
  const areMost = (names) => names.filter((name) => isPlain(fields[name])).length * 2 > names.length;
  return named.find(areMost)?.filter((name) => isPlain(fields[name])) ?? [];
}

/** Writes the field of a row's group with what names the group, or a period's days. */
function keyOf(field) {
  const type = getNamedType(field.type);
  if (isLeafType(type)) return field.name;
  const names = naming.find((some) => some.every((name) => isPlain(type.getFields()[name])));
  return `${field.name} ${block(names ?? plainOf(type))}`;
}

// What names a group or a period, the best first.
const naming = [['key', 'label'], ['code', 'name'], ['name'], ['label'], ['from', 'to']];

/** Gives the type of a connection's nodes, undefined for a field that is none. */
function connectionOf(field, type) {
  const pages = field.args.some(({ name }) => name === 'first');
  return pages && isObjectType(type) && type.getFields().totalCount ? rowOf(type, 'nodes') : undefined;
}

/** Gives the type of the objects of which a field is a list. */
function rowOf(type, name) {
  const list = type.getFields?.()[name];
  const row = list && isListType(getNullableType(list.type)) && getNamedType(list.type);
  return isObjectType(row) ? row : undefined;
}

/** Gives the first plain fields of a type without its id, or what else can be asked first. */
function plainOf(type) {
  const names = Object.values(type.getFields?.() ?? {}).filter((field) => isPlain(field) && field.name !== 'id').map(({ name }) => name);
  return names.length > 0 ? names.slice(0, plainFields) : [firstOf(type)];
}

const isPlain = (field) => !!field && isLeafType(getNamedType(field.type)) && !isListType(getNullableType(field.type)) && !field.args.some(isRequired);

const camelCase = (name) => name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());

const inBrackets = (args) => (args.length > 0 ? `(${args.join(', ')})` : '');

const block = (selections) => `{\n${selections.join('\n').replace(/^/gm, '  ')}\n}`;
