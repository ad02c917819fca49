// Writes schema.graphql from the code. With --check it writes nothing, and fails if the committed file is another.
// Run: npm run schema [-- --check]
import { readFileSync, writeFileSync } from 'node:fs';
import { isEnumType, isIntrospectionType, isSpecifiedScalarType, lexicographicSortSchema, printType } from 'graphql';
import { createSchema } from '../src/app/schema.js';

const file = new URL('../schema.graphql', import.meta.url);

/** Types and fields by the alphabet, so that moving code changes nothing here; enum values in the order that they have. */
function printed(): string {
  const schema = createSchema();
  const types = Object.values(lexicographicSortSchema(schema).getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .map((type) => (isEnumType(type) ? (schema.getType(type.name) ?? type) : type));
  return types.map((type) => printType(type)).join('\n\n');
}

const emitted = `# Emitted by \`npm run schema\` from the code. Do not edit.\n\n${printed()}\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== emitted) {
    console.error('schema.graphql is not what the code emits. Run npm run schema, and commit the file.');
    process.exit(1);
  }
  console.log('schema.graphql is what the code emits');
} else {
  writeFileSync(file, emitted);
}
