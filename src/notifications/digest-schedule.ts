import { Temporal } from 'temporal-polyfill';

export interface DigestPlan {
  /** 0 to 23 in `timeZone`; null: the server's interval. */
  readonly digestHour: number | null;
  readonly timeZone: string;
  /** When the previous one was due, sent or not; null for the first. */
  readonly lastDueAt: Date | null;
}

/**
 * When the next digest is due (docs/behaviour.md, "Mails"): always later than now, so that missed digests are not sent
 * afterwards. By the interval, it keeps to the spacing of the last one; by the hour, it is once on each local day: an
 * hour that daylight saving time skips in spring is replaced by the next one, and of a repeated hour in autumn the
 * first is used.
 */
export function nextDigestAt(plan: DigestPlan, now: Date, intervalMs: number): Date {
  const { digestHour, timeZone, lastDueAt } = plan;
  const after = Math.max(now.getTime(), lastDueAt?.getTime() ?? 0);
  if (digestHour !== null) return new Date(nextHour(after, digestHour, timeZone));
  if (lastDueAt === null) return new Date(after + intervalMs);
  const last = lastDueAt.getTime();
  const missed = Math.floor((after - last) / intervalMs);
  return new Date(last + (missed + 1) * intervalMs);
}

function nextHour(after: number, hour: number, timeZone: string): number {
  const today = Temporal.Instant.fromEpochMilliseconds(after).toZonedDateTimeISO(timeZone).toPlainDate();
  // Starts from yesterday: some time zones have skipped a whole day, so that the date alone does not determine the next
  // one.
  for (let day = today.subtract({ days: 1 }); ; day = day.add({ days: 1 })) {
    const at = day.toPlainDateTime({ hour }).toZonedDateTime(timeZone).epochMilliseconds;
    if (at > after) return at;
  }
}

/** "every day at 07:00 (Europe/Stockholm)" or "every 12 hours, 30 minutes and 20 seconds". */
export function scheduleInWords(plan: Pick<DigestPlan, 'digestHour' | 'timeZone'>, intervalMs: number): string {
  if (plan.digestHour !== null) return `every day at ${String(plan.digestHour).padStart(2, '0')}:00 (${plan.timeZone})`;
  const seconds = Math.round(intervalMs / 1000);
  const parts = [
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ] as const;
  const named = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`);
  return `every ${new Intl.ListFormat('en-GB').format(named)}`;
}
