import { Environment, Network, RecordSource, Store, type GraphQLResponse } from 'relay-runtime'
import type { Release } from '../homebound.js'

/** A Relay environment. It needs no configuration: Relay finds objects by their `id`, and pages by the connection's name. */
export function relayEnvironment(release: Release): Environment {
  const network = Network.create(async ({ text }, variables) => {
    const response = await release.fetch(release.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify({ query: text, variables }),
    })
    return (await response.json()) as GraphQLResponse
  })
  return new Environment({ network, store: new Store(new RecordSource()) })
}
