import { describe, expect, test } from '@jest/globals';
import { readEnv, SettingsError } from '../../src/app/env.js';
import { settingNames, unknownSettings } from '../../src/app/settings/unknown-settings.js';

/** What readEnv finds wrong; empty when nothing is. */
function faultsOf(source: Record<string, string>): readonly string[] {
  try {
    readEnv(source);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.faults;
  }
}

const ALL_WRONG = {
  NODE_ENV: 'prod',
  PORT: '65536',
  DATABASE_URL: 'mysql://localhost/docket',
  DATABASE_REPLICA_URLS: 'postgres://a/docket, mysql://b/docket',
  JOBS_URL: 'redis://localhost',
  RUN: 'both',
  EMAIL_PORT: '0',
  EMAIL_TLS: 'on',
  EMAIL_FROM: 'Docket',
  ASSIGN_REPORT_SCHEDULE: '-12',
  REPORT_SCHEDULE_HOURS: '-1',
  REPORT_SCHEDULE_MINUTES: 'often',
  REPORT_SCHEDULE_SECONDS: '1e3',
  REOPEN_ON_REPLY: 'true',
  ACCESS_TOKEN_SECONDS: '1.5',
  SESSION_DAYS: '0',
  SIGN_UP: 'open,example.com',
  CONFIRM_EMAIL: 'on',
  ADMIN_EMAIL: 'nobody',
  DEMO_DATA: 'yes',
  PUBLIC_URL: 'docket.example',
  FRONT_END_URL: 'ftp://docket.example',
  ALLOWED_ORIGINS: 'https://docket.example,ftp://docket.example',
  INTROSPECTION: 'true',
  TRUST_PROXY: '10.0.0.0/8,everybody',
  MAIL_PAGE: 'yes',
  LOG_LEVEL: 'loud',
};

const INTERVAL =
  'REPORT_SCHEDULE_HOURS, REPORT_SCHEDULE_MINUTES, REPORT_SCHEDULE_SECONDS must add up to more than zero';
const ADMINISTRATOR = 'ADMIN_EMAIL, ADMIN_USERNAME, ADMIN_PASSWORD must be given all three, or none';
const NO_INTERVAL = { REPORT_SCHEDULE_HOURS: '0', REPORT_SCHEDULE_MINUTES: '0', REPORT_SCHEDULE_SECONDS: '0' };

