import { getOperationAST, Kind, parse } from 'graphql';
import { createClient } from 'graphql-sse';

/**
 * Makes the function through which GraphiQL asks: queries over POST, subscriptions over server-sent events. With a meter the
 * server is asked what each answer costs, which the meter notes with the answer's time and size.
 */
export function createFetcher(url, meter) {
  return (asked, { headers = {} } = {}) => {
    const document = parse(asked.query);
    const request = { ...asked, operationName: operationIn(document, asked.operationName) };
    const operation = getOperationAST(document, request.operationName);
    if (operation?.operation === 'subscription') {
      return createClient({ url, headers, retryAttempts: 0 }).iterate(request);
    }
    return meter ? measured(url, request, headers, meter) : post(url, request, headers).then(({ answer }) => answer);
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

/** Posts a request and notes what its answer took. The cost, for which the reader has not asked, is not left in the answer. */
async function measured(url, request, headers, meter) {
  const began = performance.now();
  const { answer, bytes, budget } = await post(url, { ...request, extensions: { ...request.extensions, cost: true } }, headers);
  const figures = { ms: performance.now() - began, bytes, budget, cost: answer?.extensions?.cost };
  if (figures.cost) {
    delete answer.extensions.cost;
    if (Object.keys(answer.extensions).length === 0) delete answer.extensions;
  }
  meter.note(JSON.stringify(answer, null, 2), figures); // as GraphiQL shows it
  return answer;
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
    return { answer: JSON.parse(text), bytes: new Blob([text]).size, budget: budgetIn(response.headers.get('ratelimit')) };
  } catch {
    throw new Error(`The server answered ${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
  }
}

/** Reads what is left of the budget from a header such as `"key";r=412;t=19`. */
function budgetIn(header) {
  const left = /(?:^|;)\s*r=(\d+)/.exec(header ?? '')?.[1];
  return left === undefined ? undefined : Number(left);
}
