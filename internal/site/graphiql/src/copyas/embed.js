import { valueFromASTUntyped } from 'graphql';

/**
 * Writes the chart that shows what a request asks as a piece of HTML for another page, in the form that the server's own
 * pages offer. Throws an Error that says why where no chart shows it.
 */
export function embed(request, { base, release }) {
  const { name, parameters } = chartOf(request);
  const given = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  const attributes = [['homebound', name], ...(release ? [['release', String(release)]] : []), ...given.map(([parameter, value]) => [attributeOf(parameter), value])];
  const address = `${base}${release ? `/releases/${release}` : ''}/embed/${name}?${new URLSearchParams(given)}`;
  return `<figure ${attributes.map(([attribute, value]) => `data-${attribute}="${escaped(value)}"`).join(' ')}><a href="${escaped(address)}">${escaped(`${words[name]} (${parameters.region})`)}</a></figure>
<script async src="${escaped(base)}/embed.js"></script>
`;
}

/** Finds the first root field that a chart shows, with the chart's parameters. */
export function chartOf({ document, operation, variables }) {
  const fields = fieldsOf(operation.selectionSet, document);
  const field = fields.find(({ name }) => Object.hasOwn(charts, name.value));
  if (!field) throw new Error('The charts show report, economicImpact and compliance, and this asks for none of them.');
  const given = { ...defaults(operation), ...variables };
  const values = Object.fromEntries(field.arguments.map(({ name, value }) => [name.value, valueFromASTUntyped(value, given)]));
  const { name, parameters } = charts[field.name.value](values, field, document);
  for (const [parameter, value] of Object.entries(parameters)) {
    if (value === undefined) delete parameters[parameter];
    else if (value === null || typeof value === 'object') throw new Error(`A chart's ${parameter} has to be one value.`);
    else parameters[parameter] = String(value);
  }
  return { name, parameters };
}

const charts = {
  report({ filter, groupBy = [], granularity, boundariesOn }, field, document) {
    const { within, nationalities, period, ...others } = { ...filter, boundariesOn };
    const [other] = Object.keys(others).filter((name) => others[name] !== undefined && others[name] !== null);
    if (other) throw new Error(`The charts cannot be narrowed by ${other}.`);
    if (!within) throw new Error('A chart is of one region: this report names none by filter.within.');
    const measures = new Set(fieldsOf(field.selectionSet, document).flatMap((part) => (part.selectionSet ? fieldsOf(part.selectionSet, document) : [])).map(({ name }) => name.value));
    const shown = Object.entries(measured).find(([, names]) => names.some((name) => measures.has(name)));
    if (!shown) throw new Error('No chart shows the measures of this report.');
    const name = [groupBy].flat().includes('OUTCOME') ? 'outcomes' : shown[0];
    const parameters = { region: within, nationalities: named(nationalities), 'period.from': period?.from ?? undefined, 'period.to': period?.to ?? undefined };
    return { name, parameters: name === 'permits' ? parameters : { ...parameters, granularity } };
  },
  economicImpact({ region, scenario }, field, document) {
    const { nationalities, ...others } = scenario ?? {};
    // The charts take published figures where no basis is named, and the contract the register.
    const parameters = { region, ...flattened('scenario', { ...others, basis: others.basis ?? 'REGISTER' }) };
    const asked = new Set(fieldsOf(field.selectionSet, document).map(({ name }) => name.value));
    const name = ['timeline', 'variants', 'bridge', 'sensitivity'].find((part) => asked.has(part));
    // Left out they have a default, and null is all of them.
    return { name: estimates[name] ?? 'impact', parameters: nationalities === undefined ? parameters : { ...parameters, 'scenario.nationalities': named(nationalities) } };
  },
  compliance({ region, sanction, asOf }) {
    if (sanction !== 'S/RES/2397(2017)') throw new Error('The chart of compliance is about resolution 2397 alone.');
    if (!region) throw new Error('A chart is of one region: this compliance names none.');
    return { name: 'compliance', parameters: { region, asOf: asOf ?? undefined } };
  },
};

/** Gives nationalities as a chart is asked for them, where it has a default and nothing at all is all of them. */
function named(nationalities) {
  const codes = [nationalities ?? []].flat();
  if (nationalities && codes.length === 0) throw new Error('No chart shows the workers of no nationality.');
  return codes.join(',');
}

// What each chart shows in short, in the words of the server's own snippets.
const words = {
  stock: 'Workers present',
  permits: 'Permits issued by region',
  outcomes: 'Who left and how',
  impact: 'Output lost as workers left',
  variants: 'Output lost under three assumptions',
  bridge: 'From workers to output lost',
  tornado: 'What the estimate hangs on',
  compliance: 'Did workers leave by the deadline?',
};

// The chart of each part of an economic impact.
const estimates = { timeline: 'impact', variants: 'variants', bridge: 'bridge', sensitivity: 'tornado' };

// The measures of a report that each chart shows, the most telling first.
const measured = {
  permits: ['permitsIssued', 'workersAuthorised'],
  stock: ['workersPresent', 'peakWorkersPresent', 'averageWorkersPresent', 'workerDays'],
  outcomes: ['workersRepatriated'],
};

/** Gives the fields of a selection, those of its fragments among them. */
function fieldsOf(selectionSet, document) {
  return selectionSet.selections.flatMap((selection) => {
    if (selection.kind === 'Field') return [selection];
    if (selection.kind === 'InlineFragment') return fieldsOf(selection.selectionSet, document);
    const fragment = document.definitions.find(({ kind, name }) => kind === 'FragmentDefinition' && name.value === selection.name.value);
    return fragment ? fieldsOf(fragment.selectionSet, document) : [];
  });
}

/** Gives the values that an operation's variables have where none is sent. */
function defaults({ variableDefinitions = [] }) {
  return Object.fromEntries(variableDefinitions.filter(({ defaultValue }) => defaultValue).map(({ variable, defaultValue }) => [variable.name.value, valueFromASTUntyped(defaultValue)]));
}

/** Gives the parts of an input object by their paths, lists as their items with commas between. */
function flattened(path, value) {
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return { [path]: value.join(',') };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { [path]: value };
  return Object.assign({}, ...Object.entries(value).map(([name, part]) => flattened(`${path}.${name}`, part)));
}

/** Names the data attribute of a parameter: that of scenario.relativeWage.low is scenario-relative-wage-low. */
function attributeOf(parameter) {
  return parameter.replace(/\./g, '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? `&#${character.charCodeAt(0)};`);
}