describe('the settings', () => {
  test('have the documented defaults', () => {
    expect(readEnv({})).toMatchObject({
      production: false,
      port: 4000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      replicaUrls: [],
      jobsUrl: undefined,
      run: 'all',
      smtp: undefined,
      ticketMailDelayMs: 12 * 60_000,
      replyMailDelayMs: 60_000,
      reopensOnReply: true,
      digestIntervalMs: 24 * 3_600_000,
      accessTokenSeconds: 600,
      sessionDays: 30,
      signUp: 'open',
      confirmsEmail: false,
      admin: undefined,
      demoData: true,
      allowedOrigins: [],
      introspection: true,
      trustedProxies: [],
      mailPage: true,
      logLevel: 'info',
    });
  });

  test('are all named in one error when they are wrong', () => {
    const faults = faultsOf(ALL_WRONG);
    expect(faults.map((fault) => /^[A-Z_]+/.exec(fault)?.[0])).toEqual(Object.keys(ALL_WRONG));
    expect(new SettingsError(faults).message.split('\n')).toHaveLength(1 + faults.length);
  });

  test.each(Object.entries(ALL_WRONG))('%s=%s is a fault by itself', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}\\b.* must `))]);
  });

  test('never repeat a value that is wrong: it may be a secret', () => {
    const faults = faultsOf({ DATABASE_URL: 'postgresq://docket:hunter2@localhost' });
    expect(faults).toHaveLength(1);
    expect(faults.join()).not.toContain('hunter2');
  });

  test("name replicas only of a database of one's own, with spaces and commas to spare", () => {
    const replicas = { DATABASE_REPLICA_URLS: 'postgres://a/docket, postgres://b/docket,' };
    expect(faultsOf(replicas)).toEqual(['DATABASE_REPLICA_URLS needs DATABASE_URL, whose replicas they are']);
    expect(faultsOf({ ...replicas, DATABASE_URL: 'embedded' })).toEqual(faultsOf(replicas));
    const { replicaUrls } = readEnv({ ...replicas, DATABASE_URL: 'postgres://p/docket' });
    expect(replicaUrls).toEqual(['postgres://a/docket', 'postgres://b/docket']);
  });

  test('count as absent when they are empty', () => {
    const empty = Object.fromEntries([...Object.keys(ALL_WRONG), 'HOST', 'EMAIL_HOST'].map((name) => [name, '']));
    expect(readEnv(empty)).toEqual(readEnv({}));
  });

  test.each(['postgres://localhost/docket', 'embedded'])(
    'with DATABASE_URL=%s have no demo data, unless they are asked for',
    (DATABASE_URL) => {
      expect(readEnv({ DATABASE_URL }).demoData).toBe(false);
      expect(readEnv({ DATABASE_URL, DEMO_DATA: 'true' }).demoData).toBe(true);
    },
  );

  test('say in production which database it is: one that is mistyped must not be the embedded one', () => {
    const missing = [expect.stringMatching(/^DATABASE_URL must be set in production/)];
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual(missing);
    expect(faultsOf({ NODE_ENV: 'production', DATABASE_URL: '' })).toEqual(missing);
    expect(faultsOf({ NODE_ENV: 'production', DATABSE_URL: 'postgres://localhost/docket' })).toEqual(missing);
    const { databaseUrl, demoData } = readEnv({ NODE_ENV: 'production', DATABASE_URL: 'embedded' });
    expect({ databaseUrl, demoData }).toEqual({ databaseUrl: undefined, demoData: false });
  });

  test('name a mistyped setting beside what is wrong', () => {
    const source = { NODE_ENV: 'production', DATABSE_URL: 'postgres://docket:hunter2@localhost/docket' };
    expect(() => readEnv(source)).toThrow(
      'DATABSE_URL is no setting of Docket and is not read. Is DATABASE_URL meant?',
    );
    expect(() => readEnv(source)).not.toThrow('hunter2');
  });

  test.each([
    ['EMAIL_PASSWORD', 'EMAIL_HOST_PASSWORD'],
    ['EMAIL_USER', 'EMAIL_HOST_USER'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_REPLICA_URL', 'DATABASE_REPLICA_URLS'],
    ['PUBLIC_ULR', 'PUBLIC_URL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['ADMIN_MAIL', 'ADMIN_EMAIL'],
    ['TRUSTPROXY', 'TRUST_PROXY'],
  ])('warn that %s is none of them, and name %s', (name, meant) => {
    expect(unknownSettings({ [name]: 'x' })).toEqual([
      expect.stringMatching(`^${name} is no setting.* Is ${meant} meant`),
    ]);
  });

  test('leave alone what other programs read', () => {
    const others = [
      'HOME',
      'HOSTNAME',
      'PATH',
      'PGHOST',
      'POSTGRES_PASSWORD',
      'SECOND_PORT',
      'SHELL',
      'EMAIL',
      'NODE_OPTIONS',
      'TEST_DATABASE_URL',
      'OTEL_BSP_SCHEDULE_DELAY',
      'npm_lifecycle_event',
    ];
    expect(unknownSettings(Object.fromEntries([...others, ...settingNames].map((name) => [name, 'x'])))).toEqual([]);
  });

  test('let nobody sign up in production unless it is said, and then confirm addresses', () => {
    const production = { NODE_ENV: 'production', DATABASE_URL: 'embedded' };
    expect(readEnv(production)).toMatchObject({ signUp: 'off', confirmsEmail: true });
    expect(readEnv({ ...production, SIGN_UP: 'open', CONFIRM_EMAIL: 'off' })).toMatchObject({
      signUp: 'open',
      confirmsEmail: false,
    });
    expect(readEnv({ SIGN_UP: ' Example.com, example.ORG' }).signUp).toEqual(['example.com', 'example.org']);
    for (const SIGN_UP of ['@example.com', 'example.com,', '*.example.com', 'off,open', 'a b', 'on', 'opne']) {
      expect(faultsOf({ SIGN_UP })).toEqual([expect.stringMatching(/^SIGN_UP must be open, off, or domains/)]);
    }
  });

  test('hold minutes with fractions until a ticket mail', () => {
    expect(readEnv({ ASSIGN_REPORT_SCHEDULE: '0.5' }).ticketMailDelayMs).toBe(30_000);
    expect(readEnv({ ASSIGN_REPORT_SCHEDULE: '0' }).ticketMailDelayMs).toBe(0);
  });
});

describe('times', () => {
  const MOST = {
    ASSIGN_REPORT_SCHEDULE: 366 * 24 * 60,
    REPORT_SCHEDULE_HOURS: 366 * 24,
    REPORT_SCHEDULE_MINUTES: 366 * 24 * 60,
    REPORT_SCHEDULE_SECONDS: 366 * 24 * 3600,
  };
  test.each(Object.entries(MOST))('%s is at most a year: instants must stay in the calendar', (name, most) => {
    expect(faultsOf({ [name]: String(most) })).toEqual([]);
    for (const value of [String(most + 1), '9'.repeat(400)]) {
      expect(faultsOf({ [name]: value })).toEqual([`${name} must be a number up to ${most}`]);
    }
  });
});

describe.each(['PUBLIC_URL', 'FRONT_END_URL'] as const)('%s', (name) => {
  const read = (value: string) => {
    const env = readEnv({ [name]: value });
    return name === 'PUBLIC_URL' ? env.publicUrl : env.frontEndUrl;
  };

  test.each([
    ['https://docket.example/', 'https://docket.example'],
    ['https://docket.example', 'https://docket.example'],
    ['http://localhost:4000//', 'http://localhost:4000'],
    ['https://docket.example/support/', 'https://docket.example/support'],
    ['HTTPS://Docket.example:443/Support', 'https://docket.example/Support'],
    ['http://[::1]:4000/', 'http://[::1]:4000'],
  ])('%s is taken without a slash at its end', (value, taken) => {
    expect(read(value)).toBe(taken);
  });

  test.each([
    ['https://docket.example/?a=1', 'must end with its host or a path, without ? and #: paths are added to it'],
    ['https://docket.example/?', 'must end with its host or a path, without ? and #: paths are added to it'],
    ['https://docket.example/#', 'must end with its host or a path, without ? and #: paths are added to it'],
    ['https://docket.example/#/tickets', 'must end with its host or a path, without ? and #: paths are added to it'],
    ['https://ada:hunter2@docket.example', 'must hold no user name and no password: it stands in every mail'],
    ['https://ada@docket.example', 'must hold no user name and no password: it stands in every mail'],
    [' https://docket.example', 'must not begin or end with a blank or a line break'],
    ['https://docket.example/my desk', 'must have no blanks in it'],
    ['https://docket.example\n', 'must not begin or end with a blank or a line break'],
  ])('%j is refused', (value, fault) => {
    expect(faultsOf({ [name]: value })).toEqual([`${name} ${fault}`]);
  });
});

describe.each(['HOST', 'EMAIL_HOST'])('%s', (name) => {
  test.each(['localhost', 'mail.example', 'my_container', '192.0.2.7', '::1', '0.0.0.0'])('may be %s', (host) => {
    expect(faultsOf({ [name]: host })).toEqual([]);
  });

  test.each(['localhost:4000', '[::1]', 'smtp://mail.example', 'mail.example/', 'ada@mail.example', 'a b'])(
    'may not be %s',
    (host) => {
      expect(faultsOf({ [name]: host })).toEqual([
        `${name} must be the name or the address of a host alone, without a scheme, a port or brackets`,
      ]);
    },
  );
});

describe('allowed origins', () => {
  test('are compared as browsers name them, however they are written', () => {
    const ALLOWED_ORIGINS =
      'https://desk.example/, HTTPS://Api.Example:443,http://localhost:5173/,https://bücher.example';
    expect(readEnv({ ALLOWED_ORIGINS }).allowedOrigins).toEqual([
      'https://desk.example',
      'https://api.example',
      'http://localhost:5173',
      'https://xn--bcher-kva.example',
    ]);
  });

  test.each([
    'https://desk.example/app',
    'https://desk.example/?a=1',
    'https://desk.example/#/',
    'https://ada@desk.example',
    'https://*.example',
  ])('%s is refused: it would match no page', (value) => {
    const fault =
      /^ALLOWED_ORIGINS\.1 must be origins, such as https:\/\/desk\.example\.com: scheme, host and port, without a path/;
    expect(faultsOf({ ALLOWED_ORIGINS: `https://ok.example,${value}` })).toEqual([expect.stringMatching(fault)]);
  });

  test.each(['*', 'null', 'desk.example'])('%s is refused', (ALLOWED_ORIGINS) => {
    expect(faultsOf({ ALLOWED_ORIGINS })).toEqual([
      'ALLOWED_ORIGINS.0 must be a URL that begins with http:// or https://',
    ]);
  });
});

