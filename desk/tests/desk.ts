// The real server with a real SMTP server and the demo people, and Chromium before it. Each test file starts its own, on a copy
// of the database that run.ts has filled.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { Client } from 'pg';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { freePort } from '../../tests/support/free-port.js';
import { startProcess } from '../../tests/support/server-process.js';
import { startSmtpServer, type SmtpTestServer } from '../../tests/support/smtp.js';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Why the tests do not run on this machine, for `test(name, { skip })`; false where they do. */
export const skip = existsSync(CHROMIUM) ? false : `There is no Chromium at ${CHROMIUM}; CHROMIUM names another place`;

/** The demo people, as their buttons name them. */
export type DemoName = 'Ada Okafor' | 'Tomas Lind' | 'Mei Tanaka' | 'Ruth Abara' | 'Leo Marchetti';

export interface Desk {
  readonly url: string;
  /** Mails that the server sent, about two seconds after what they are about. */
  readonly smtp: SmtpTestServer;
  /** A browser of one's own, with its own session: a page at this path of the desk, not signed in. */
  open(path?: string, options?: BrowserContextOptions): Promise<Page>;
  /** The same, signed in as one of the demo people by a click. */
  openAs(name: DemoName, path?: string, options?: BrowserContextOptions): Promise<Page>;
  /** What went wrong in any page so far: failed requests, errors on the console, exceptions. */
  readonly faults: readonly string[];
  /** Stops the server; `startServer` starts it again at the same address, with the same data. */
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
  stop(): Promise<void>;
}

async function openBrowser(): Promise<Browser> {
  // Root may not use Chromium's sandbox; the pages are our own.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

function watch(page: Page, faults: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', ({ message }) => {
    // What the browser says of a stream that a reload or another page ends.
    if (message !== 'The operation was aborted.') faults.push(`exception: ${message}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
  });
}

/** A copy of the database that run.ts has filled; without one the server brings its own, which takes longer. */
async function copyDatabase(): Promise<{ settings: Record<string, string>; drop: () => Promise<void> }> {
  const template = process.env['DESK_TEMPLATE_URL'];
  if (template === undefined) return { settings: {}, drop: async () => {} };
  const name = `desk_${randomUUID().replaceAll('-', '')}`;
  const other = (database: string) => Object.assign(new URL(template), { pathname: database }).href;
  const run = async (statement: string) => {
    const client = new Client({ connectionString: other('postgres') });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await run(`create database ${name} template ${new URL(template).pathname.slice(1)}`);
  return {
    settings: { DATABASE_URL: other(name), DEMO_DATA: 'true' },
    drop: async () => run(`drop database ${name} with (force)`),
  };
}

export async function startDesk(settings: Record<string, string> = {}): Promise<Desk> {
  const dataDir = await mkdtemp(join(tmpdir(), 'docket-desk-'));
  const [smtp, database, browser] = await Promise.all([startSmtpServer(), copyDatabase(), openBrowser()]);
  // Mails link to this port, and a server that is started again has the same one.
  const port = String(await freePort());
  const startServer = async () => {
    const started = startProcess(dataDir, {
      PORT: port,
      EMAIL_HOST: '127.0.0.1',
      EMAIL_PORT: String(smtp.port),
      ASSIGN_REPORT_SCHEDULE: '0.03',
      LOG_LEVEL: 'warn',
      ...database.settings,
      ...settings,
    });
    return { ...started, output: await started.said('Ctrl-C stops it') };
  };
  let server = await startServer();
  const stopServer = async () => {
    server.child.kill('SIGTERM');
    await server.exitCode;
  };
  const [, url = ''] = /Desk +(\S+)/.exec(server.output) ?? [];
  const faults: string[] = [];

  async function open(path = '/', options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    watch(page, faults);
    await page.goto(new URL(path, url).href);
    return page;
  }

  return {
    url,
    smtp,
    faults,
    open,
    stopServer,
    async startServer() {
      server = await startServer();
    },
    async openAs(name, path, options) {
      const page = await open(path, options);
      await page.getByRole('button', { name }).click();
      await page.getByRole('navigation', { name: 'Views' }).waitFor();
      return page;
    },
    async stop() {
      await browser.close();
      await stopServer();
      await smtp.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** What axe finds wrong with the page as it is, one line for each rule. */
export async function violations(page: Page): Promise<string[]> {
  // As a script of the page it would be refused by the page's policy.
  await page.evaluate(axe.source);
  const { violations: found } = await page.evaluate('axe.run()').then((result) => result as axe.AxeResults);
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}
