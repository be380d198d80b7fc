// How much of a table a chart draws.
const mostLines = 8;
const mostBars = 40;

/** Tells what a chart of a table can show: `labels` to stand along it, the periods first, and `figures`, its columns of numbers. */
export function choicesOf({ columns, rows }) {
  const kinds = columns.map((name, i) => kindOf(name, rows.map((row) => row[i])));
  const of = (...wanted) => columns.filter((_, i) => wanted.includes(kinds[i]));
  const periods = of('period').sort((a, b) => worth(b) - worth(a));
  const texts = of('text').sort((a, b) => worth(b) - worth(a));
  return { labels: [...periods, ...texts], periods, texts, figures: of('figure') };
}

/** Gives with what a chart begins: figures along the periods, for each group where the rows of a period are of several. */
export function firstChoice(table) {
  const { labels, texts, figures } = choicesOf(table);
  const along = labels[0];
  if (along === undefined) return {};
  const places = cells(table, along);
  const different = (name) => new Set(cells(table, name).map((value, i) => JSON.stringify([places[i], value]))).size;
  const all = new Set(places).size;
  const splitting = texts.filter((name) => name !== along && different(name) > all);
  return { along, figure: figures[0], group: splitting.find((name) => different(name) === table.rows.length) ?? splitting[0] };
}

/**
 * Gives what is drawn: the places along the chart, and for each group a value at each place, null where it is not known.
 * Nothing is summed: of rows that share a place the first counts, and `repeated` says that there were more. `left` is how
 * many groups, or bars, were too many to draw.
 */
export function drawingOf(table, { along, figure, group }) {
  const isPeriod = choicesOf(table).periods.includes(along);
  const [places, values, groups] = [cells(table, along), cells(table, figure), group ? cells(table, group) : table.rows.map(() => '')];
  const labels = [...new Set(places.map(text))];
  if (isPeriod) labels.sort();
  const lines = new Map();
  let repeated = false;
  places.forEach((place, i) => {
    const name = text(groups[i]);
    if (!lines.has(name)) lines.set(name, new Map());
    const line = lines.get(name);
    if (line.has(text(place))) repeated = true;
    else line.set(text(place), values[i] ?? null);
  });
  const peak = (line) => Math.max(...[...line.values()].map((value) => value ?? -Infinity));
  const drawn = [...lines].sort(([, a], [, b]) => peak(b) - peak(a)).slice(0, isPeriod ? mostLines : 1);
  const shown = isPeriod ? labels : labels.slice(0, mostBars);
  return {
    isPeriod,
    labels: shown,
    lines: drawn.map(([name, line]) => ({ name, values: shown.map((label) => line.get(label) ?? null) })),
    repeated,
    left: isPeriod ? lines.size - drawn.length : labels.length - shown.length,
    unknown: values.filter((value) => value === null || value === undefined).length,
  };
}

/** Gives round numbers from 0, or from below it, to the highest of some, for an axis. */
export function ticksOf(values) {
  const known = values.filter((value) => value !== null);
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => span / candidate <= 5);
  const ticks = [];
  for (let i = Math.floor(low / step); i * step < high + step; i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks.length > 1 ? ticks : [0, 1];
}

function cells({ columns, rows }, name) {
  const at = columns.indexOf(name);
  return rows.map((row) => row[at]);
}

const text = (value) => (value === null || value === undefined ? 'not known' : String(value));

const isPeriodText = (value) => typeof value === 'string' && /^\d{4}(-Q[1-4]|-\d\d(-\d\d(\/\d{4}-\d\d-\d\d)?)?)?$/.test(value);

function kindOf(name, values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (known.length === 0) return 'empty';
  if (known.every((value) => typeof value === 'number')) return /(^|\.)year$/i.test(name) ? 'period' : 'figure';
  if (known.every(isPeriodText)) return 'period';
  return known.every((value) => typeof value === 'string') ? 'text' : 'other';
}

// The columns that could name the same thing, the worst first: a label or a name before a key or a code.
const order = ['cursor', 'id', 'to', 'from', 'code', 'symbol', 'key', 'title', 'name', 'label'];

const worth = (name) => order.indexOf(name.split('.').at(-1));