describe('blanks and line breaks around a value', () => {
  const RIGHT = {
    PORT: '4000',
    HOST: '0.0.0.0',
    DATABASE_URL: 'postgres://localhost/docket',
    DATA_DIR: '/srv/docket',
    JOBS_URL: 'postgres://localhost/docket',
    RUN: 'api',
    EMAIL_HOST: 'mail.example',
    EMAIL_HOST_USER: 'docket',
    EMAIL_TLS: 'required',
    ASSIGN_REPORT_SCHEDULE: '12',
    PUBLIC_URL: 'https://docket.example',
    LOG_LEVEL: 'info',
    METRICS_TOKEN: 'a token of the tests',
  };
  test.each(Object.entries(RIGHT))('of %s are told, as they are not seen in a terminal', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([]);
    for (const blank of [`${value} `, ` ${value}`, `${value}\n`, `${value}\r`, '  ']) {
      expect(faultsOf({ [name]: blank })).toEqual([`${name} must not begin or end with a blank or a line break`]);
    }
  });

  test('are taken away from lists and senders', () => {
    const { allowedOrigins, signUp } = readEnv({ ALLOWED_ORIGINS: ' https://a.example \n', SIGN_UP: 'off\n' });
    expect({ allowedOrigins, signUp }).toEqual({ allowedOrigins: ['https://a.example'], signUp: 'off' });
  });

  test('may be a password, but for line breaks', () => {
    expect(readEnv({ EMAIL_HOST: 'mail.example', EMAIL_HOST_PASSWORD: ' a ' }).smtp?.password).toBe(' a ');
    expect(faultsOf({ EMAIL_HOST_PASSWORD: 'a\n' })).toEqual([
      'EMAIL_HOST_PASSWORD must not begin or end with a blank or a line break',
    ]);
  });

  test('do not hide what else is wrong', () => {
    expect(faultsOf({ PORT: '4000\n', RUN: 'both' })).toEqual([
      'PORT must not begin or end with a blank or a line break',
      expect.stringContaining('RUN must be one of'),
    ]);
  });
});

