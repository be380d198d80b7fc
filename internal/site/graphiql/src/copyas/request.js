import { getOperationAST, parse } from 'graphql';

// A key, as the server makes them. It goes into no snippet, wherever the reader has put it.
const key = /hb_[a-z2-7]{8}_[a-z2-7]{52}/g;

/**
 * Reads what a tab of GraphiQL asks, all of its parts being text: the document as it was written, the variables as a value,
 * the operation that is meant, and whether a key goes with it. Throws an Error whose message says why nothing can be asked.
 */
export function readRequest({ query, variables, headers, operationName }) {
  const text = query.replace(key, 'hb_...');
  const document = parsed(text);
  const operations = document.definitions.filter(({ kind }) => kind === 'OperationDefinition');
  const operation = getOperationAST(document, operationName) ?? operations[0];
  if (!operation) throw new Error('There is no query to copy.');
  if (operation.operation === 'subscription') throw new Error('A subscription is a stream, and the snippets ask once.');
  return {
    query: text,
    variables: readObject('variables', variables.replace(key, 'hb_...')),
    operationName: operation.name?.value,
    document,
    operation,
    keyed: Object.keys(readObject('headers', headers) ?? {}).some((name) => name.toLowerCase() === 'authorization'),
  };
}

function parsed(text) {
  if (text.replace(/#.*/g, '').trim() === '') throw new Error('There is no query to copy.');
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`The query cannot be read: ${error.message}`);
  }
}

function readObject(name, text) {
  if (text.trim() === '') return undefined;
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`The ${name} are not JSON.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`The ${name} are not a JSON object.`);
  return value;
}
