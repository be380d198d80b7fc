import { useContext, useEffect, useState } from 'react';
import { getNullableType, isListType, print } from 'graphql';
import { findCodes } from './codes.js';
import { itemsOf } from './edit.js';
import { Tree } from './tree.js';

// How long the reader's fingers rest before the server is asked.
const rest = 250;

/** A box that finds codes by name, and what it found, each of which can be put into the value or taken out. */
export function Codes({ codes, definition: { name, type }, node, onLiteral }) {
  const { ask } = useContext(Tree);
  const [text, setText] = useState('');
  const [result, setResult] = useState({});
  const isList = isListType(getNullableType(type));
  const chosen = itemsOf(node).map(print).filter((literal) => literal !== '""' && literal !== 'null');

  useEffect(() => {
    if (text.trim() === '') return setResult({});
    let isOver = false;
    const timer = setTimeout(async () => {
      const next = await findCodes(codes, text.trim(), ask).then((found) => ({ found }), ({ message }) => ({ problem: message }));
      if (!isOver) setResult(next);
    }, rest);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [text, codes.query]);

  const choose = (code) => {
    const literal = JSON.stringify(code);
    if (!isList) return onLiteral(literal);
    return onLiteral(`[${(chosen.includes(literal) ? chosen.filter((other) => other !== literal) : [...chosen, literal]).join(', ')}]`);
  };
  const { found, problem } = result;
  return (
    <div className="homebound-codes">
      <input type="search" value={text} onChange={({ target }) => setText(target.value)} placeholder={`Find ${codes.list} by name`} aria-label={`Find ${codes.list} for ${name}`} spellCheck="false" />
      <span role="status">{problem ?? (found?.length === 0 ? `No ${codes.list} are called so.` : '')}</span>
      {found?.length > 0 && (
        <ul aria-label={`Found ${codes.list}`}>
          {found.map((one) => (
            <li key={one.code}>
              <button type="button" aria-pressed={chosen.includes(JSON.stringify(one.code))} onClick={() => choose(one.code)}><b>{one.code}</b> {one.name}</button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
