import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { DeliverySchedule } from '../../src/notifications/delivery-schedule.js';
import { waitFor } from '../jobs/wait-for.js';

const NOW = Date.UTC(2026, 10, 28);
const silent = pino({ level: 'silent' });

function due(id: string, afterMs: number) {
  return { id, sendAt: new Date(NOW + afterMs) };
}

test('mails that are due at about the same time share a job, which runs when the last of them is due', async () => {
  const jobs: { ids: readonly string[]; afterMs: number }[] = [];
  const schedule = new DeliverySchedule(async ({ ids, at }) => {
    jobs.push({ ids, afterMs: at.getTime() - NOW });
  }, silent);
  schedule.add([due('c', 60_000), due('a', 20)]);
  schedule.add([]);
  schedule.add([due('b', 99), due('later', 120)]);
  await waitFor(() => jobs.length === 3);
  expect(jobs).toEqual([
    { ids: ['a', 'b'], afterMs: 99 },
    { ids: ['later'], afterMs: 120 },
    { ids: ['c'], afterMs: 60_000 },
  ]);
});

test('a job has a hundred mails at most', async () => {
  const sizes: number[] = [];
  const schedule = new DeliverySchedule(async ({ ids }) => {
    sizes.push(ids.length);
  }, silent);
  schedule.add(Array.from({ length: 250 }, (_, index) => due(String(index), 0)));
  await waitFor(() => sizes.length === 3);
  expect(sizes).toEqual([100, 100, 50]);
});

test('a job that cannot be stored is logged, and others are stored', async () => {
  const stored: string[] = [];
  const lines: string[] = [];
  const logger = pino({}, { write: (line) => lines.push(line) });
  const schedule = new DeliverySchedule(async ({ ids: [id = ''] }) => {
    if (id === 'lost') throw new Error('the payload is wrong');
    stored.push(id);
  }, logger);
  schedule.add([due('lost', 0), due('stored', 1000)]);
  await waitFor(() => lines.length > 0 && stored.length > 0);
  expect(stored).toEqual(['stored']);
  expect(lines.join()).toContain('the payload is wrong');
});

test('flush stores what was gathered without waiting for the timer', async () => {
  const stored: string[] = [];
  const schedule = new DeliverySchedule(async ({ ids }) => void stored.push(...ids), silent);
  schedule.add([due('a', 0)]);
  await schedule.flush();
  expect(stored).toEqual(['a']);
});
