import { describe, expect, test } from '@jest/globals';
import { readEnv } from '../../src/app/env.js';
import { createLogger } from '../../src/observability/logger.js';
import { inScope, inScopeWith } from '../../src/observability/scope.js';
import { secretsSent, withoutSecrets } from '../../src/observability/secrets.js';
import { secretsIn } from '../../src/app/settings/secrets.js';
import { captureLog } from '../support/log.js';

describe('a text without its secrets', () => {
  const REFRESH = 'Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmE';

  test.each([
    ['postgres://docket:canary@db:5432/x', 'postgres://docket:[hidden]@db:5432/x'],
    ['mongodb://a:b%40canary@one,two/x?y=z', 'mongodb://a:[hidden]@one,two/x?y=z'],
    ['Authorization: Bearer canary', 'Authorization: Bearer [hidden]'],
    ['basic Y2FuYXJ5', 'basic [hidden]'],
    ['jwt eyJhbGciOiJFZERTQSJ9.eyJjYW5hcnkiOjF9.sig-nature expired', 'jwt [hidden] expired'],
    [`/ignore/${REFRESH}${REFRESH.slice(0, 21)} failed`, '/ignore/[hidden] failed'],
    [`token ${REFRESH} is unknown`, 'token [hidden] is unknown'],
    ['{"a":{"newPassword":"can\\"ary","b":1}}', '{"a":{"newPassword":"[hidden]","b":1}}'],
    ['{"msg":"{\\"password\\":\\"canary\\"}"}', '{"msg":"{\\"password\\":\\"[hidden]\\"}"}'],
    ['{"msg":"signIn(password: \\"canary\\")"}', '{"msg":"signIn(password: \\"[hidden]\\")"}'],
  ])('%s', (text, expected) => {
    expect(withoutSecrets(text)).toBe(expected);
  });

  test('keeps what is none: ids, addresses without password, times', () => {
    const plain = `{"requestId":"0b9f5a52-7a53-4a6c-9a53-1f0a8f3f0a52","at":"2026-03-02T08:00:00.000Z","url":"http://a:80/b","sha256":"${'0123456789abcdef'.repeat(4)}"}`;
    expect(withoutSecrets(plain)).toBe(plain);
  });
});

test('the secrets among the settings are known in every form', () => {
  const env = readEnv({
    DATABASE_URL: 'postgres://docket:data%2Fcanary@db/x',
    DATABASE_REPLICA_URLS: 'postgres://docket:one-canary@one/x,postgres://docket:two-canary@two/x',
    JOBS_URL: 'mongodb://docket:jobs-canary@a,b/x',
    EMAIL_HOST: 'mail',
    EMAIL_HOST_USER: 'docket',
    EMAIL_HOST_PASSWORD: 'mail"canary',
    JWT_PRIVATE_KEYS: '[{"kty":"OKP","d":"key-canary"}]',
  });
  const secrets = secretsIn(env);
  const forms = ['data%2Fcanary', 'data/canary', 'jobs-canary', 'mail"canary', 'mail\\"canary', 'key-canary'];
  forms.push('one-canary', 'two-canary');
  for (const form of forms) expect(withoutSecrets(`a ${form} b`, secrets)).toBe('a [hidden] b');
  const signIn = Buffer.from('\0docket\0mail"canary').toString('base64');
  expect(withoutSecrets(`AUTH PLAIN ${signIn}`, secrets)).toBe('AUTH PLAIN [hidden]');
});

test('the secrets that a client sent are found in the header, the variables and the document', () => {
  const body = {
    query: 'mutation { signIn(input: { login: "ada", password: "in the \\"document" }) { accessToken } }',
    variables: { input: { login: 'ada', newPassword: 'in a variable', deeper: [{ refreshToken: ['in a list'] }] } },
  };
  expect(secretsSent('Bearer in.the.header', body).toSorted()).toEqual(
    ['in the \\"document', 'in.the.header', 'in a variable', 'in a list'].toSorted(),
  );
});

describe('an error in the log', () => {
  test('has type, message, cause and place, and none of its other members', () => {
    const log = captureLog();
    const cause = Object.assign(new Error('duplicate key value violates unique constraint "user_email"'), {
      severity: 'ERROR',
      code: '23505',
      detail: 'Key (email)=(canary@docket.example) already exists.',
    });
    const error = new Error('Could not save', { cause });
    createLogger('info', [], log.stream).error({ err: error }, 'Failed');
    const [line] = log.lines();
    expect(line).toMatchObject({
      msg: 'Failed',
      err: {
        type: 'Error',
        message: 'Could not save',
        stack: expect.stringMatching(/^Error: Could not save\n +at .*secrets\.test\.ts/),
        cause: { code: '23505', message: 'duplicate key value violates unique constraint "user_email"' },
      },
    });
    expect(log.text()).not.toContain('canary');
  });

  test('does not repeat a value that PostgreSQL quotes, nor a secret that the client sent', () => {
    const log = captureLog();
    const logger = createLogger('info', [], log.stream);
    const fromDatabase = Object.assign(new Error('invalid input syntax for type uuid: "canary"'), {
      severity: 'ERROR',
      code: '22P02',
    });
    inScope({ fields: {}, secrets: () => ['a canary of the request'] }, () => {
      logger.error({ err: fromDatabase }, 'Failed');
      logger.error({ err: new Error('no such thing: a canary of the request') });
      logger.error({ err: new AggregateError([new Error('a canary of the request')], 'several') });
    });
    expect(log.lines()).toHaveLength(3);
    expect(log.text()).not.toContain('canary');
  });
});

test('every line of a scope has its fields once, also from a child logger that has them', () => {
  const log = captureLog();
  const logger = createLogger('info', [], log.stream);
  inScope({ fields: { requestId: '1' } }, () => {
    logger.info('direct');
    logger.child({ requestId: '1', component: 'x' }).info('by a child');
    inScopeWith({ notificationId: '2' }, () => logger.info('deeper'));
  });
  logger.info('outside');
  expect(log.lines()).toEqual([
    expect.objectContaining({ msg: 'direct', requestId: '1' }),
    expect.objectContaining({ msg: 'by a child', requestId: '1', component: 'x' }),
    expect.objectContaining({ msg: 'deeper', requestId: '1', notificationId: '2' }),
    expect.not.objectContaining({ requestId: expect.anything() }),
  ]);
  for (const line of log.text().split('\n')) expect(line.match(/"requestId"/g)?.length ?? 0).toBeLessThan(2);
});
