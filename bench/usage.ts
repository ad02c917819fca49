// Preloaded into every server under measurement: answers on the IPC channel what the process has used so far, and with
// BENCH_CPU_PROFILE leaves a CPU profile of each measurement in that folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';

/** What a process has used. */
export interface Usage {
  /** Since its start. */
  readonly cpuMs: number;
  /** Since it was asked before. */
  readonly peakRssBytes: number;
}

/** Finding it out takes some microseconds. */
const LOOK_MS = 50;

let peak = 0;
function look(): number {
  const now = process.memoryUsage.rss();
  peak = Math.max(peak, now);
  return now;
}
setInterval(look, LOOK_MS).unref();

const profileDir = process.env['BENCH_CPU_PROFILE'];
let profiling: Session | undefined;
let profiles = 0;

/** Begins a profile, and ends it at the next call: a measurement asks before and after. */
async function profile(folder: string): Promise<void> {
  const session = profiling;
  if (session) {
    profiling = undefined;
    const { profile: taken } = await session.post('Profiler.stop');
    session.disconnect();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${process.pid}-${(profiles += 1)}.cpuprofile`), JSON.stringify(taken));
    return;
  }
  profiling = new Session();
  profiling.connect();
  await profiling.post('Profiler.enable');
  await profiling.post('Profiler.start');
}

process.on('message', (message) => {
  if (message !== 'usage') return;
  if (profileDir !== undefined) void profile(profileDir);
  const now = look();
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000, peakRssBytes: peak } satisfies Usage);
  peak = now;
});
