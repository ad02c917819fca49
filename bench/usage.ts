// Preloaded into every server under measurement: answers on the IPC channel what the process has used so far.

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

process.on('message', (message) => {
  if (message !== 'usage') return;
  const now = look();
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000, peakRssBytes: peak } satisfies Usage);
  peak = now;
});
