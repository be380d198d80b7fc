/**
 * @generated SignedSource<<fc6cecd72d04ad69084d7aeed19252c2>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ConcreteRequest } from 'relay-runtime';
export type panelsFlowsQuery$variables = Record<PropertyKey, never>;
export type panelsFlowsQuery$data = {
  readonly report: {
    readonly id: string;
    readonly rows: ReadonlyArray<{
      readonly averageMonthlyWage: number | null | undefined;
      readonly id: string;
      readonly period: {
        readonly label: string;
      } | null | undefined;
      readonly permitsIssued: number | null | undefined;
      readonly region: {
        readonly code: string;
        readonly id: string;
      } | null | undefined;
      readonly workersRepatriated: number | null | undefined;
    }>;
    readonly totalCount: number;
  } | null | undefined;
};
export type panelsFlowsQuery = {
  response: panelsFlowsQuery$data;
  variables: panelsFlowsQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "id",
  "storageKey": null
},
v1 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Literal",
        "name": "filter",
        "value": {
          "nationalities": [
            "KP"
          ],
          "within": "RU-FD-FE"
        }
      },
      {
        "kind": "Literal",
        "name": "granularity",
        "value": "YEAR"
      },
      {
        "kind": "Literal",
        "name": "groupBy",
        "value": [
          "REGION"
        ]
      }
    ],
    "concreteType": "Report",
    "kind": "LinkedField",
    "name": "report",
    "plural": false,
    "selections": [
      (v0/*:: as any*/),
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "totalCount",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "concreteType": "ReportRow",
        "kind": "LinkedField",
        "name": "rows",
        "plural": true,
        "selections": [
          (v0/*:: as any*/),
          {
            "alias": null,
            "args": null,
            "concreteType": "Region",
            "kind": "LinkedField",
            "name": "region",
            "plural": false,
            "selections": [
              (v0/*:: as any*/),
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "code",
                "storageKey": null
              }
            ],
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "concreteType": "Period",
            "kind": "LinkedField",
            "name": "period",
            "plural": false,
            "selections": [
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "label",
                "storageKey": null
              }
            ],
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "permitsIssued",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "workersRepatriated",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "averageMonthlyWage",
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "storageKey": "report(filter:{\"nationalities\":[\"KP\"],\"within\":\"RU-FD-FE\"},granularity:\"YEAR\",groupBy:[\"REGION\"])"
  }
];
return {
  "fragment": {
    "argumentDefinitions": [],
    "kind": "Fragment",
    "metadata": null,
    "name": "panelsFlowsQuery",
    "selections": (v1/*:: as any*/),
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [],
    "kind": "Operation",
    "name": "panelsFlowsQuery",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "43bfce7a8dc073161914c650f27f7898",
    "id": null,
    "metadata": {},
    "name": "panelsFlowsQuery",
    "operationKind": "query",
    "text": "query panelsFlowsQuery {\n  report(filter: {within: \"RU-FD-FE\", nationalities: [\"KP\"]}, groupBy: [REGION], granularity: YEAR) {\n    id\n    totalCount\n    rows {\n      id\n      region {\n        id\n        code\n      }\n      period {\n        label\n      }\n      permitsIssued\n      workersRepatriated\n      averageMonthlyWage\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "1f135f08776b83a300398822616d0cf1";

export default node;
