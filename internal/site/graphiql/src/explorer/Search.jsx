import { useDeferredValue, useMemo, useState } from 'react';
import { indexOf, search } from './found.js';

// How many finds are shown.
const most = 40;

/** A box that searches the schema, with what it finds in the place of the tree; add puts a find into the query. */
export function Search({ schema, add, children }) {
  const [text, setText] = useState('');
  const index = useMemo(() => indexOf(schema), [schema]);
  const asked = useDeferredValue(text.trim());
  const found = useMemo(() => search(index, asked), [index, asked]);
  const choose = (entry) => {
    add(entry);
    setText('');
  };
  const leave = (event) => {
    if (event.key === 'Escape' && text) setText('');
  };
  return (
    <>
      <input
        type="search" className="homebound-search" value={text} onChange={({ target }) => setText(target.value)} onKeyDown={leave}
        placeholder="Find fields, arguments, descriptions" aria-label="Find fields, arguments and descriptions" spellCheck="false"
      />
      <p role="status" className="homebound-found">
        {asked && (found.length > most ? `The first ${most} of ${found.length}; more words find less.` : `${found.length || 'Nothing'} found.`)}
      </p>
      {asked && (
        <ul className="homebound-finds" aria-label="Found in the schema">
          {found.slice(0, most).map((entry) => (
            <li key={entry.place}>
              <button type="button" onClick={() => choose(entry)}>{entry.place}</button>
              <span>{entry.description}</span>
            </li>
          ))}
        </ul>
      )}
      <div hidden={asked !== ''}>{children}</div>
    </>
  );
}
