import type { CodegenConfig } from '@graphql-codegen/cli'

// What `npm run generate` writes into gql/: a type for every variable and answer of the queries in report.ts, and for nothing
// else of the schema. A query that the schema does not allow does not generate, and a use that the query does not allow does
// not compile.
const config: CodegenConfig = {
  schema: '../../schema.graphqls',
  documents: ['report.ts', 'dashboard/queries.ts'],
  generates: {
    'gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        scalars: { Date: 'string', DateTime: 'string', URL: 'string' },
        strictScalars: true,
        enumsAsTypes: true,
        useTypeImports: true,
      },
    },
  },
  importExtension: '.js',
  emitLegacyCommonJSImports: false,
}

export default config
