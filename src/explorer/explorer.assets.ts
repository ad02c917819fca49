import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { z } from 'zod';
import { bootstrapScript } from './bootstrap-script.js';

const compress = promisify(gzip);

/** Where `npm run build` puts the files of the packages: the same folder from src/ and from dist/. */
const FOLDER = new URL('../../dist/explorer-assets/', import.meta.url);

const emitted = z.object({ style: z.string(), scripts: z.array(z.string()) });

/** A file of the explorer page, under a name that changes whenever its content does. */
export interface ExplorerAsset {
  readonly name: string;
  readonly contentType: string;
  load(): Promise<{ plain: Buffer; gzipped: Buffer }>;
}

/** The page's style sheet and its scripts, in the order in which they must run. */
export interface ExplorerAssets {
  readonly style: ExplorerAsset;
  readonly scripts: readonly ExplorerAsset[];
}

const JAVASCRIPT = 'text/javascript; charset=utf-8';
const CSS = 'text/css; charset=utf-8';

export async function explorerAssets(): Promise<ExplorerAssets> {
  const { style, scripts } = emitted.parse(JSON.parse(await readFile(new URL('assets.json', FOLDER), 'utf8')));
  return {
    style: emittedAsset(style, CSS),
    scripts: [...scripts.map((name) => emittedAsset(name, JAVASCRIPT)), bootstrapAsset()],
  };
}

function emittedAsset(name: string, contentType: string): ExplorerAsset {
  return { name, contentType, load: once(async () => withGzip(await readFile(new URL(name, FOLDER)))) };
}

function bootstrapAsset(): ExplorerAsset {
  const hash = createHash('sha256').update(bootstrapScript).digest('hex').slice(0, 12);
  return {
    name: `bootstrap-${hash}.js`,
    contentType: JAVASCRIPT,
    load: once(async () => withGzip(Buffer.from(bootstrapScript))),
  };
}

async function withGzip(plain: Buffer): Promise<{ plain: Buffer; gzipped: Buffer }> {
  return { plain, gzipped: await compress(plain) };
}

/** A failure is not kept: the next caller tries again. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return async () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}
