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
    "\n  query Current {\n    release {\n      number\n    }\n  }\n": typeof types.CurrentDocument,
    "\n  query Permits($within: String!, $period: DateRange!) {\n    report(\n      filter: { within: $within, period: $period }\n      groupBy: [REGION]\n      orderBy: [{ measure: WORKERS_PRESENT, direction: DESC }]\n    ) {\n      rows {\n        region {\n          code\n          name\n        }\n        permitsIssued\n        workersPresent\n      }\n      totals {\n        permitsIssued\n        workersPresent\n        perturbed\n      }\n      pageInfo {\n        hasNextPage\n      }\n      synthetic\n      notices {\n        message\n      }\n      provenance {\n        release {\n          citation\n        }\n      }\n    }\n  }\n": typeof types.PermitsDocument,
};
const documents: Documents = {
    "\n  query Current {\n    release {\n      number\n    }\n  }\n": types.CurrentDocument,
    "\n  query Permits($within: String!, $period: DateRange!) {\n    report(\n      filter: { within: $within, period: $period }\n      groupBy: [REGION]\n      orderBy: [{ measure: WORKERS_PRESENT, direction: DESC }]\n    ) {\n      rows {\n        region {\n          code\n          name\n        }\n        permitsIssued\n        workersPresent\n      }\n      totals {\n        permitsIssued\n        workersPresent\n        perturbed\n      }\n      pageInfo {\n        hasNextPage\n      }\n      synthetic\n      notices {\n        message\n      }\n      provenance {\n        release {\n          citation\n        }\n      }\n    }\n  }\n": types.PermitsDocument,
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
export function graphql(source: "\n  query Current {\n    release {\n      number\n    }\n  }\n"): (typeof documents)["\n  query Current {\n    release {\n      number\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Permits($within: String!, $period: DateRange!) {\n    report(\n      filter: { within: $within, period: $period }\n      groupBy: [REGION]\n      orderBy: [{ measure: WORKERS_PRESENT, direction: DESC }]\n    ) {\n      rows {\n        region {\n          code\n          name\n        }\n        permitsIssued\n        workersPresent\n      }\n      totals {\n        permitsIssued\n        workersPresent\n        perturbed\n      }\n      pageInfo {\n        hasNextPage\n      }\n      synthetic\n      notices {\n        message\n      }\n      provenance {\n        release {\n          citation\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Permits($within: String!, $period: DateRange!) {\n    report(\n      filter: { within: $within, period: $period }\n      groupBy: [REGION]\n      orderBy: [{ measure: WORKERS_PRESENT, direction: DESC }]\n    ) {\n      rows {\n        region {\n          code\n          name\n        }\n        permitsIssued\n        workersPresent\n      }\n      totals {\n        permitsIssued\n        workersPresent\n        perturbed\n      }\n      pageInfo {\n        hasNextPage\n      }\n      synthetic\n      notices {\n        message\n      }\n      provenance {\n        release {\n          citation\n        }\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;