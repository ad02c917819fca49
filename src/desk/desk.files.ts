import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** Where `npm run build` puts the desk: the same folder from src/ and from dist/. */
const FOLDER = new URL('../../dist/desk-files/', import.meta.url);

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A file that the page loads, under a name that changes whenever its content does. */
export interface DeskFile {
  readonly contentType: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

export interface DeskFiles {
  /** The page, with an element for settings; see deskPage. */
  readonly page: string;
  readonly assets: ReadonlyMap<string, DeskFile>;
}

/** Reads the built desk into memory: a few hundred kilobytes. Null where it was not built. */
export async function readDeskFiles(): Promise<DeskFiles | null> {
  const page = await readFile(new URL('index.html', FOLDER), 'utf8').catch(() => null);
  if (page === null) return null;
  const names = await readdir(new URL('assets/', FOLDER));
  const files = names.map(async (name): Promise<[string, DeskFile] | null> => {
    const contentType = CONTENT_TYPES[extname(name)];
    if (contentType === undefined) return null;
    const plain = await readFile(new URL(`assets/${name}`, FOLDER));
    return [name, { contentType, plain, gzipped: await compress(plain, { level: 9 }) }];
  });
  return { page, assets: new Map((await Promise.all(files)).filter((file) => file !== null)) };
}
