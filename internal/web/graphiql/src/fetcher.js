import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-sse';

/** Makes the function through which GraphiQL asks: queries over POST, subscriptions over server-sent events. */
export function createFetcher(url) {
  return (request, { headers = {} } = {}) => {
    const operation = getOperationAST(parse(request.query), request.operationName);
    if (operation?.operation === 'subscription') {
      return createClient({ url, headers, retryAttempts: 0 }).iterate(request);
    }
    return post(url, request, headers);
  };
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
