// Real clients against a running server: HOMEBOUND_URL names it.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { getIntrospectionQuery, parse, type IntrospectionQuery } from 'graphql'
import { createOperationDescriptor, fetchQuery, type ConcreteRequest } from 'relay-runtime'
import { apolloClient } from '../caches/apollo.js'
import { relayEnvironment } from '../caches/relay.js'
import { urqlClient } from '../caches/urql.js'
import { pin, type Release } from '../homebound.js'
import flowsRequest, { type panelsFlowsQuery } from '../relay/artifacts/panelsFlowsQuery.graphql.js'
import stocksRequest, { type panelsStocksQuery } from '../relay/artifacts/panelsStocksQuery.graphql.js'

const server = process.env.HOMEBOUND_URL
const withServer = server ? {} : { skip: 'NOT TESTED: needs HOMEBOUND_URL' }

type Stocks = panelsStocksQuery['response']
type Flows = panelsFlowsQuery['response']

const document = (request: ConcreteRequest) => parse(request.params.text ?? '')
const stocks = document(stocksRequest as ConcreteRequest)
const flows = document(flowsRequest as ConcreteRequest)

/** What a panel shows without any cache. */
async function plain<Data>(release: Release, request: ConcreteRequest): Promise<Data> {
  const response = await release.fetch(release.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: request.params.text }),
  })
  const answer = (await response.json()) as { data: Data; errors?: unknown }
  assert.equal(answer.errors, undefined)
  return answer.data
}

/** Clients add `__typename` of their own; everything else must be what the server said. */
const bare = <Data>(data: Data) => JSON.parse(JSON.stringify(data, (key, value) => (key === '__typename' ? undefined : value))) as Data

async function expected(t: TestContext) {
  const release = await pin({ url: server ?? '' })
  const [s, f] = [await plain<Stocks>(release, stocksRequest as ConcreteRequest), await plain<Flows>(release, flowsRequest as ConcreteRequest)]
  t.diagnostic(`${s.report?.rows.length} rows`)
  assert.ok((s.report?.rows.length ?? 0) > 50, 'there is something to lose')
  assert.deepEqual(
    s.report?.rows.map(({ id }) => id),
    f.report?.rows.map(({ id }) => id),
    'rows follow from the arguments alone',
  )
  assert.equal(new Set(s.report?.rows.map(({ id }) => id)).size, s.report?.rows.length, 'no two rows are one')
  return { release, stocks: s, flows: f }
}

test('Apollo keeps the rows of two panels', withServer, async (t) => {
  const want = await expected(t)
  const client = apolloClient(want.release)
  for (const [query, data] of [[stocks, want.stocks], [flows, want.flows]] as const) {
    const { data: got } = await client.query({ query })
    assert.deepEqual(bare(got), data)
  }
  assert.deepEqual(bare(client.readQuery({ query: stocks })), want.stocks, 'the first panel, after the second came')
  client.stop()
})

test('urql Graphcache keeps the rows of two panels', withServer, async (t) => {
  const want = await expected(t)
  const asked = await want.release.fetch(want.release.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: getIntrospectionQuery() }),
  })
  const { data: schema } = (await asked.json()) as { data: IntrospectionQuery }
  const client = urqlClient(want.release, schema)
  for (const [query, data] of [[stocks, want.stocks], [flows, want.flows]] as const) {
    const { data: got, error } = await client.query(query, {}).toPromise()
    assert.equal(error, undefined)
    assert.deepEqual(bare(got), data)
  }
  const { data: again } = await client.query(stocks, {}, { requestPolicy: 'cache-only' }).toPromise()
  assert.deepEqual(bare(again), want.stocks, 'the first panel, after the second came')
})

test('Relay keeps the rows of two panels', withServer, async (t) => {
  const want = await expected(t)
  const environment = relayEnvironment(want.release)
  for (const request of [stocksRequest, flowsRequest] as ConcreteRequest[]) await fetchQuery(environment, request, {}).toPromise()
  const shown = (request: ConcreteRequest) => environment.lookup(createOperationDescriptor(request, {}).fragment)
  for (const [request, data] of [[stocksRequest, want.stocks], [flowsRequest, want.flows]] as const) {
    const { data: got, isMissingData } = shown(request as ConcreteRequest)
    assert.equal(isMissingData, false)
    assert.deepEqual(bare(got), data)
  }
})
