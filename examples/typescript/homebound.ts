// A release of one server, pinned: whatever is asked from here on is answered from the same data, whatever is published
// meanwhile. Every cache of ./caches stands on it.

/** A server, and the key that it gave, where it asks for one. A page that strangers open must not carry a key. */
export interface Server {
  url: string
  key?: string | undefined
}

/** A release to ask. Two numbers that follow from the same endpoint belong together. */
export interface Release {
  number: number
  /** Where it answers for ever. */
  endpoint: string
  /** The reference to print beside its figures. */
  citation: string
  /** fetch with the server's key, and with a limit for one answer. */
  fetch: typeof fetch
}

/** A day, as `2017-12-22`. It has no time and no zone: new Date(day) would show the day before in half of the world. */
export type Day = string

const patience = 60_000 // milliseconds for one answer

/** Finds a release, the current one where no number is given. It throws the server's own sentence where there is none. */
export async function pin(server: Server, number?: number): Promise<Release> {
  const url = server.url.replace(/\/+$/, '')
  const ask: typeof fetch = (address, options = {}) => {
    const headers = new Headers(options.headers)
    if (server.key) headers.set('authorization', `Bearer ${server.key}`)
    return fetch(address, { ...options, headers, signal: options.signal ?? AbortSignal.timeout(patience) })
  }
  const response = await ask(number ? `${url}/releases/${number}/graphql` : `${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: 'query Pin { release { number citation } }' }),
  })
  const answer: unknown = await response.json().catch(() => null)
  const { release, message } = read(answer)
  if (!release) throw new Error(message ?? `${url} answered ${response.status}, and no release`)
  return { ...release, endpoint: `${url}/releases/${release.number}/graphql`, fetch: ask }
}

type Answer = { data?: { release?: { number: number; citation: string } }; errors?: [{ message: string }] }

function read(answer: unknown) {
  const { data, errors } = (answer ?? {}) as Answer
  return { release: data?.release, message: errors?.[0].message }
}
