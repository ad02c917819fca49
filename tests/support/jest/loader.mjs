import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const GLOBALS = new URL('globals.mjs', import.meta.url).href;
const SHARED = new URL('../../../src/', import.meta.url).href;

/** Of helpers, which are loaded for each test file anew. */
const transformed = new Map();

function transform(filename) {
  const known = transformed.get(filename);
  if (known !== undefined) return known;
  const { code } = transformSync(readFileSync(filename, 'utf8'), { filename });
  transformed.set(filename, code);
  return code;
}

/**
 * Lets Node import TypeScript by the name that the file has when it is compiled. What a test file imports from outside of src/ is
 * loaded for this file alone: the query of its own URL goes on to it.
 */
export function registerLoader() {
  registerHooks({
    resolve(specifier, context, next) {
      const { search } = new URL(context.parentURL ?? GLOBALS);
      if (specifier === '@jest/globals') return { url: `${GLOBALS}${search}`, shortCircuit: true };
      if (!/^\.{1,2}\/.*\.js$/.test(specifier)) return next(specifier, context);
      const url = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
      if (!existsSync(url)) return next(specifier, context);
      if (!url.href.startsWith(SHARED)) url.search = search;
      return { url: url.href, format: 'module', shortCircuit: true };
    },
    load(url, context, next) {
      const { protocol, pathname } = new URL(url);
      if (protocol !== 'file:' || !pathname.endsWith('.ts')) return next(url, context);
      return { format: 'module', source: transform(fileURLToPath(url)), shortCircuit: true };
    },
  });
}
