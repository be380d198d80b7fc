import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useEditorContext, useExecutionContext } from '@graphiql/react';
import { copy } from '../copyas/clipboard.js';
import { askRelease } from '../release.js';
import { Chart } from './Chart.jsx';
import { said } from './meter.js';
import { shareLink } from './share.js';
import { csvOf, tablesOf } from './table.js';
import { Table } from './Table.jsx';

const views = ['JSON', 'Table', 'Chart'];

/**
 * Stands below the answer: it shows the answer as a table or as a chart instead, takes the table away as CSV, shares the tab
 * as a link, and says what the answer took. fetcher asks the release that answers this page.
 */
export function Answer({ meter, fetcher }) {
  const { responseEditor } = useEditorContext({ nonNull: true });
  const text = useText(responseEditor);
  const [view, setView] = useState('JSON');
  const [path, setPath] = useState();
  const tables = useMemo(() => tablesOf(dataIn(text)), [text]);
  const table = tables.find((one) => one.path === path) ?? tables[0];
  const figures = useSyncExternalStore(meter.subscribe, () => meter.of(text));

  useEffect(() => {
    if (view === 'JSON') responseEditor?.refresh(); // it was not there while its text changed
  }, [view, responseEditor]);

  return (
    <div className="homebound-answer" data-view={view}>
      {view !== 'JSON' && (
        <section className="homebound-view" aria-label={`Answer as a ${view.toLowerCase()}`} tabIndex={0}>
          {tables.length > 1 && <Lists tables={tables} table={table} onChoose={setPath} />}
          {!table && <p className="homebound-nothing">{text ? 'This answer has no data to lay out.' : 'There is no answer yet.'}</p>}
          {table && (view === 'Table' ? <Table table={table} /> : <Chart key={table.path} table={table} />)}
        </section>
      )}
      <div className="homebound-tools">
        <span role="group" aria-label="Show the answer as" className="homebound-views">
          {views.map((name) => <button key={name} type="button" aria-pressed={view === name} onClick={() => setView(name)}>{name}</button>)}
        </span>
        <button type="button" disabled={!table} onClick={() => download(table)}>CSV</button>
        <Share fetcher={fetcher} />
        <output className="homebound-taken" aria-label="What the answer took">{figures ? said(figures) : ''}</output>
      </div>
    </div>
  );
}

/** Follows the text of an editor. */
function useText(editor) {
  const [text, setText] = useState('');
  useEffect(() => {
    if (!editor) return undefined;
    const follow = () => setText(editor.getValue());
    follow();
    editor.on('change', follow);
    return () => editor.off('change', follow);
  }, [editor]);
  return text;
}

/** Reads the data of an answer, or of the last of several that a subscription gave. */
function dataIn(text) {
  try {
    return JSON.parse(text).data;
  } catch {
    return undefined;
  }
}

function Lists({ tables, table, onChoose }) {
  return (
    <label>
      List
      <select value={table.path} onChange={({ target }) => onChoose(target.value)}>
        {tables.map(({ path, rows }) => <option key={path} value={path}>{`${path} (${rows.length})`}</option>)}
      </select>
    </label>
  );
}

function download(table) {
  const address = URL.createObjectURL(new Blob([csvOf(table)], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `homebound-${table.path.replace(/[^\w.-]+/g, '-')}.csv`;
  link.click();
  URL.revokeObjectURL(address);
}

/** Copies the address of this page with the tab's query, for the release that answers now: it then answers the same for ever. */
function Share({ fetcher }) {
  const { queryEditor, variableEditor, headerEditor } = useEditorContext({ nonNull: true });
  const { operationName } = useExecutionContext({ nonNull: true });
  const [message, say] = useState('');
  const share = async () => {
    try {
      const { number } = await askRelease(fetcher, headerEditor?.getValue());
      const tab = { query: queryEditor?.getValue() ?? '', variables: variableEditor?.getValue() ?? '', operationName: operationName ?? queryEditor?.operationName };
      await copy(shareLink(window.location.origin + window.location.pathname, tab, number));
      say(`The link to this query, for release ${number}, is on the clipboard.`);
    } catch ({ message: problem }) {
      say(problem);
    }
  };
  return (
    <>
      <button type="button" onClick={share}>Share link</button>
      <span role="status" className="homebound-shared">{message}</span>
    </>
  );
}
