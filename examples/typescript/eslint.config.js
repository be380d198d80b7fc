import graphql from '@graphql-eslint/eslint-plugin'

// What `npm run lint` holds the contract and the documents of this repository to, from the repository's root: the rules that
// graphql-eslint recommends for schemas, Relay and operations. An exception stands with its reason; .graphql-schema-linterrc
// has those of the other linter, which holds the same schema to rules that graphql-eslint does not have.
const kit = ['examples/typescript/report.ts', 'examples/typescript/dashboard/queries.ts']
const site = 'internal/site/{pages/documents,pictures/documents,embeds/embed,graphiql/src/examples,graphiql/src/tabs}/*.graphql'
const contract = 'schema.graphqls'
const projects = { kit: { schema: contract, documents: kit }, site: { schema: contract, documents: site } }
const { configs } = graphql

// The queries within TypeScript alone: the compiler checks what is around them.
const queries = {
  ...graphql.processor,
  preprocess: (text, file) => graphql.processor.preprocess(text, file).filter((block) => typeof block !== 'string'),
}

const schema = {
  ...configs['flat/schema-recommended'].rules,
  ...configs['flat/schema-relay'].rules,
  // It knows one style for all. Here a description of one line is a "text", a longer one a """block""", which reads best.
  '@graphql-eslint/description-style': 'off',
  // ErrorCode is what `extensions.code` of an error can be: no field returns it. The other linter, which can leave out a single
  // type, finds every other one that nothing uses.
  '@graphql-eslint/no-unreachable-types': 'off',
  // A period, an estimate, a notice is a part of what it stands in, and has no identity of its own: an id would make caches
  // share what is not the same. What has one has an `id`, and the tests with Apollo, urql and Relay hold it to that.
  '@graphql-eslint/strict-id-in-types': 'off',
  // Report is a connection whose name is older than its edges; the name stays. The other linter's relay-connection-types-spec
  // holds every type that is called a connection to the same fields.
  '@graphql-eslint/relay-connection-types': 'off',
  // Lists that are short and come whole, such as the regions of a district, are no connections. Rows of a report, and changes
  // between two releases, are answers to a question: they are asked for anew, and not by `node`.
  '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }],
  // `changes` reads two releases from their start on, and has no way back from the end: `first` and `after` alone.
  '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
}

const operations = configs['flat/operations-recommended'].rules

export default [
  { files: kit, processor: queries },
  {
    files: [contract, '**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { projects } } },
  },
  { files: [contract], rules: schema },
  { files: ['**/*.graphql'], rules: operations },
  {
    files: ['internal/**/*.graphql'],
    rules: {
      // The server asks these itself and draws the answer, and GraphiQL shows them to people: no cache would use the ids.
      '@graphql-eslint/require-selections': 'off',
      // Each is sent by itself, so that a page and a picture may both ask for `Stock`.
      '@graphql-eslint/unique-operation-name': 'off',
      '@graphql-eslint/unique-fragment-name': 'off',
    },
  },
]
