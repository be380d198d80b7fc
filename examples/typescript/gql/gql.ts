/* eslint-disable */
import * as types from './graphql.js';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Regions {\n    availability {\n      from\n      to\n      regions {\n        id\n        code\n        name\n      }\n      districts {\n        id\n        code\n        name\n      }\n    }\n  }\n": typeof types.RegionsDocument,
    "\n  fragment Published on Region {\n    id\n    name\n    observations(indicators: [\"WORKERS_PRESENT\", \"PERMITS_VALID\", \"WORK_VISAS\"]) {\n      id\n      value\n      to\n      indicator {\n        id\n        name\n      }\n      source {\n        id\n        publisher\n      }\n    }\n  }\n": typeof types.PublishedFragmentDoc,
    "\n  query Tiles($region: String!, $year: DateRange!) {\n    region(code: $region) {\n      ...Published\n      parent {\n        ...Published\n        parent {\n          ...Published\n        }\n      }\n    }\n    report(filter: { within: $region, period: $year }) {\n      id\n      totals {\n        id\n        permitsIssued\n        workersPresent\n        coverage\n        synthetic\n        perturbed\n      }\n    }\n  }\n": typeof types.TilesDocument,
    "\n  query Series($region: String!) {\n    report(filter: { within: $region }, groupBy: [PERIOD], granularity: YEAR) {\n      id\n      rows {\n        id\n        period {\n          label\n          to\n        }\n        workersPresent\n        coverage\n        synthetic\n        perturbed\n      }\n      synthetic\n      notices {\n        message\n      }\n    }\n  }\n": typeof types.SeriesDocument,
    "\n  query Impact($region: String!) {\n    economicImpact(region: $region, scenario: { basis: REPORTED }) {\n      id\n      baseline\n      to\n      synthetic\n      variants {\n        variant\n        outputLost {\n          central\n          p5\n          p95\n          unit\n        }\n      }\n      notices {\n        message\n      }\n    }\n  }\n": typeof types.ImpactDocument,
    "\n  query Employers($region: String!, $year: DateRange!, $search: String, $first: Int!, $offset: Int!) {\n    report(\n      filter: { within: $region, period: $year, search: $search }\n      groupBy: [EMPLOYER]\n      orderBy: [{ measure: PERMITS_ISSUED, direction: DESC }]\n      first: $first\n      offset: $offset\n    ) {\n      id\n      rows {\n        id\n        employer {\n          id\n          name\n        }\n        permitsIssued\n        workersAuthorised\n        coverage\n        synthetic\n        perturbed\n      }\n      totalCount\n      synthetic\n      pageInfo {\n        hasNextPage\n      }\n    }\n  }\n": typeof types.EmployersDocument,
    "\n  query Current {\n    release {\n      id\n      number\n    }\n  }\n": typeof types.CurrentDocument,
    "\n  query Permits($within: String!, $period: DateRange!) {\n    report(\n      filter: { within: $within, period: $period }\n      groupBy: [REGION]\n      orderBy: [{ measure: WORKERS_PRESENT, direction: DESC }]\n    ) {\n      id\n      rows {\n        id\n        region {\n          id\n          code\n          name\n        }\n        permitsIssued\n        workersPresent\n      }\n      totals {\n        id\n        permitsIssued\n        workersPresent\n        perturbed\n      }\n      pageInfo {\n        hasNextPage\n      }\n      synthetic\n      notices {\n        message\n      }\n      provenance {\n        release {\n          id\n          citation\n        }\n      }\n    }\n  }\n": typeof types.PermitsDocument,
};
const documents: Documents = {
    "\n  query Regions {\n    availability {\n      from\n      to\n      regions {\n        id\n        code\n        name\n      }\n      districts {\n        id\n        code\n        name\n      }\n    }\n  }\n": types.RegionsDocument,
    "\n  fragment Published on Region {\n    id\n    name\n    observations(indicators: [\"WORKERS_PRESENT\", \"PERMITS_VALID\", \"WORK_VISAS\"]) {\n      id\n      value\n      to\n      indicator {\n        id\n        name\n      }\n      source {\n        id\n        publisher\n      }\n    }\n  }\n": types.PublishedFragmentDoc,
    "\n  query Tiles($region: String!, $year: DateRange!) {\n    region(code: $region) {\n      ...Published\n      parent {\n        ...Published\n        parent {\n          ...Published\n        }\n      }\n    }\n    report(filter: { within: $region, period: $year }) {\n      id\n      totals {\n        id\n        permitsIssued\n        workersPresent\n        coverage\n        synthetic\n        perturbed\n      }\n    }\n  }\n": types.TilesDocument,
    "\n  query Series($region: String!) {\n    report(filter: { within: $region }, groupBy: [PERIOD], granularity: YEAR) {\n      id\n      rows {\n        id\n        period {\n          label\n          to\n        }\n        workersPresent\n        coverage\n        synthetic\n        perturbed\n      }\n      synthetic\n      notices {\n        message\n      }\n    }\n  }\n": types.SeriesDocument,
    "\n  query Impact($region: String!) {\n    economicImpact(region: $region, scenario: { basis: REPORTED }) {\n      id\n      baseline\n      to\n      synthetic\n      variants {\n        variant\n        outputLost {\n          central\n          p5\n          p95\n          unit\n        }\n      }\n      notices {\n        message\n      }\n    }\n  }\n": types.ImpactDocument,
    "\n  query Employers($region: String!, $year: DateRange!, $search: String, $first: Int!, $offset: Int!) {\n    report(\n      filter: { within: $region, period: $year, search: $search }\n      groupBy: [EMPLOYER]\n      orderBy: [{ measure: PERMITS_ISSUED, direction: DESC }]\n      first: $first\n      offset: $offset\n    ) {\n      id\n      rows {\n        id\n        employer {\n          id\n          name\n        }\n        permitsIssued\n        workersAuthorised\n        coverage\n        synthetic\n        perturbed\n      }\n      totalCount\n      synthetic\n      pageInfo {\n        hasNextPage\n      }\n    }\n  }\n": types.EmployersDocument,
    "\n  query Current {\n    release {\n      id\n      number\n    }\n  }\n": types.CurrentDocument,
    "\n  query Permits($within: String!, $period: DateRange!) {\n    report(\n      filter: { within: $within, period: $period }\n      groupBy: [REGION]\n      orderBy: [{ measure: WORKERS_PRESENT, direction: DESC }]\n    ) {\n      id\n      rows {\n        id\n        region {\n          id\n          code\n          name\n        }\n        permitsIssued\n        workersPresent\n      }\n      totals {\n        id\n        permitsIssued\n        workersPresent\n        perturbed\n      }\n      pageInfo {\n        hasNextPage\n      }\n      synthetic\n      notices {\n        message\n      }\n      provenance {\n        release {\n          id\n          citation\n        }\n      }\n    }\n  }\n": types.PermitsDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Regions {\n    availability {\n      from\n      to\n      regions {\n        id\n        code\n        name\n      }\n      districts {\n        id\n        code\n        name\n      }\n    }\n  }\n"): (typeof documents)["\n  query Regions {\n    availability {\n      from\n      to\n      regions {\n        id\n        code\n        name\n      }\n      districts {\n        id\n        code\n        name\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Published on Region {\n    id\n    name\n    observations(indicators: [\"WORKERS_PRESENT\", \"PERMITS_VALID\", \"WORK_VISAS\"]) {\n      id\n      value\n      to\n      indicator {\n        id\n        name\n      }\n      source {\n        id\n        publisher\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment Published on Region {\n    id\n    name\n    observations(indicators: [\"WORKERS_PRESENT\", \"PERMITS_VALID\", \"WORK_VISAS\"]) {\n      id\n      value\n      to\n      indicator {\n        id\n        name\n      }\n      source {\n        id\n        publisher\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Tiles($region: String!, $year: DateRange!) {\n    region(code: $region) {\n      ...Published\n      parent {\n        ...Published\n        parent {\n          ...Published\n        }\n      }\n    }\n    report(filter: { within: $region, period: $year }) {\n      id\n      totals {\n        id\n        permitsIssued\n        workersPresent\n        coverage\n        synthetic\n        perturbed\n      }\n    }\n  }\n"): (typeof documents)["\n  query Tiles($region: String!, $year: DateRange!) {\n    region(code: $region) {\n      ...Published\n      parent {\n        ...Published\n        parent {\n          ...Published\n        }\n      }\n    }\n    report(filter: { within: $region, period: $year }) {\n      id\n      totals {\n        id\n        permitsIssued\n        workersPresent\n        coverage\n        synthetic\n        perturbed\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Series($region: String!) {\n    report(filter: { within: $region }, groupBy: [PERIOD], granularity: YEAR) {\n      id\n      rows {\n        id\n        period {\n          label\n          to\n        }\n        workersPresent\n        coverage\n        synthetic\n        perturbed\n      }\n      synthetic\n      notices {\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  query Series($region: String!) {\n    report(filter: { within: $region }, groupBy: [PERIOD], granularity: YEAR) {\n      id\n      rows {\n        id\n        period {\n          label\n          to\n        }\n        workersPresent\n        coverage\n        synthetic\n        perturbed\n      }\n      synthetic\n      notices {\n        message\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Impact($region: String!) {\n    economicImpact(region: $region, scenario: { basis: REPORTED }) {\n      id\n      baseline\n      to\n      synthetic\n      variants {\n        variant\n        outputLost {\n          central\n          p5\n          p95\n          unit\n        }\n      }\n      notices {\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  query Impact($region: String!) {\n    economicImpact(region: $region, scenario: { basis: REPORTED }) {\n      id\n      baseline\n      to\n      synthetic\n      variants {\n        variant\n        outputLost {\n          central\n          p5\n          p95\n          unit\n        }\n      }\n      notices {\n        message\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Employers($region: String!, $year: DateRange!, $search: String, $first: Int!, $offset: Int!) {\n    report(\n      filter: { within: $region, period: $year, search: $search }\n      groupBy: [EMPLOYER]\n      orderBy: [{ measure: PERMITS_ISSUED, direction: DESC }]\n      first: $first\n      offset: $offset\n    ) {\n      id\n      rows {\n        id\n        employer {\n          id\n          name\n        }\n        permitsIssued\n        workersAuthorised\n        coverage\n        synthetic\n        perturbed\n      }\n      totalCount\n      synthetic\n      pageInfo {\n        hasNextPage\n      }\n    }\n  }\n"): (typeof documents)["\n  query Employers($region: String!, $year: DateRange!, $search: String, $first: Int!, $offset: Int!) {\n    report(\n      filter: { within: $region, period: $year, search: $search }\n      groupBy: [EMPLOYER]\n      orderBy: [{ measure: PERMITS_ISSUED, direction: DESC }]\n      first: $first\n      offset: $offset\n    ) {\n      id\n      rows {\n        id\n        employer {\n          id\n          name\n        }\n        permitsIssued\n        workersAuthorised\n        coverage\n        synthetic\n        perturbed\n      }\n      totalCount\n      synthetic\n      pageInfo {\n        hasNextPage\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Current {\n    release {\n      id\n      number\n    }\n  }\n"): (typeof documents)["\n  query Current {\n    release {\n      id\n      number\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Permits($within: String!, $period: DateRange!) {\n    report(\n      filter: { within: $within, period: $period }\n      groupBy: [REGION]\n      orderBy: [{ measure: WORKERS_PRESENT, direction: DESC }]\n    ) {\n      id\n      rows {\n        id\n        region {\n          id\n          code\n          name\n        }\n        permitsIssued\n        workersPresent\n      }\n      totals {\n        id\n        permitsIssued\n        workersPresent\n        perturbed\n      }\n      pageInfo {\n        hasNextPage\n      }\n      synthetic\n      notices {\n        message\n      }\n      provenance {\n        release {\n          id\n          citation\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Permits($within: String!, $period: DateRange!) {\n    report(\n      filter: { within: $within, period: $period }\n      groupBy: [REGION]\n      orderBy: [{ measure: WORKERS_PRESENT, direction: DESC }]\n    ) {\n      id\n      rows {\n        id\n        region {\n          id\n          code\n          name\n        }\n        permitsIssued\n        workersPresent\n      }\n      totals {\n        id\n        permitsIssued\n        workersPresent\n        perturbed\n      }\n      pageInfo {\n        hasNextPage\n      }\n      synthetic\n      notices {\n        message\n      }\n      provenance {\n        release {\n          id\n          citation\n        }\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;