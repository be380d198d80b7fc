import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import { relayStylePagination } from '@apollo/client/utilities'
import type { Release } from '../homebound.js'

/**
 * Apollo Client with its normalised cache. Objects with an `id` are kept once; others belong to the object they stand in.
 * Ask with `errorPolicy: 'all'` where one query has several panels, so that one that is refused leaves the others standing.
 */
export function apolloClient(release: Release): ApolloClient {
  return new ApolloClient({
    link: new HttpLink({ uri: release.endpoint, fetch: release.fetch, useGETForQueries: true }),
    cache: new InMemoryCache({
      typePolicies: {
        Query: {
          fields: {
            employers: relayStylePagination(['filter', 'orderBy']),
            permits: relayStylePagination(['filter', 'orderBy']),
            repatriations: relayStylePagination(['filter', 'orderBy']),
          },
        },
      },
    }),
  })
}
