// Writes schema.graphql from the code. With --check it writes nothing, and fails if the committed file is another.
// Run: npm run schema [-- --check]
import { readFileSync, writeFileSync } from 'node:fs';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from '../src/graphql/schema.js';

const file = new URL('../schema.graphql', import.meta.url);
const emitted = `# Emitted by \`npm run schema\` from the code. Do not edit.\n\n${printSchema(lexicographicSortSchema(createSchema()))}\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== emitted) {
    console.error('schema.graphql is not what the code emits. Run npm run schema, and commit the file.');
    process.exit(1);
  }
  console.log('schema.graphql is what the code emits');
} else {
  writeFileSync(file, emitted);
}
