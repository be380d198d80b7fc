import { useContext, useState } from 'react';
import { print } from 'graphql';
import { Codes } from './Codes.jsx';
import { codesOf } from './codes.js';
import { exchangeItems, itemsOf, removeValue, setValue } from './edit.js';
import { Tick } from './Tick.jsx';
import { Tree } from './tree.js';
import { firstItem, firstLiteral, inputOf, isRequired, literalOf, shown } from './values.js';

/** Shows the arguments of a selected field, each with a box to tick and an input for its value. */
export function Arguments({ field, definition, edit, label }) {
  return (
    <ul className="homebound-arguments" aria-label={`Arguments of ${label}`}>
      {definition.args.map((argument) => {
        const node = field.arguments.find(({ name }) => name.value === argument.name)?.value;
        return <Value key={argument.name} definition={argument} owner={definition} node={node} path={[argument.name]} field={field} edit={edit} />;
      })}
    </ul>
  );
}

/** Shows an argument, or a part of an input object, which stands at a path within the field's arguments. owner is what has it. */
function Value({ definition, owner, node, path, field, edit }) {
  const toggle = () => (node ? edit(removeValue, field, path) : edit(setValue, field, path, firstLiteral(definition)));
  return (
    <li>
      <Tick label={definition.name} hint={definition} checked={!!node} disabled={!!node && isRequired(definition)} onTick={toggle} />
      {node && <Content definition={definition} owner={owner} node={node} path={path} field={field} edit={edit} />}
    </li>
  );
}

/** Shows the value of an argument in the way that its type asks for. */
function Content({ definition, owner, node, path, field, edit }) {
  const { schema } = useContext(Tree);
  const { parts, items, picks } = inputOf(definition.type);
  const set = (literal) => edit(setValue, field, path, literal);
  if (parts && node.kind === 'ObjectValue') return <Parts type={parts} label={`Parts of ${definition.name}`} node={node} path={path} field={field} edit={edit} />;
  if (items && itemsOf(node).every(({ kind }) => kind === 'ObjectValue')) {
    return <Items definition={definition} type={items} node={node} path={path} field={field} edit={edit} />;
  }
  const codes = node.kind !== 'Variable' && codesOf(schema, owner, definition);
  return (
    <>
      <Entry definition={definition} node={node} onLiteral={set} />
      {picks && node.kind !== 'Variable' && <Picks definition={definition} values={picks} node={node} onLiteral={set} />}
      {codes && <Codes codes={codes} definition={definition} node={node} onLiteral={set} />}
    </>
  );
}

/** Shows the parts of an input object. */
function Parts({ type, label, node, path, field, edit }) {
  return (
    <ul aria-label={label}>
      {Object.values(type.getFields()).map((part) => {
        const inner = node.fields.find(({ name }) => name.value === part.name)?.value;
        return <Value key={part.name} definition={part} owner={type} node={inner} path={[...path, part.name]} field={field} edit={edit} />;
      })}
    </ul>
  );
}

/** Shows a list of input objects, such as the keys of an order, which can be added, moved up and taken out. */
function Items({ definition: { name }, type, node, path, field, edit }) {
  const items = itemsOf(node);
  return (
    <>
      <ol className="homebound-items" aria-label={`Items of ${name}`}>
        {items.map((item, i) => (
          <li key={i}>
            <button type="button" disabled={i === 0} onClick={() => edit(exchangeItems, items[i - 1], item)} aria-label={`Move ${name} ${i + 1} up`}>↑</button>
            <button type="button" onClick={() => edit(removeValue, field, [...path, i])} aria-label={`Remove ${name} ${i + 1}`}>✕</button>
            <Parts type={type} label={`Parts of ${name} ${i + 1}`} node={item} path={[...path, i]} field={field} edit={edit} />
          </li>
        ))}
      </ol>
      <button type="button" onClick={() => edit(setValue, field, [...path, items.length], firstItem(type))}>Add to {name}</button>
    </>
  );
}

/** Boxes to tick for a list of words, which stand in the list in the order in which they are ticked. */
function Picks({ definition: { name }, values, node, onLiteral }) {
  const chosen = itemsOf(node).map(print);
  const toggle = (word) => {
    const next = chosen.includes(word) ? chosen.filter((other) => other !== word) : [...chosen, word];
    onLiteral(`[${next.join(', ')}]`);
  };
  return (
    <ul className="homebound-picks" aria-label={`Choices of ${name}`}>
      {values.map((value) => (
        <li key={value.name}>
          <Tick label={value.name} hint={value} checked={chosen.includes(value.name)} onTick={() => toggle(value.name)} place={chosen.indexOf(value.name) + 1} />
        </li>
      ))}
    </ul>
  );
}

/** An input for a value, which stands in the query as soon as it can be one. */
function Entry({ definition, node, onLiteral }) {
  const [draft, setDraft] = useState(null);
  const { choices } = inputOf(definition.type);
  const value = draft ?? shown(node);
  const enter = ({ target }) => {
    setDraft(target.value);
    const literal = literalOf(target.value, definition.type);
    if (literal !== undefined) onLiteral(literal);
  };
  const common = { 'aria-label': definition.name, title: definition.description, value, onChange: enter, onBlur: () => setDraft(null) };
  if (choices && choices.includes(value)) {
    return <select {...common}>{choices.map((choice) => <option key={choice}>{choice}</option>)}</select>;
  }
  return <input type="text" spellCheck="false" {...common} aria-invalid={literalOf(value, definition.type) === undefined} />;
}
