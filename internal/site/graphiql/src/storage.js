// GraphiQL's history keeps the headers of every query, whatever is said of headers elsewhere: in them there may be a key, which a
// browser is not to keep.
const lists = ['graphiql:queries', 'graphiql:favorites'];

/** Gives a store for GraphiQL over the browser's own, in which no query has headers. */
export function withoutHeaders(storage) {
  return {
    getItem: (name) => storage.getItem(name),
    setItem: (name, value) => storage.setItem(name, lists.includes(name) ? stripped(value) : value),
    removeItem: (name) => storage.removeItem(name),
    clear() {
      for (const name of Object.keys(storage)) {
        if (name.startsWith('graphiql:')) storage.removeItem(name);
      }
    },
    get length() {
      return storage.length;
    },
  };
}

function stripped(value) {
  return JSON.stringify(JSON.parse(value), (name, member) => (name === 'headers' ? undefined : member));
}
