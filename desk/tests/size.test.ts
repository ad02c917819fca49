import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const MOST_FIRST_SCREEN_BYTES = 170_000;
const MOST_CLIENT_BYTES = 15_000;

test('the scripts of the first screen are at most 170 kB, compressed', async () => {
  const folder = new URL('../../dist/desk-files/', import.meta.url);
  // The page names what it needs at once; the scripts of other screens are loaded by these.
  const page = await readFile(new URL('index.html', folder), 'utf8');
  const names = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, name = '']) => name);
  assert.ok(names.length > 0);
  const sizes = await Promise.all(
    names.map(async (name) => gzipSync(await readFile(new URL(name, folder)), { level: 9 }).length),
  );
  const sum = sizes.reduce((total, size) => total + size, 0);
  console.log(`first screen: ${sum} bytes`);
  assert.ok(sum <= MOST_FIRST_SCREEN_BYTES, `${sum} bytes`);
});

test('the client package is at most 15 kB, compressed, with what it builds on', async () => {
  const output = await build({
    root: new URL('../../client/', import.meta.url).pathname,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      lib: { entry: ['dist/index.js', 'dist/apollo/index.js', 'dist/urql/index.js'], formats: ['es'] },
      rollupOptions: { external: [/^@apollo\/client/, '@urql/core', 'rxjs', 'wonka', 'graphql'] },
    },
  });
  assert.ok(Array.isArray(output));
  const chunks = output.flatMap((each) => each.output).filter((chunk) => chunk.type === 'chunk');
  const sum = chunks.reduce((total, { code }) => total + gzipSync(code, { level: 9 }).length, 0);
  console.log(`client: ${sum} bytes`);
  assert.ok(sum <= MOST_CLIENT_BYTES, `${sum} bytes`);
});
