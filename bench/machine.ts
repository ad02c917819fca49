// What a table must say about where it was measured.
import { cpus, loadavg, totalmem } from 'node:os';

/** Of the last minute: how busy the machine is, all processes together. */
export function load(): string {
  return loadavg()[0]?.toFixed(1) ?? '?';
}

/** The day, the versions and the machine, for the line above a table. */
export function describeMachine(postgresVersion: string): string {
  const [cpu] = cpus();
  return [
    new Date().toISOString().slice(0, 10),
    `Node ${process.version}`,
    `PostgreSQL ${postgresVersion} on the same machine`,
    `${cpus().length} cores (${cpu?.model.trim()})`,
    `${Math.round(totalmem() / 2 ** 30)} GB`,
    process.platform,
    `load before ${load()}`,
  ].join(', ');
}
