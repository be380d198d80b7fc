import { Client, fetchExchange } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { relayPagination } from '@urql/exchange-graphcache/extras'
import type { IntrospectionQuery } from 'graphql'
import type { Release } from '../homebound.js'

/**
 * urql with Graphcache. It wants to be told of every type that has no id; these are read from the schema, so that a type that
 * the contract gains needs no change here.
 */
export function urqlClient(release: Release, schema: IntrospectionQuery): Client {
  const keys: Record<string, () => null> = {}
  for (const type of schema.__schema.types) {
    if (type.kind === 'OBJECT' && !type.fields.some(({ name }) => name === 'id')) keys[type.name] = () => null
  }
  return new Client({
    url: release.endpoint,
    fetch: release.fetch,
    preferGetMethod: true,
    exchanges: [
      cacheExchange({
        schema,
        keys,
        resolvers: { Query: { employers: relayPagination(), permits: relayPagination(), repatriations: relayPagination() } },
      }),
      fetchExchange,
    ],
  })
}
