// Follows the releases at URL the way MODE says, and asks one query on the same client before. Prints a JSON object per line:
// connected, answer, next, complete or error.
import { createClient as createEventClient } from 'graphql-sse'
import { createClient as createSocketClient } from 'graphql-ws'
import WebSocket from 'ws'

const [url, mode] = process.argv.slice(2)
const say = (what, value = true) => console.log(JSON.stringify({ [what]: value }))
const on = { connected: () => say('connected') }
const often = { retryAttempts: 100, retryWait: () => new Promise((go) => setTimeout(go, 50)) }

const clients = {
  'sse distinct': () => createEventClient({ url, on, ...often, retry: often.retryWait }),
  'sse single': () => createEventClient({ url, on, singleConnection: true, lazyCloseTimeout: 1000, ...often, retry: often.retryWait }),
  ws: () => createSocketClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, on, lazyCloseTimeout: 1000, shouldRetry: () => true, ...often }),
}
const client = clients[mode]()
const run = (query, what) =>
  new Promise((complete, error) => client.subscribe({ query }, { next: (value) => say(what, value), error, complete }))

try {
  await run('{ release { number } }', 'answer')
  // With a single connection the protocol has the response say so, which the client takes for a broken network.
  if (mode !== 'sse single') await run('{ nothing }', 'answer').catch((errors) => say('answer', { errors }))
  await run('subscription { releasePublished { number } }', 'next')
  say('complete')
} catch (error) {
  say('error', error.message ?? String(error.code ?? error))
}
await client.dispose()
