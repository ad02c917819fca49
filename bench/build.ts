// Installs and compiles what is measured: plain JavaScript, as in production.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** Installs the peers when they are missing, and builds both sides. */
export function build(): void {
  const run = (command: string, ...parameters: string[]) =>
    execFileSync(command, parameters, { cwd: ROOT, stdio: ['ignore', process.stderr, 'inherit'] });
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  if (!existsSync(join(ROOT, 'bench/node_modules'))) run(npm, 'ci', '--prefix', 'bench', '--no-audit', '--no-fund');
  run(npm, 'run', '--silent', 'build');
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  run(process.execPath, compiler, '-p', 'bench/tsconfig.json');
  run(process.execPath, compiler, '-p', 'bench/tsconfig.build.json');
}
