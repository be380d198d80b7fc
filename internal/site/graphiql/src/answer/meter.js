// How many answers are remembered, for the tabs to which the reader returns.
const most = 50;

/**
 * Makes a store of what each answer took: `{ ms, bytes, cost, budget }` by the answer's text as the page shows it, by
 * which a tab's answer is found again.
 */
export function createMeter() {
  const taken = new Map();
  const listeners = new Set();
  return {
    note(text, figures) {
      taken.delete(text);
      taken.set(text, figures);
      if (taken.size > most) taken.delete(taken.keys().next().value);
      for (const listener of listeners) listener();
    },
    of: (text) => taken.get(text),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Writes what an answer took: its time as this page saw it, its size before compression, and what the server says it cost. */
export function said({ ms, bytes, cost, budget }) {
  const parts = [ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`, size(bytes)];
  if (cost) parts.push(`cost ${cost.value} of at most ${cost.most}`);
  if (budget !== undefined) parts.push(`${budget} left to spend`);
  return parts.join(' · ');
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
