import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { bootstrapScript } from './bootstrap-script.js';

const require = createRequire(import.meta.url);
const compress = promisify(gzip);

/** A file of the explorer page, under a name that changes whenever its content does. */
export interface ExplorerAsset {
  name: string;
  contentType: string;
  load(): Promise<{ plain: Buffer; gzipped: Buffer }>;
}

const JAVASCRIPT = 'text/javascript; charset=utf-8';
const CSS = 'text/css; charset=utf-8';

/** The page's style sheet and its scripts, in the order in which they must run. */
export const explorerAssets = {
  style: packageAsset('graphiql', 'graphiql.min.css', CSS),
  scripts: [
    packageAsset('react', 'umd/react.production.min.js', JAVASCRIPT),
    packageAsset('react-dom', 'umd/react-dom.production.min.js', JAVASCRIPT),
    packageAsset('graphiql', 'graphiql.min.js', JAVASCRIPT),
    bootstrapAsset(),
  ],
};

function packageAsset(packageName: string, path: string, contentType: string): ExplorerAsset {
  const manifest = require.resolve(`${packageName}/package.json`);
  const { version }: { version: string } = require(manifest);
  const extension = path.slice(path.lastIndexOf('.'));
  return {
    name: `${packageName}-${version}${extension}`,
    contentType,
    load: once(async () => withGzip(await readFile(join(dirname(manifest), path)))),
  };
}

function bootstrapAsset(): ExplorerAsset {
  const hash = createHash('sha256').update(bootstrapScript).digest('hex').slice(0, 12);
  return {
    name: `bootstrap-${hash}.js`,
    contentType: JAVASCRIPT,
    load: once(() => withGzip(Buffer.from(bootstrapScript))),
  };
}

async function withGzip(plain: Buffer): Promise<{ plain: Buffer; gzipped: Buffer }> {
  return { plain, gzipped: await compress(plain) };
}

/** A failure is not kept: the next caller tries again. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}
