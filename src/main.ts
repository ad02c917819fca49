import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadEnvFile } from 'node:process';
import { type Logger } from 'pino';
import { DEMO_PASSWORD, DEMO_PEOPLE } from './app/demo-data.js';
import { type Env, readEnv } from './app/env.js';
import { unknownSettings } from './app/settings/unknown-settings.js';
import { createLogger } from './observability/logger.js';
import { withoutSecrets } from './observability/secrets.js';
import { secretsIn } from './app/settings/secrets.js';
import { StartError } from './common/start-error.js';
import { type Docket, start } from './app/start.js';

/** Longer than anything that is waited for at a stop, beside SHUTDOWN_DELAY_SECONDS; then the process goes anyway. */
const STOP_TIMEOUT_MS = 15_000;

const PARENT_CHECK_MS = 500;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function announce(docket: Docket, env: Env): void {
  if (docket.url === null) {
    print('Docket works on jobs; HTTP is served elsewhere (RUN=worker).');
    return;
  }
  print('\nDocket is ready.');
  if (docket.hasDesk) print(`  Desk     ${docket.url}`);
  print(`  GraphQL  ${docket.url}/graphql`);
  if (!env.smtp) print(`  Mails    ${env.mailPage ? `${docket.url}/mail` : join(env.dataDir, 'mail')}`);
  if (env.demoData) {
    print(`\n  Sign in as one of the demo people; the password is ${DEMO_PASSWORD}`);
    for (const { username, firstName, lastName, role } of DEMO_PEOPLE) {
      print(`    ${username.padEnd(6)} ${role.toLowerCase().padEnd(6)} ${firstName} ${lastName}`);
    }
  }
  print('\n  Ctrl-C stops it.\n');
}

/** npm passes SIGTERM to the shell between it and us, which ends without passing it on. */
function whenOrphaned(action: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    action();
  }, PARENT_CHECK_MS).unref();
}

/** Also one that is just starting: the embedded PostgreSQL must not outlive us. */
function stopOnSignals(starting: Promise<Docket>, env: Env, logger: Logger): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'Stopping');
    setTimeout(() => {
      logger.error('Stopping took too long');
      process.exit(1);
    }, STOP_TIMEOUT_MS + env.shutdownDelayMs).unref();
    // A start that fails tells so itself, and has closed everything.
    const docket = await starting.catch(() => null);
    if (docket === null) return;
    await docket.stop();
    logger.info('Stopped');
    // Agenda leaves timers of half a minute behind for jobs that ran; nothing else is under way any more.
    process.exit(0);
  };
  process.on('SIGINT', (signal) => void stop(signal));
  process.on('SIGTERM', (signal) => void stop(signal));
  if (process.env['npm_lifecycle_event'] === 'start') whenOrphaned(() => void stop('SIGTERM'));
}

/** What a person can mend is told in a sentence; anything else with its stack. */
function explain(error: unknown): string {
  if (error instanceof StartError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return 'The port is in use. Set PORT to another one, or stop what uses it.';
  }
  // A folder that may not be written, a disk that is full, an address that is not this machine's.
  if (error instanceof Error && 'syscall' in error) return `The system says: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

let secrets: readonly string[] = [];

async function main(): Promise<void> {
  if (existsSync('.env')) loadEnvFile('.env');
  const env = readEnv(process.env);
  secrets = secretsIn(env);
  const logger = createLogger(env.logLevel, secrets);
  for (const message of unknownSettings(process.env)) logger.warn(message);
  // Node itself would print every member of the error, and some hold what users wrote.
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'Unhandled error; the process ends');
    process.exit(1);
  });
  const starting = start(env, logger, (error) => {
    logger.fatal({ err: error }, 'The embedded PostgreSQL has ended and cannot be started again; the process ends');
    process.exit(1);
  });
  stopOnSignals(starting, env, logger);
  announce(await starting, env);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${withoutSecrets(explain(error), secrets)}\n`);
  process.exitCode = 1;
}
