// Preloaded into every server under measurement: answers on the IPC channel what the process has used so far.

/** What a process has used since its start. */
export interface Usage {
  readonly cpuMs: number;
  readonly peakRssBytes: number;
}

process.on('message', (message) => {
  if (message !== 'usage') return;
  const { user, system } = process.cpuUsage();
  process.send?.({
    cpuMs: (user + system) / 1000,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  } satisfies Usage);
});
