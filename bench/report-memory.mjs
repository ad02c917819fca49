// Preloaded into a server that was started with --expose-gc: at SIGUSR2 it collects garbage and prints what its process holds, in kB.
import { readFileSync } from 'node:fs';

/** What one full collection leaves behind for finalizers, the next one takes. */
const COLLECTIONS = 4;

function resident() {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes);
}

process.on('SIGUSR2', () => {
  const before = resident();
  for (let turn = 0; turn < COLLECTIONS; turn += 1) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  console.log(
    `memory ${JSON.stringify({ resident: before, heapInUse: (heapUsed + external) / 1024, after: resident() })}`,
  );
});
