import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const MOST_FIRST_SCREEN_BYTES = 170_000;
const MOST_CLIENT_BYTES = 15_000;

/** A part of Vite's manifest: files that are loaded with a module, and modules that it loads when they are needed. */
type Manifest = Record<string, { file: string; isEntry?: boolean; imports?: string[] }>;

const FILES = new URL('../../dist/desk-files/', import.meta.url);

test('the scripts of the first screen are at most 170 kB, compressed', async () => {
  const manifest: Manifest = JSON.parse(await readFile(new URL('.vite/manifest.json', FILES), 'utf8'));
  const first = new Set<string>();
  const add = (name: string) => {
    const chunk = manifest[name];
    if (!chunk || first.has(chunk.file)) return;
    first.add(chunk.file);
    chunk.imports?.forEach(add);
  };
  for (const [name, { isEntry }] of Object.entries(manifest)) if (isEntry) add(name);
  const sizes = new Map<string, number>();
  for (const name of (await readdir(new URL('assets/', FILES))).filter((each) => each.endsWith('.js'))) {
    sizes.set(`assets/${name}`, gzipSync(await readFile(new URL(`assets/${name}`, FILES)), { level: 9 }).length);
  }
  const sum = [...first].reduce((total, file) => total + (sizes.get(file) ?? Number.NaN), 0);
  const later = [...sizes].filter(([file]) => !first.has(file)).map(([file, size]) => `${file} ${size}`);
  console.log(`first screen: ${sum} bytes; later: ${later.join(', ')}`);
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
