// Copies what the page at /graphql loads into dist/explorer-assets, under names that hold the version, and lists the files in
// assets.json. The packages they come from are needed by the build only.
// Run: npm run build
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../dist/explorer-assets', import.meta.url));
const require = createRequire(import.meta.url);

async function copyAsset(packageName, path) {
  const manifest = require.resolve(`${packageName}/package.json`);
  const { version } = JSON.parse(await readFile(manifest, 'utf8'));
  const name = `${packageName}-${version}${extname(path)}`;
  await copyFile(join(dirname(manifest), path), join(FOLDER, name));
  await copyFile(join(dirname(manifest), 'LICENSE'), join(FOLDER, `${packageName}.LICENSE`));
  return name;
}

export async function emitExplorerAssets() {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const style = await copyAsset('graphiql', 'graphiql.min.css');
  // In the order in which they must run.
  const scripts = [
    await copyAsset('react', 'umd/react.production.min.js'),
    await copyAsset('react-dom', 'umd/react-dom.production.min.js'),
    await copyAsset('graphiql', 'graphiql.min.js'),
  ];
  await writeFile(join(FOLDER, 'assets.json'), JSON.stringify({ style, scripts }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await emitExplorerAssets();
