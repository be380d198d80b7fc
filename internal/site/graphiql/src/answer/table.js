/**
 * Finds every list of objects in an answer's data: `[{ path, columns, rows }]`, such as report.rows, claims.nodes or
 * regions.edges. A list within an item of another list stays a number of items there. Data without any list is a table of one
 * row. A row has a value for each column: null where the answer says null, undefined where the row was not asked for it.
 */
export function tablesOf(data) {
  if (typeof data !== 'object' || data === null) return [];
  const lists = new Map();
  collect(data, [], lists);
  if (lists.size === 0 && Object.keys(data).length > 0) lists.set('the answer', [data]);
  return [...lists].map(([path, items]) => ({ path, ...tableOf(items) }));
}

function collect(value, path, lists) {
  if (isListOfObjects(value)) {
    lists.set(path.join('.'), value);
  } else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) collect(member, [...path, name], lists);
  }
}

/** Lays objects out as rows of as many columns as all of them have, by the paths of their plain values. */
function tableOf(items) {
  const flat = items.map((item) => flattened(item));
  const names = [...new Set(flat.flatMap((row) => Object.keys(row)))];
  // An object that is null in one row has columns of its own in the others: there each of them is null.
  const columns = names.filter((name) => !(names.some((other) => other.startsWith(`${name}.`)) && flat.every((row) => (row[name] ?? null) === null)));
  const rows = flat.map((row) => columns.map((column) => (Object.hasOwn(row, column) ? row[column] : isNullAbove(row, column) ? null : undefined)));
  return { columns, rows };
}

function isNullAbove(row, column) {
  const parts = column.split('.');
  return parts.some((_, i) => row[parts.slice(0, i).join('.')] === null);
}

function flattened(value, path = '', row = {}) {
  if (!isObject(value)) {
    row[path || 'value'] = Array.isArray(value) ? listed(value) : value;
    return row;
  }
  for (const [name, member] of Object.entries(value)) {
    if (name === '__typename') continue;
    const isNode = name === 'node' && path === '' && isObject(member); // of an edge
    flattened(member, isNode ? '' : path ? `${path}.${name}` : name, row);
  }
  return row;
}

function listed(list) {
  if (list.some((item) => typeof item === 'object' && item !== null)) return `${list.length} ${list.length === 1 ? 'item' : 'items'}`;
  return list.map((item) => item ?? '').join('; ');
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

const isListOfObjects = (value) => Array.isArray(value) && value.some(isObject) && value.every((item) => item === null || isObject(item));

/**
 * Writes a table as the server writes its own CSV files: RFC 4180, nothing for what is not known, two quotes for an empty
 * text, and an apostrophe in front of a text that a spreadsheet would take for a formula.
 */
export function csvOf({ columns, rows }) {
  return [columns.map(csvText), ...rows.map((row) => row.map(csvValue))].map((fields) => `${fields.join(',') || '""'}\r\n`).join('');
}

const csvValue = (value) => (value === null || value === undefined ? '' : typeof value === 'string' ? csvText(value) : String(value));

function csvText(text) {
  const safe = isFormula(text) ? `'${text}` : text;
  return safe === '' || /[",;\t\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

// Spreadsheets pass over blanks, and some over marks that nobody sees; a pipe starts a program in old ones.
const isFormula = (text) => /^'*[\t\r\n]/.test(text) || /^[ '\u00a0\u200b\u200e\u200f\ufeff\u3000]*[=+\-@|＝＋－＠｜]/.test(text);