describe('the sender', () => {
  test.each([
    'docket@localhost',
    ' Docket <docket@example.com> ',
    '"Docket, Support" <d@example.com>',
    'Zoë <z@example.com>',
  ])('may be %j', (EMAIL_FROM) => {
    expect(readEnv({ EMAIL_FROM }).mailFrom).toBe(EMAIL_FROM.trim());
  });

  test.each([
    'docket',
    'Docket <docket>',
    'a@example.com, b@example.com',
    'Docket <a@example.com> <b@example.com>',
    'Team: a@example.com, b@example.com;',
    'Docket <a@example.com',
    'Docket a@example.com',
    'Docket\nBcc: eve@example.com <a@example.com>',
  ])('may not be %j', (EMAIL_FROM) => {
    expect(faultsOf({ EMAIL_FROM })).toEqual([
      'EMAIL_FROM must be one mailbox: docket@example.com or Docket <docket@example.com>',
    ]);
  });
});

const shown = (source: Record<string, string>) => readEnv({ DATABASE_URL: 'embedded', ...source }).mailPage;

describe('captured mails', () => {
  test('are shown only on this machine in development, and never when mails go out', () => {
    for (const HOST of ['127.0.0.1', 'localhost', '::1', '127.1.2.3']) expect(shown({ HOST })).toBe(true);
    for (const HOST of ['0.0.0.0', '::', '192.0.2.7', 'desk.lan']) expect(shown({ HOST })).toBe(false);
    expect(shown({ NODE_ENV: 'production' })).toBe(false);
    expect(shown({ MAIL_PAGE: 'off' })).toBe(false);
    expect(shown({ MAIL_PAGE: 'on', HOST: '0.0.0.0', NODE_ENV: 'production' })).toBe(true);
    expect(shown({ MAIL_PAGE: 'on', EMAIL_HOST: 'mail.example' })).toBe(false);
  });
});

