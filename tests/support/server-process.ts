import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface ServerProcess {
  child: ChildProcess;
  /** What it wrote so far, to both streams. */
  output: () => string;
  /** Resolves with the output once it contains the text, or throws when the process ends without. */
  said: (text: string | RegExp) => Promise<string>;
  exitCode: Promise<number | null>;
}

/** Runs the server that global-setup.js has built, with these settings and none of ours, in a folder without a .env. */
export function startProcess(dataDir: string, settings: Record<string, string>): ServerProcess {
  const child = spawn(process.execPath, ['--enable-source-maps', join(ROOT, 'dist/main.js')], {
    cwd: dataDir,
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DATA_DIR: dataDir,
      // Made by global-setup.js: a process starts in two thirds of the time.
      NODE_COMPILE_CACHE: process.env['TEST_COMPILE_CACHE'],
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const wakers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      for (const wake of wakers) wake();
    });
  }
  const exitCode = once(child, 'close').then(([code]): number | null => code);
  return {
    child,
    output: () => output,
    exitCode,
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (typeof text === 'string' ? output.includes(text) : text.test(output)) resolve(output);
        };
        wakers.add(look);
        look();
        void exitCode.then(() => reject(new Error(`It ended without saying "${text}":\n${output}`)));
      }),
  };
}

/** A zombie, which nobody has collected yet, is not alive. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => 'not Linux')) !== '';
}
