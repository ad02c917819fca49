import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readEnv } from '../../src/app/env.js';
import { settingNames } from '../../src/app/settings/unknown-settings.js';

const read = async (file: string) => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');

/** The names of a `${NAME}`, `${NAME:-default}` or `${NAME:?message}`. */
const interpolated = (text: string) => [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '');
/** The names that an .env.example shows. */
const namesIn = (text: string) => [...text.matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name ?? '');
const unique = (names: readonly string[]) => [...new Set(names)].toSorted();

interface Compose {
  services: Record<string, { image?: string; environment?: Record<string, string>; [key: string]: unknown }>;
  volumes: Record<string, unknown>;
}

async function composeFile() {
  const text = await read('docker-compose.yml');
  const compose: Compose = parse(text, { merge: true });
  return { text, compose };
}

describe('the settings', () => {
  test('are the same in docs/settings.md, .env.example and src/app/env.ts', async () => {
    const rows = [...(await read('docs/settings.md')).matchAll(/^\| `([A-Z_]+)` /gm)].map(([, name]) => name ?? '');
    expect(rows.toSorted()).toEqual(settingNames.toSorted());

    const [ours = '', onlyForCompose = ''] = (await read('.env.example')).split('Only for docker-compose.yml');
    expect(namesIn(ours).toSorted()).toEqual(settingNames.toSorted());

    const { text } = await composeFile();
    const notOurs = unique(interpolated(text)).filter((name) => !settingNames.includes(name));
    expect(namesIn(onlyForCompose).toSorted()).toEqual(notOurs);
  });

  test('have the defaults that .env.example shows', async () => {
    const given = [...(await read('.env.example')).matchAll(/^# ([A-Z_]+)=(.+)$/gm)];
    expect(given.length).toBeGreaterThan(10);
    expect(readEnv(Object.fromEntries(given.map(([, name, value]) => [name, value])))).toEqual(readEnv({}));
  });

  test('are all named when they are wrong, with sums and groups', () => {
    const wrong = {
      PORT: 'http',
      ASSIGN_REPORT_SCHEDULE: '-1',
      REPORT_SCHEDULE_HOURS: '0',
      ADMIN_EMAIL: 'ada@docket.example',
      DATABASE_URL: 'mysql://localhost',
      RUN: 'everything',
    };
    expect(() => readEnv(wrong)).toThrow(
      expect.objectContaining({
        faults: [
          expect.stringMatching(/^PORT must be a whole number/),
          expect.stringMatching(/^DATABASE_URL must be a URL that begins with postgres:/),
          expect.stringMatching(/^RUN must be one of all, api, worker$/),
          expect.stringMatching(/^ASSIGN_REPORT_SCHEDULE must be a number/),
          expect.stringMatching(/^REPORT_SCHEDULE_HOURS, .* must add up to more than zero$/),
          expect.stringMatching(/^ADMIN_EMAIL, .* must be given all three, or none$/),
        ],
      }),
    );
  });
});

describe('docker-compose.yml', () => {
  test('runs two APIs and two workers on PostgreSQL, MongoDB and a mail catcher', async () => {
    const { compose } = await composeFile();
    expect(Object.keys(compose.services).toSorted()).toEqual([
      'api',
      'api-2',
      'mailpit',
      'mongo',
      'postgres',
      'worker',
    ]);
    const { api, 'api-2': second, worker, postgres } = compose.services;
    expect(second).toEqual({ ...api, ports: second?.['ports'] });
    expect(second?.['ports']).not.toEqual(api?.['ports']);
    expect(worker?.['deploy']).toEqual({ replicas: 2 });
    // All of them sign, or check what another one signed.
    expect(worker?.['volumes']).toEqual(api?.['volumes']);
    expect(postgres?.image).toMatch(/^postgres:18/);
    expect(api?.environment?.['RUN']).toBe('api');
    expect(worker?.environment?.['RUN']).toBe('worker');
    for (const service of [api, worker]) {
      expect(service?.environment?.['JOBS_URL']).toMatch(/^mongodb:/);
      expect(Object.keys(service?.environment ?? {}).filter((name) => !settingNames.includes(name))).toEqual([]);
    }
  });

  test('mounts only volumes that it declares', async () => {
    const { compose } = await composeFile();
    const mounted = Object.values(compose.services).flatMap(({ volumes }) => (Array.isArray(volumes) ? volumes : []));
    expect(unique(mounted.map((volume) => String(volume).split(':')[0] ?? ''))).toEqual(
      Object.keys(compose.volumes).toSorted(),
    );
  });

  test('gives settings that start the server, once the passwords are set, and holds none itself', async () => {
    const { compose } = await composeFile();
    const passwords: Record<string, string> = { POSTGRES_PASSWORD: 'p', MONGO_PASSWORD: 'm' };
    // The two forms that the file uses: a default, or a message for a value that must be given.
    const resolve = (value: string) =>
      value.replaceAll(/\$\{(\w+):(?:-([^}]*)|\?[^}]*)\}/g, (_match, name: string, fallback?: string) => {
        if (fallback !== undefined) return fallback;
        const password = passwords[name];
        if (password === undefined) throw new Error(`${name} is asked for`);
        return password;
      });
    for (const name of ['api', 'worker']) {
      const entries = Object.entries(compose.services[name]?.environment ?? {});
      const env = readEnv(Object.fromEntries(entries.map(([key, value]) => [key, resolve(value)])));
      expect(env).toMatchObject({
        databaseUrl: 'postgres://docket:p@postgres:5432/docket',
        jobsUrl: 'mongodb://docket:m@mongo:27017/docket?authSource=admin',
        smtp: { host: 'mailpit', port: 1025 },
        demoData: false,
      });
    }
    const secrets = Object.values(compose.services).flatMap(({ environment = {} }) =>
      Object.entries(environment).filter(([key]) => /PASSWORD|KEYS/.test(key)),
    );
    expect(secrets.filter(([, value]) => !/^\$\{\w+:(-|\?[^}]*)\}$/.test(value))).toEqual([]);
  });
});
