// Asks by hashes as CLIENT does, by GET or POST as METHOD says: the same query twice, with a client of its own each time. Prints
// for each round the answer, and what was sent: the method, and whether the text of the query went along.
import { createHash } from 'node:crypto'
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { Client, fetchExchange, gql } from '@urql/core'
import { persistedExchange } from '@urql/exchange-persisted'

const [url, name, method] = process.argv.slice(2)
const query = gql(`query ByHash_${name}_${method} { release { number contentHash } }`)
const sha256 = async (text) => createHash('sha256').update(text).digest('hex')

let sent
const recording = async (address, options) => {
  const wire = new URL(address)
  const text = options?.body ? JSON.parse(options.body).query : wire.searchParams.get('query')
  const response = await fetch(address, options)
  sent.push({ method: options?.method ?? 'GET', text: Boolean(text), status: response.status, type: response.headers.get('content-type') })
  return response
}

const ask = {
  async apollo() {
    const link = new PersistedQueryLink({ sha256, useGETForHashedQueries: method === 'GET' }).concat(new HttpLink({ uri: url, fetch: recording }))
    const client = new ApolloClient({ link, cache: new InMemoryCache() })
    const { data } = await client.query({ query })
    return { number: data.release.number }
  },
  async urql() {
    const exchanges = [
      persistedExchange({ preferGetForPersistedQueries: method === 'GET' ? 'force' : false, generateHash: sha256 }),
      fetchExchange,
    ]
    const client = new Client({ url, exchanges, fetch: recording, preferGetMethod: false })
    const { data, error } = await client.query(query, {}).toPromise()
    if (error) throw error
    return { number: data.release.number }
  },
}

const rounds = []
for (let round = 0; round < 2; round++) {
  sent = []
  rounds.push({ answer: await ask[name](), sent })
}
console.log(JSON.stringify(rounds))
