// Two panels of one page: the same report, with other measures. relay-compiler writes their operations into artifacts/, which the
// other clients send as well. Each client has to keep the rows of both.
import { graphql } from 'relay-runtime'

export const stocks = graphql`
  query panelsStocksQuery {
    report(filter: { within: "RU-FD-FE", nationalities: ["KP"] }, groupBy: [REGION], granularity: YEAR) {
      id
      totalCount
      rows { id region { id name } period { label } workersPresent peakWorkersPresent }
    }
  }
`

export const flows = graphql`
  query panelsFlowsQuery {
    report(filter: { within: "RU-FD-FE", nationalities: ["KP"] }, groupBy: [REGION], granularity: YEAR) {
      id
      totalCount
      rows { id region { id code } period { label } permitsIssued workersRepatriated averageMonthlyWage }
    }
  }
`