const required = (source: Record<string, string>) =>
  readEnv({ EMAIL_HOST: 'mail.example', ...source }).smtp?.requireTls;

describe('TLS to the mail server', () => {
  test('is required where a password would be said over a network, unless it is told otherwise', () => {
    expect(required({})).toBe(false);
    expect(required({ EMAIL_HOST_USER: 'docket' })).toBe(true);
    expect(required({ EMAIL_HOST_USER: 'docket', EMAIL_HOST: 'localhost' })).toBe(false);
    expect(required({ EMAIL_HOST_USER: 'docket', EMAIL_TLS: 'offered' })).toBe(false);
    expect(required({ EMAIL_TLS: 'required' })).toBe(true);
  });
});

describe('trusted proxies', () => {
  test('are addresses, networks and groups of them', () => {
    expect(readEnv({ TRUST_PROXY: 'loopback, 10.0.0.0/8,2001:db8::1' }).trustedProxies).toEqual([
      'loopback',
      '10.0.0.0/8',
      '2001:db8::1',
    ]);
    for (const TRUST_PROXY of ['true', '*', '1', '0.0.0.0/33', 'proxy.example']) {
      expect(faultsOf({ TRUST_PROXY })).toEqual([expect.stringMatching(/^TRUST_PROXY.* must be addresses/)]);
    }
  });
});

describe('the digest interval', () => {
  test('is the sum of hours, minutes and seconds', () => {
    const source = { REPORT_SCHEDULE_HOURS: '12', REPORT_SCHEDULE_MINUTES: '30', REPORT_SCHEDULE_SECONDS: '20' };
    expect(readEnv(source).digestIntervalMs).toBe(((12 * 60 + 30) * 60 + 20) * 1000);
  });

  test('may leave out hours by setting them to zero', () => {
    expect(readEnv({ REPORT_SCHEDULE_HOURS: '0', REPORT_SCHEDULE_MINUTES: '5' }).digestIntervalMs).toBe(300_000);
  });

  test('of 0/0/0 is refused', () => {
    expect(faultsOf(NO_INTERVAL)).toEqual([INTERVAL]);
    expect(faultsOf({ REPORT_SCHEDULE_HOURS: '0' })).toEqual([INTERVAL]);
  });

  test('of 0/0/0 is told together with whatever else is wrong', () => {
    expect(faultsOf({ ...NO_INTERVAL, RUN: 'both', PORT: 'x' })).toEqual([
      expect.stringContaining('PORT'),
      expect.stringContaining('RUN'),
      INTERVAL,
    ]);
  });
});

describe('the first administrator', () => {
  const all = { ADMIN_EMAIL: 'admin@docket.example', ADMIN_USERNAME: 'admin', ADMIN_PASSWORD: 'violet anvil 42' };

  test('needs address, username and password', () => {
    expect(readEnv(all).admin).toEqual({
      email: all.ADMIN_EMAIL,
      username: all.ADMIN_USERNAME,
      password: all.ADMIN_PASSWORD,
    });
    for (const name of Object.keys(all)) expect(faultsOf({ ...all, [name]: '' })).toEqual([ADMINISTRATOR]);
  });

  test('that is incomplete is told together with whatever else is wrong', () => {
    expect(faultsOf({ ADMIN_USERNAME: 'admin', RUN: 'both' })).toEqual([expect.stringContaining('RUN'), ADMINISTRATOR]);
  });
});
