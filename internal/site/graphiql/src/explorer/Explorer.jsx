import { useContext, useEffect, useMemo, useState } from 'react';
import { doTypesOverlap, getNamedType, isAbstractType, isCompositeType, parse } from 'graphql';
import { useEditorContext, useSchemaStore } from '@graphiql/react';
import { Arguments } from './Arguments.jsx';
import { Search } from './Search.jsx';
import { Tick } from './Tick.jsx';
import { addSelection, removeSelection } from './edit.js';
import { firstOf, selectionOf } from './fields.js';
import { addFound } from './found.js';
import { Tree } from './tree.js';

/**
 * Makes the plugin that shows every field of the schema with a box to tick, and writes what is ticked into the query.
 * fetcher asks the server for codes and their names.
 */
export function explorerPlugin(fetcher) {
  return { title: 'Field explorer', icon: ExplorerIcon, content: () => <Explorer fetcher={fetcher} /> };
}

function Explorer({ fetcher }) {
  const { schema } = useSchemaStore();
  const { headerEditor } = useEditorContext({ nonNull: true });
  const [text, setText] = useQueryText();
  const [opened, setOpened] = useState('');
  const { document, problem } = useMemo(() => read(text), [text]);
  const edit = (change, ...rest) => setText(change(text, ...rest));
  const ask = async (request) => fetcher(request, { headers: JSON.parse(headerEditor?.getValue().trim() || '{}') });
  const begin = (selection) => setText(`${text.trimEnd()}\n{\n${selection.replace(/^/gm, '  ')}\n}\n`.trimStart());
  const add = (found) => {
    setText(addFound(text, found));
    setOpened(found.fields.map(({ name }) => name).join('.'));
  };

  return (
    <section className="homebound-explorer" aria-label="Field explorer" onKeyDown={moveBetweenRows}>
      <h2 className="homebound-heading">Fields</h2>
      {!schema && <p>The schema is not there yet.</p>}
      {schema && problem && <p>{problem}</p>}
      {schema && !problem && (
        <Search schema={schema} add={add}>
          {document && (
            <Tree.Provider value={{ schema, document, edit, ask, opened }}>
              {document.definitions.map((definition, i) => <Definition key={i} definition={definition} open={i === 0} />)}
            </Tree.Provider>
          )}
          {!document && <Beginning type={schema.getQueryType()} begin={(field) => begin(selectionOf(field))} />}
        </Search>
      )}
    </section>
  );
}

/** Gives the text of the query editor at any moment, and a function that changes it where it differs, cursor and all. */
function useQueryText() {
  const { queryEditor } = useEditorContext({ nonNull: true });
  const [text, setText] = useState('');
  useEffect(() => {
    if (!queryEditor) return undefined;
    const follow = () => setText(queryEditor.getValue());
    follow();
    queryEditor.on('change', follow);
    return () => queryEditor.off('change', follow);
  }, [queryEditor]);

  const change = (next) => {
    let start = 0;
    while (start < text.length && text[start] === next[start]) start++;
    let kept = 0;
    while (kept < Math.min(text.length, next.length) - start && text.at(-1 - kept) === next.at(-1 - kept)) kept++;
    queryEditor.replaceRange(next.slice(start, next.length - kept), queryEditor.posFromIndex(start), queryEditor.posFromIndex(text.length - kept));
  };
  return [text, change];
}

