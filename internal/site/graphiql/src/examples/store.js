// Where a reader's own queries are kept, among GraphiQL's own data: clearing those in the settings clears these.
const key = 'savedQueries';

/** Reads a reader's saved queries: [{ name, query, variables }]. What cannot be read counts as none. */
export function readSaved(storage) {
  try {
    const saved = JSON.parse(storage.get(key) ?? '[]');
    return Array.isArray(saved) ? saved.filter(({ name, query }) => typeof name === 'string' && typeof query === 'string') : [];
  } catch {
    return [];
  }
}

/** Keeps a reader's saved queries, and throws where the browser does not. */
export function writeSaved(storage, saved) {
  const { error } = storage.set(key, JSON.stringify(saved));
  if (error) throw error;
}

/** Puts a query among those saved, in the place of the one that has its name. */
export function withSaved(saved, added) {
  return [...saved.filter(({ name }) => name !== added.name), added].sort((a, b) => a.name.localeCompare(b.name));
}

/** Gives the question that a query begins with, as a comment. */
export function questionOf(query) {
  const comment = /^(#.*\n)+/.exec(query)?.[0] ?? '';
  return comment.replace(/^#/gm, '').split(/\s+/).filter(Boolean).join(' ');
}

/** Gives the name of a query's first operation, null where it has none. */
export function nameOf(query) {
  return /^\s*(?:query|subscription)\s+(\w+)/m.exec(query)?.[1] ?? null;
}
