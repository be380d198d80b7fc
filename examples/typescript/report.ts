// Permits by region and year, with the reference to print beside them: npm start [REGION [YEAR]]
import { cacheExchange, Client, fetchExchange } from '@urql/core'
import { graphql } from './gql/index.js'

const Current = graphql(`
  query Current {
    release {
      id
      number
    }
  }
`)

const Permits = graphql(`
  query Permits($within: String!, $period: DateRange!) {
    report(
      filter: { within: $within, period: $period }
      groupBy: [REGION]
      orderBy: [{ measure: WORKERS_PRESENT, direction: DESC }]
    ) {
      id
      rows {
        id
        region {
          id
          code
          name
        }
        permitsIssued
        workersPresent
      }
      totals {
        id
        permitsIssued
        workersPresent
        perturbed
      }
      pageInfo {
        hasNextPage
      }
      synthetic
      notices {
        message
      }
      provenance {
        release {
          id
          citation
        }
      }
    }
  }
`)

const server = process.env['HOMEBOUND_URL'] ?? 'http://127.0.0.1:8080'

function clientOf(path: string): Client {
  return new Client({
    url: server + path,
    preferGetMethod: true,
    exchanges: [cacheExchange, fetchExchange],
    fetch: (address, options) => fetch(address, { ...options, signal: AbortSignal.timeout(60_000) }),
  })
}

// A figure that is null is not known: it is never a zero.
function figure(value: number | null | undefined): string {
  return value?.toLocaleString('en') ?? '-'
}

async function main(within = 'RU-FD-FE', year = '2017'): Promise<void> {
  const current = await clientOf('/graphql').query(Current, {}).toPromise()
  const release = current.data?.release
  if (!release) throw current.error ?? new Error('expected the number of the release, found none')
  const { number } = release // from here on the same data, whatever is published meanwhile

  const answer = await clientOf(`/releases/${number}/graphql`)
    .query(Permits, { within, period: { from: `${year}-01-01`, to: `${year}-12-31` } })
    .toPromise()
  if (answer.error) throw answer.error
  const report = answer.data?.report
  if (!report) throw new Error('expected a report, found none')

  const { rows, totals, pageInfo, synthetic, notices, provenance } = report
  const line = (name: string, row: Omit<(typeof rows)[number], 'region'>) =>
    console.log(name.padEnd(34) + figure(row.permitsIssued).padStart(10) + figure(row.workersPresent).padStart(10))

  console.log(`${within}, ${year}: permits issued in the year, workers present on its last day`)
  if (synthetic) console.log('SYNTHETIC: made-up register rows take part; this is no finding')
  if (totals.perturbed) console.log('MASKED: rows of few people are masked; figures are right on average')
  for (const { message } of notices) console.log(`Note: ${message}`)
  for (const row of rows) line(row.region?.name ?? '(no region)', row)
  line('in all', totals)
  if (pageInfo.hasNextPage) console.log('(and more regions: ask for the next page with `after`)')
  console.log(provenance.release.citation)
}

main(...process.argv.slice(2)).catch((reason: unknown) => {
  console.error(reason instanceof Error ? reason.message : reason)
  process.exitCode = 1
})