/** Reads a document; one without a definition gives neither a document nor a problem. */
function read(text) {
  if (text.replace(/#.*/g, '').trim() === '') return {};
  try {
    return { document: parse(text) };
  } catch (error) {
    return { problem: `The query cannot be read as it stands. ${error.message}` };
  }
}

function Beginning({ type, begin }) {
  return (
    <ul className="homebound-tree">
      {Object.values(type.getFields()).map((field) => (
        <li key={field.name}><Tick label={field.name} hint={field} checked={false} onTick={() => begin(field)} /></li>
      ))}
    </ul>
  );
}

function Definition({ definition, open }) {
  const { schema } = useContext(Tree);
  const name = definition.name?.value ?? '';
  const isOperation = definition.kind === 'OperationDefinition';
  const type = isOperation ? schema.getRootType(definition.operation) : schema.getType(definition.typeCondition?.name.value);
  if (!isCompositeType(type)) return null;
  return (
    <details open={open}>
      <summary>{isOperation ? `${definition.operation} ${name}` : `fragment ${name} on ${type.name}`}</summary>
      <Selections parent={definition} type={type} path="" />
    </details>
  );
}

/**
 * Shows what can be asked of a type: its fields, fragments of the document and, where it stands for several, its types. path
 * is that of the fields above, each with a point behind it.
 */
function Selections({ parent, type, path }) {
  const { schema, document } = useContext(Tree);
  const selected = parent.selectionSet?.selections ?? [];
  const fragments = document.definitions.filter((definition) => {
    const on = definition.kind === 'FragmentDefinition' && definition !== parent && schema.getType(definition.typeCondition.name.value);
    return isCompositeType(on) && doTypesOverlap(schema, on, type);
  });
  const several = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  return (
    <ul className="homebound-tree">
      {fragments.map(({ name: { value: name } }) => {
        const spread = selected.find((selection) => selection.kind === 'FragmentSpread' && selection.name.value === name);
        return <Plain key={`...${name}`} parent={parent} selection={spread} label={`...${name}`} />;
      })}
      {Object.values(type.getFields?.() ?? {}).flatMap((field) => {
        const nodes = selected.filter((selection) => selection.kind === 'Field' && selection.name.value === field.name);
        if (nodes.length === 0) return field.deprecationReason ? [] : <Field key={field.name} parent={parent} field={field} path={path} />;
        return nodes.map((node, i) => <Field key={`${field.name} ${i || ''}`.trim()} parent={parent} field={field} node={node} path={path} />);
      })}
      {several.map((one) => {
        const inline = selected.find((selection) => selection.kind === 'InlineFragment' && selection.typeCondition?.name.value === one.name);
        return (
          <Branch key={one.name} parent={parent} selection={inline} label={`... on ${one.name}`} hint={one} added={() => `... on ${one.name} {\n  ${firstOf(one)}\n}`}>
            {inline && <Selections parent={inline} type={one} path={path} />}
          </Branch>
        );
      })}
    </ul>
  );
}

function Field({ parent, field, node, path }) {
  const { edit } = useContext(Tree);
  const label = node?.alias ? `${node.alias.value}: ${field.name}` : field.name;
  const type = getNamedType(field.type);
  const isBranch = isCompositeType(type) || field.args.length > 0;
  const Row = isBranch ? Branch : Plain;
  return (
    <Row parent={parent} selection={node} label={label} hint={field} added={() => selectionOf(field)} path={path + field.name}>
      {node && field.args.length > 0 && <Arguments field={node} definition={field} edit={edit} label={label} />}
      {node && isCompositeType(type) && <Selections parent={node} type={type} path={`${path}${field.name}.`} />}
    </Row>
  );
}

/** Shows a selection that has nothing within. `selection` is its node where it is selected, `added` writes it where it is not. */
function Plain({ parent, selection, label, hint, added = () => label }) {
  const { edit } = useContext(Tree);
  return <li><Tick label={label} hint={hint} checked={!!selection} onTick={() => toggle(edit, parent, selection, added)} /></li>;
}

/** Shows a selection that has something within, which is shown on demand, and where a search has led to it. */
function Branch({ parent, selection, label, hint, added, path, children }) {
  const { edit, opened } = useContext(Tree);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (path && `${opened}.`.startsWith(`${path}.`)) setOpen(true);
  }, [opened, path]);
  const tick = () => {
    setOpen(!selection);
    toggle(edit, parent, selection, added);
  };
  return (
    <li>
      {selection && (
        <button type="button" className="homebound-disclosure" aria-expanded={isOpen} aria-label={`Within ${label}`} onClick={() => setOpen(!isOpen)}>
          <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
        </button>
      )}
      <Tick label={label} hint={hint} checked={!!selection} onTick={tick} />
      {selection && isOpen && children}
    </li>
  );
}

function toggle(edit, parent, selection, added) {
  if (selection) edit(removeSelection, parent, selection);
  else edit(addSelection, parent, added());
}

/** Goes with the arrow keys from one box to the next. */
function moveBetweenRows(event) {
  const direction = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!direction || event.target.type !== 'checkbox') return;
  const boxes = [...event.currentTarget.querySelectorAll('input[type=checkbox]')].filter((box) => box.checkVisibility?.() ?? true);
  boxes[boxes.indexOf(event.target) + direction]?.focus();
  event.preventDefault();
}

function ExplorerIcon() {
  return (
    <svg viewBox="0 0 24 24" height="1em" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d="m3 5 1.5 1.5L7.5 3.5M11 5h10M7 12l1.5 1.5 3-3M15 12h6M7 19l1.5 1.5 3-3M15 19h6" />
    </svg>
  );
}
