import { useState } from 'react';
import { flushSync } from 'react-dom';
import { useEditorContext, useStorage } from '@graphiql/react';
import { examples } from './examples.js';
import { nameOf, questionOf, readSaved, withSaved, writeSaved } from './store.js';

/** The plugin that opens example queries and those that the reader has saved. */
export const examplesPlugin = { title: 'Examples and saved queries', icon: ExamplesIcon, content: Examples };

function Examples() {
  const storage = useStorage();
  const openTab = useOpenTab();
  const { queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const [saved, setSaved] = useState(() => readSaved(storage));
  const [said, say] = useState('');

  const keep = (next, message) => {
    try {
      writeSaved(storage, next);
      setSaved(next);
      say(message);
    } catch {
      say('The browser has no room to keep this.');
    }
  };
  const save = (event) => {
    event.preventDefault();
    const name = new FormData(event.target).get('name').trim();
    if (!name || !queryEditor?.getValue().trim()) return;
    keep(withSaved(saved, { name, query: queryEditor.getValue(), variables: variableEditor?.getValue() ?? '' }), `${name} is saved.`);
    event.target.reset();
  };
  const rename = (one, name) => keep(withSaved(saved.filter((other) => other !== one), { ...one, name }), `${one.name} is now ${name}.`);
  const remove = (one) => keep(saved.filter((other) => other !== one), `${one.name} is deleted.`);

  return (
    <section className="homebound-examples" aria-label="Examples and saved queries">
      <h2 className="homebound-heading">Examples</h2>
      <ul>
        {examples.map((query) => (
          <li key={query}><button type="button" onClick={() => openTab({ query, variables: '' })}>{questionOf(query)}</button></li>
        ))}
      </ul>
      <h2 className="homebound-heading">Your saved queries</h2>
      <form onSubmit={save}>
        <input name="name" type="text" required maxLength={100} placeholder="Name" aria-label="Name for this tab's query" autoComplete="off" />
        <button type="submit">Save this tab</button>
      </form>
      {saved.length === 0 && <p>None yet. They stay in this browser, with their variables and without headers.</p>}
      <ul>
        {saved.map((one) => <Saved key={one.name} one={one} onOpen={openTab} onRename={rename} onRemove={remove} />)}
      </ul>
      <p role="status">{said}</p>
    </section>
  );
}

function Saved({ one, onOpen, onRename, onRemove }) {
  const [renaming, setRenaming] = useState(false);
  const finish = (event) => {
    event.preventDefault();
    const name = new FormData(event.target).get('name').trim();
    setRenaming(false);
    if (name && name !== one.name) onRename(one, name);
  };
  if (renaming) {
    return (
      <li>
        <form onSubmit={finish} onKeyDown={({ key }) => key === 'Escape' && setRenaming(false)}>
          <input name="name" type="text" required maxLength={100} defaultValue={one.name} aria-label={`New name of ${one.name}`} autoComplete="off" autoFocus />
          <button type="submit">Rename</button>
        </form>
      </li>
    );
  }
  return (
    <li className="homebound-saved">
      <button type="button" onClick={() => onOpen(one)}>{one.name}</button>
      <button type="button" aria-label={`Rename ${one.name}`} title="Rename" onClick={() => setRenaming(true)}>✎</button>
      <button type="button" aria-label={`Delete ${one.name}`} title="Delete" onClick={() => onRemove(one)}>✕</button>
    </li>
  );
}

/** Gives the function that opens a query: in the tab that shows it already, else in a new one. */
function useOpenTab() {
  const { tabs, activeTabIndex, addTab, changeTab, setOperationName, queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  return ({ query, variables = '' }) => {
    const shown = tabs.findIndex((tab) => tab.query === query && (tab.variables ?? '') === variables);
    if (shown >= 0) {
      if (shown !== activeTabIndex) changeTab(shown);
      return;
    }
    flushSync(addTab);
    queryEditor.setValue(query);
    variableEditor?.setValue(variables);
    // The editor finds out by itself, a moment later; until then it has the name of the tab before.
    setOperationName(nameOf(query));
  };
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 24 24" height="1em" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d="M12 6.5C10 4.8 7 4 3 4v14.5c4 0 7 .8 9 2.5 2-1.7 5-2.5 9-2.5V4c-4 0-7 .8-9 2.5zM12 6.5V21" />
    </svg>
  );
}
