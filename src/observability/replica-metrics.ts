import { Counter, Gauge, type Registry } from 'prom-client';
import { type Replicas } from '../database/replicas/replicas.js';

/** Adds what is known of the replicas to a registry. @returns the counter of queries by where they read */
export function measureReplicas(replicas: Replicas, registry: Registry): Counter<'server'> {
  const registers = [registry];
  const used = new Gauge({
    name: 'docket_replica_used',
    help: 'Whether reads go to the replica (1), or it is behind, away or unfit (0).',
    labelNames: ['replica'],
    registers,
    collect() {
      for (const { name, state } of replicas.all) used.set({ replica: name }, state === 'active' ? 1 : 0);
    },
  });
  const seconds = new Gauge({
    name: 'docket_replica_lag_seconds',
    help: 'For how long the replica has not replayed what the primary had; NaN while it is away.',
    labelNames: ['replica'],
    registers,
    collect() {
      for (const { name, lag } of replicas.all) seconds.set({ replica: name }, lag.seconds);
    },
  });
  const bytes = new Gauge({
    name: 'docket_replica_lag_bytes',
    help: "How much of the primary's log the replica had not replayed when it was last looked at; NaN while it is away.",
    labelNames: ['replica'],
    registers,
    collect() {
      for (const { name, lag } of replicas.all) bytes.set({ replica: name }, lag.bytes);
    },
  });
  return new Counter({
    name: 'docket_queries_placed_total',
    help: 'Queries by the server that they were sent to for reading: primary, replica-1, …',
    labelNames: ['server'],
    registers,
  });
}
