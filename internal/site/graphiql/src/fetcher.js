import { getOperationAST, Kind, parse } from 'graphql';
import { createClient } from 'graphql-sse';

/** Makes the function through which GraphiQL asks: queries over POST, subscriptions over server-sent events. */
export function createFetcher(url) {
  return (asked, { headers = {} } = {}) => {
    const document = parse(asked.query);
    const request = { ...asked, operationName: operationIn(document, asked.operationName) };
    const operation = getOperationAST(document, request.operationName);
    if (operation?.operation === 'subscription') {
      return createClient({ url, headers, retryAttempts: 0 }).iterate(request);
    }
    return post(url, request, headers);
  };
}

/**
 * Names the operation to run: the only one where there is no choice. GraphiQL reads the names in a text a moment after
 * the text has changed, and until then asks for an operation of the text before.
 */
function operationIn(document, name) {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return operations.length === 1 ? operations[0].name?.value : name;
}

async function post(url, request, headers) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The server answered ${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
  }
}
