import { useState } from 'react';
import { Tick } from './Tick.jsx';
import { removeValue, setValue } from './edit.js';
import { firstLiteral, inputOf, isRequired, literalOf, shown } from './values.js';

/** Shows the arguments of a selected field, each with a box to tick and an input for its value. */
export function Arguments({ field, definitions, edit, label }) {
  return (
    <ul className="homebound-arguments" aria-label={`Arguments of ${label}`}>
      {definitions.map((definition) => {
        const node = field.arguments.find(({ name }) => name.value === definition.name)?.value;
        return <Value key={definition.name} definition={definition} node={node} path={[definition.name]} field={field} edit={edit} />;
      })}
    </ul>
  );
}

/** Shows an argument, or a part of an input object, which stands at a path within the field's arguments. */
function Value({ definition, node, path, field, edit }) {
  const { parts } = inputOf(definition.type);
  const toggle = () => (node ? edit(removeValue, field, path) : edit(setValue, field, path, firstLiteral(definition)));
  const within = parts && (!node || node.kind === 'ObjectValue');
  return (
    <li>
      <Tick label={definition.name} hint={definition} checked={!!node} disabled={!!node && isRequired(definition)} onTick={toggle} />
      {node && !within && <Entry definition={definition} node={node} onLiteral={(literal) => edit(setValue, field, path, literal)} />}
      {node && within && (
        <ul aria-label={`Parts of ${definition.name}`}>
          {Object.values(parts.getFields()).map((part) => {
            const inner = node.fields.find(({ name }) => name.value === part.name)?.value;
            return <Value key={part.name} definition={part} node={inner} path={[...path, part.name]} field={field} edit={edit} />;
          })}
        </ul>
      )}
    </li>
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
