// How long people wait for the desk: from the click on a view to its painted rows, with 100,000 tickets and 300,000 comments, in
// Chromium. Each round loads the page anew, so that no list comes from the cache. Starts everything itself.
// Run: npm run bench:desk [-- --data-dir DIR (keeps the filled database for the next run) --rounds 20 --tickets 100000]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { chromium, type Page } from 'playwright-core';
import { DocketProcess } from '../system-tests/chaos/process.js';
import { freePort } from '../tests/support/free-port.js';
import { openDatabase } from './database.js';
import { describeMachine } from './machine.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    tickets: { type: 'string', default: '100000' },
    'data-dir': { type: 'string' },
  },
});
const ROUNDS = Number(options.rounds);
const ROOT = join(import.meta.dirname, '..');
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const VIEWS = ['Unassigned', 'Reported by me', 'Watching', 'All', 'Mine'];
const SEARCH = 'a word searched in All';
const FILTER = 'a priority picked in All';
const WATCHED = 500;
const PRIORITIES = ['Emergency', 'High', 'Medium', 'Low'];

/**
 * Milliseconds from an event (its own time stamp) to the second frame after the list has been read: then it is on the screen. A
 * search includes the pause after the last letter.
 */
async function painted(page: Page, event: 'click' | 'input', act: () => Promise<unknown>): Promise<number> {
  await page.evaluate((name) => {
    const measured = new Promise((resolve) => {
      addEventListener(
        name,
        ({ timeStamp }) => {
          let wasBusy = false;
          const observer = new MutationObserver(() => {
            const busy = document.querySelector('.queue-body')?.getAttribute('aria-busy') === 'true';
            if (wasBusy && !busy) {
              observer.disconnect();
              requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - timeStamp)));
            }
            wasBusy ||= busy;
          });
          observer.observe(document, { subtree: true, attributeFilter: ['aria-busy'] });
        },
        { capture: true, once: true },
      );
    });
    Object.assign(globalThis, { measured });
  }, event);
  await act();
  return page.evaluate<number>('measured');
}

async function signIn(page: Page, url: string, login: string, password: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Username or e-mail').fill(login);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('navigation', { name: 'Views' }).waitFor();
}

/** A list, how many tickets were in it at the last time, and the time of each round. */
interface Line {
  readonly name: string;
  tickets: string;
  readonly times: number[];
}

async function measure(page: Page, url: string, words: readonly string[]): Promise<readonly Line[]> {
  const lines: Line[] = [...VIEWS, SEARCH, FILTER].map((name) => ({ name, tickets: '', times: [] }));
  const note = async (name: string, time: number) => {
    const line = lines.find((each) => each.name === name);
    line?.times.push(time);
    if (line) line.tickets = (await page.locator('.list-total [aria-hidden]').textContent()) ?? '';
  };
  const open = async (view: string) => {
    await page.goto(`${url}/tickets?view=${view}`);
    await page.locator('.queue-body[aria-busy=false]').waitFor();
    await page.locator('.view-count:not(:empty)').last().waitFor();
  };
  const views = page.getByRole('navigation', { name: 'Views' });
  for (let round = 0; round < ROUNDS; round += 1) {
    await open('mine');
    for (const view of VIEWS) {
      // Each round begins with Mine, which is in the cache from then on.
      if (view === 'Mine') await open('all');
      await note(view, await painted(page, 'click', async () => views.getByRole('link', { name: view }).click()));
    }
    await open('all');
    const word = words[round % words.length] ?? '';
    await note(SEARCH, await painted(page, 'input', async () => page.getByRole('searchbox').fill(word)));
    await open('all');
    await page.getByRole('button', { name: 'Priority' }).click();
    const option = page.getByRole('option', { name: PRIORITIES[round % PRIORITIES.length] });
    await note(FILTER, await painted(page, 'click', async () => option.click()));
  }
  return lines;
}

/** The data has nobody who watches tickets. */
async function watchSome(databaseUrl: string, username: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `insert into ticket_watch (ticket_id, user_id, state, created_at)
     select t.id, u.id, 'WATCHING', now() from "user" u, (select id from ticket order by md5(id::text) limit ${WATCHED}) t
     where u.username = $1 on conflict do nothing`,
    [username],
  );
  await client.end();
}

function percentile(times: readonly number[], part: number): string {
  const sorted = times.toSorted((one, other) => one - other);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(0);
}

const tickets = Number(options.tickets);
const dataDir = options['data-dir'] ?? (await mkdtemp(join(tmpdir(), 'docket-bench-desk-')));
const database = await openDatabase(ROOT, dataDir, { users: 1000, tickets, comments: 3 * tickets });
const { viewers, words, password } = database.samples;
const [viewer = ''] = viewers;
await watchSome(database.url, viewer);
const docket = new DocketProcess({
  DATA_DIR: dataDir,
  DATABASE_URL: database.url,
  PORT: String(await freePort()),
  LOG_LEVEL: 'error',
});
// Root may not use Chromium's sandbox; the pages are our own.
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
try {
  const url = await docket.started();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await signIn(page, url, viewer, password);
  const lines = await measure(page, url, words);
  console.log(`${describeMachine(database.version)}, Chromium ${browser.version()}; ${ROUNDS} rounds.\n`);
  console.log('| list | tickets | median ms | p95 ms | slowest ms |');
  console.log('| --- | ---: | ---: | ---: | ---: |');
  for (const { name, tickets: count, times } of lines) {
    const figures = [percentile(times, 0.5), percentile(times, 0.95), percentile(times, 1)];
    console.log(`| ${[name, count, ...figures].join(' | ')} |`);
  }
} finally {
  await browser.close();
  await docket.stop('SIGTERM');
  await database.stop();
  if (options['data-dir'] === undefined) await rm(dataDir, { recursive: true, force: true });
}
