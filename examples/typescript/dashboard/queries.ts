// The questions of the dashboard, a panel each: one that fails, or that a key may not ask, leaves the others standing.
import { graphql } from '../gql/index.js'

export const Regions = graphql(`
  query Regions {
    availability {
      from
      to
      regions {
        id
        code
        name
      }
      districts {
        id
        code
        name
      }
    }
  }
`)

// What was published of a region, else of what it lies in.
graphql(`
  fragment Published on Region {
    id
    name
    observations(indicators: ["WORKERS_PRESENT", "PERMITS_VALID", "WORK_VISAS"]) {
      id
      value
      to
      indicator {
        id
        name
      }
      source {
        id
        publisher
      }
    }
  }
`)

export const Tiles = graphql(`
  query Tiles($region: String!, $year: DateRange!) {
    region(code: $region) {
      ...Published
      parent {
        ...Published
        parent {
          ...Published
        }
      }
    }
    report(filter: { within: $region, period: $year }) {
      id
      totals {
        id
        permitsIssued
        workersPresent
        coverage
        synthetic
        perturbed
      }
    }
  }
`)

export const Series = graphql(`
  query Series($region: String!) {
    report(filter: { within: $region }, groupBy: [PERIOD], granularity: YEAR) {
      id
      rows {
        id
        period {
          label
          to
        }
        workersPresent
        coverage
        synthetic
        perturbed
      }
      synthetic
      notices {
        message
      }
    }
  }
`)

export const Impact = graphql(`
  query Impact($region: String!) {
    economicImpact(region: $region, scenario: { basis: REPORTED }) {
      id
      baseline
      to
      synthetic
      variants {
        variant
        outputLost {
          central
          p5
          p95
          unit
        }
      }
      notices {
        message
      }
    }
  }
`)

export const Employers = graphql(`
  query Employers($region: String!, $year: DateRange!, $search: String, $first: Int!, $offset: Int!) {
    report(
      filter: { within: $region, period: $year, search: $search }
      groupBy: [EMPLOYER]
      orderBy: [{ measure: PERMITS_ISSUED, direction: DESC }]
      first: $first
      offset: $offset
    ) {
      id
      rows {
        id
        employer {
          id
          name
        }
        permitsIssued
        workersAuthorised
        coverage
        synthetic
        perturbed
      }
      totalCount
      synthetic
      pageInfo {
        hasNextPage
      }
    }
  }
`)
