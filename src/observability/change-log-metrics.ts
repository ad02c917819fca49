import { sql } from 'kysely';
import { Gauge, type Registry } from 'prom-client';
import { type Db } from '../database/db.js';

/** Adds how late the log of changes is to a registry. */
export function measureChangeLog(db: Db, registry: Registry): void {
  const waiting = new Gauge({
    name: 'docket_change_log_waiting_seconds',
    help: 'How long the oldest change has been waiting that is committed and not told yet, as a transaction that changes tickets still runs; 0 when none waits.',
    registers: [registry],
    async collect() {
      const oldest = await db
        .first(
          sql<{ seconds: number | null }>`
            select extract(epoch from clock_timestamp() - min(e.created_at))::float8 as seconds
            from change_log_end() told join ticket_change e on (e.horizon, e.id) > (told.horizon, told.id)`,
        )
        .catch(() => ({ seconds: Number.NaN }));
      waiting.set(oldest?.seconds ?? 0);
    },
  });
}
