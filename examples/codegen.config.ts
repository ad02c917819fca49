import type { CodegenConfig } from '@graphql-codegen/cli';

type Output = NonNullable<CodegenConfig['generates']>[string];

/** `graphql()` of generated/ gives a document its types: a field that the schema lacks fails the build. */
const generated = (page: string): Output => ({
  documents: `${page}/main.tsx`,
  preset: 'client',
  presetConfig: { fragmentMasking: false },
  config: { useTypeImports: true, scalars: { DateTime: 'string', EmailAddress: 'string' } },
});

const config: CodegenConfig = {
  schema: '../schema.graphql',
  generates: {
    'apollo/generated/': generated('apollo'),
    'urql/generated/': generated('urql'),
  },
};

export default config;
