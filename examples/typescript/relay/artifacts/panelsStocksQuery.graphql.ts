/**
 * @generated SignedSource<<90ace43290bdd6db9ee847a5a8e53b3b>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ConcreteRequest } from 'relay-runtime';
export type panelsStocksQuery$variables = Record<PropertyKey, never>;
export type panelsStocksQuery$data = {
  readonly report: {
    readonly id: string;
    readonly rows: ReadonlyArray<{
      readonly id: string;
      readonly peakWorkersPresent: number | null | undefined;
      readonly period: {
        readonly label: string;
      } | null | undefined;
      readonly region: {
        readonly id: string;
        readonly name: string;
      } | null | undefined;
      readonly workersPresent: number | null | undefined;
    }>;
    readonly totalCount: number;
  } | null | undefined;
};
export type panelsStocksQuery = {
  response: panelsStocksQuery$data;
  variables: panelsStocksQuery$variables;
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
                "name": "name",
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
            "name": "workersPresent",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "peakWorkersPresent",
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
    "name": "panelsStocksQuery",
    "selections": (v1/*:: as any*/),
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [],
    "kind": "Operation",
    "name": "panelsStocksQuery",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "c2e6763ae699a3a36e13465e0bafae7f",
    "id": null,
    "metadata": {},
    "name": "panelsStocksQuery",
    "operationKind": "query",
    "text": "query panelsStocksQuery {\n  report(filter: {within: \"RU-FD-FE\", nationalities: [\"KP\"]}, groupBy: [REGION], granularity: YEAR) {\n    id\n    totalCount\n    rows {\n      id\n      region {\n        id\n        name\n      }\n      period {\n        label\n      }\n      workersPresent\n      peakWorkersPresent\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "cd64013105efab6c2f0c44ed89075311";

export default node;
