import type { CodegenConfig } from '@graphql-codegen/cli';

const scalars = {
  ID: 'string',
  DateTime: 'string',
  EmailAddress: 'string',
  JSONObject: '{ [name: string]: unknown }',
};

const config = {
  useTypeImports: true,
  enumsAsTypes: true,
  strictScalars: true,
  defaultScalarType: 'unknown',
  skipTypename: true,
  avoidOptionals: { field: true, inputValue: false, object: false, defaultValue: false },
  scalars,
};

/**
 * The types of what client/ and desk/ ask the API for. They are made by `npm run build` and `npm run check`, and are not
 * committed: a schema change that breaks a document fails both.
 */
const codegen: CodegenConfig = {
  schema: 'schema.graphql',
  importExtension: '.js',
  generates: {
    'client/src/generated/': {
      documents: 'client/src/**/*.graphql',
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { ...config, documentMode: 'string', onlyOperationTypes: false },
    },
    'desk/src/generated/': {
      documents: 'desk/src/**/*.{graphql,tsx}',
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config,
    },
  },
};

export default codegen;
