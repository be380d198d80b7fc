import { getNamedType, isObjectType } from 'graphql';

/**
 * The lists of the schema whose items are named by codes, and the arguments and parts of inputs that take such codes, by
 * name or as Owner.name. An argument called like the code of what its field gives, such as that of region(code:), is one
 * without being listed. Add a line for a new kind of code; a list that the schema does not have is passed over.
 */
const kinds = [
  { list: 'regions', code: 'code', names: ['name'], taken: ['within', 'region', 'regions', 'stayersIn', 'RegionFilter.codes'] },
  { list: 'countries', code: 'code', names: ['name'], taken: ['nationality', 'nationalities', 'country', 'countries'] },
  { list: 'industries', code: 'code', names: ['name'], taken: ['industry', 'industries', 'stockIndustry'] },
  { list: 'sanctions', code: 'symbol', names: ['title'], taken: ['sanction', 'sanctions'] },
  { list: 'indicators', code: 'code', names: ['name'], taken: ['indicator', 'indicators'] },
  { list: 'employers', code: 'id', names: ['name'], taken: ['employer', 'employers'] },
];

// How many a search finds.
const most = 20;

/** Tells which codes an argument of a field, or a part of an input, takes; undefined for one that takes none. */
export function codesOf(schema, owner, { name, type }) {
  if (!['String', 'ID'].includes(getNamedType(type).name)) return undefined;
  for (const kind of kinds) {
    const list = schema.getQueryType()?.getFields()[kind.list];
    const item = list && itemOf(list);
    if (!item?.getFields()[kind.code]) continue;
    const given = owner.type && getNamedType(owner.type) === item && kind.code === name;
    if (given || kind.taken.includes(name) || kind.taken.includes(`${owner.name}.${name}`)) return { ...kind, ...question(list, item, kind) };
  }
  return undefined;
}

/** Gives the type of what a field lists, itself or as the nodes of a connection. */
function itemOf(list) {
  const type = getNamedType(list.type);
  const nodes = isObjectType(type) && type.getFields().nodes;
  return nodes ? getNamedType(nodes.type) : isObjectType(type) ? type : undefined;
}

/**
 * Writes the query that finds codes. Where the server can search, it does, as it does everywhere, and `searches` is true; else
 * the query gives the whole list, which is short.
 */
function question(list, item, { code, names }) {
  const paged = getNamedType(list.type) !== item;
  const searches = !!getNamedType(list.args.find(({ name }) => name === 'filter')?.type)?.getFields?.().search;
  const fields = [`code: ${code}`, ...names.filter((name) => item.getFields()[name]), ...localName(item)].join(' ');
  const args = [...(searches ? ['filter: {search: $search}'] : []), ...(paged ? [`first: ${searches ? most : 1000}`] : [])];
  const call = `${list.name}${args.length > 0 ? `(${args.join(', ')})` : ''}`;
  const query = `query Codes${searches ? '($search: String!)' : ''} { found: ${call} { ${paged ? `nodes { ${fields} }` : fields} } }`;
  return { query, searches };
}

function localName(item) {
  const language = item.getFields().name?.args.find(({ name }) => name === 'language');
  return getNamedType(language?.type)?.getValue?.('LOCAL') ? ['local: name(language: LOCAL)'] : [];
}

/** Asks the server for the codes that a text finds, by code and name: `[{ code, name }]`. `ask` sends the reader's own headers. */
export async function findCodes({ query, searches, names }, text, ask) {
  const { data, errors } = await ask({ query, variables: searches ? { search: text } : undefined });
  const found = data?.found?.nodes ?? data?.found;
  if (!found) throw new Error(errors?.[0]?.message ?? 'there is no answer.');
  const items = found.filter(Boolean).map((item) => ({
    code: item.code,
    name: [...new Set([...names.map((name) => item[name]), item.local])].filter(Boolean).join(' · '),
  }));
  const words = folded(text).split(/\s+/).filter(Boolean);
  return searches ? items : items.filter(({ code, name }) => words.every((word) => folded(`${code} ${name}`).includes(word))).slice(0, most);
}

/** Writes a text without case, accents and ways of composing letters, as a search compares it. */
export function folded(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
