import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { loadSigningKeys } from '../../../src/accounts/sessions/signing-keys.js';
import { NotificationKind } from '../../../src/notifications/notification.entity.js';
import { UnsubscribeTokens } from '../../../src/notifications/unsubscribe-tokens.js';
import { refusalOf } from '../../support/calls.js';
import { buildPerson, signIn } from '../../support/factories.js';
import { startTestServer } from '../../support/server.js';

const MARK = '<!-- tried by tests/accounts/sessions/key-rotation.test.ts -->';
const PURPOSE = 'links of this test';

let folder: string;
/** The two commands of docs/security.md: for keys in DATA_DIR, and for keys in JWT_PRIVATE_KEYS. */
let commands: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docket-keys-'));
  const [, marked = ''] = (await readFile('docs/security.md', 'utf8')).split(MARK);
  commands = [...marked.matchAll(/```sh\n(.*?)```/gs)].map(([, command]) => command ?? '');
});
afterAll(async () => rm(folder, { recursive: true }));

function run(command: string | undefined): string {
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`;
  const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', command ?? 'false'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

const dataDir = () => join(folder, '.data');
const keysFile = () => join(dataDir(), 'jwt-private-keys.json');

describe('rotating the signing keys as docs/security.md says', () => {
  test('lets everybody stay signed in, signs with the new key, and then refuses what the old one signed', async () => {
    const before = await loadSigningKeys(undefined, dataDir());
    const [old] = JSON.parse(await readFile(keysFile(), 'utf8'));
    run(commands[0]);
    const kept = await readFile(keysFile(), 'utf8');
    const both = await loadSigningKeys(undefined, dataDir());
    expect(both.current.kid).not.toBe(before.current.kid);
    expect(both.jwks.keys.map(({ kid }) => kid)).toEqual([both.current.kid, before.current.kid]);
    expect((await stat(keysFile())).mode & 0o777).toBe(0o600);
    expect(await readFile(`${keysFile()}.old`, 'utf8')).toBe(JSON.stringify([old]));

    const server = await startTestServer({ jwtPrivateKeys: JSON.stringify([old]) });
    const person = await buildPerson(server);
    const rotated = await startTestServer({ beside: server, jwtPrivateKeys: kept });
    const after = await startTestServer({
      beside: server,
      jwtPrivateKeys: JSON.stringify(JSON.parse(kept).slice(0, 1)),
    });
    try {
      const viewerOf = async (to: typeof server, token: string | undefined) =>
        (await to.anonymous.withToken(token).query('{ viewer { id } }')).viewer;
      expect(await viewerOf(rotated, person.client.token)).toEqual({ id: person.id });
      const { token } = await signIn(rotated, person.username);
      expect(await viewerOf(after, token)).toEqual({ id: person.id });
      expect(await refusalOf(after.anonymous.withToken(person.client.token))).toBe('INVALID');
    } finally {
      await after.stop();
      await rotated.stop();
      await server.stop();
    }
  });

  test('lets links in mails work as long as their key is kept', async () => {
    const all = await loadSigningKeys(undefined, dataDir());
    const [newest = new Uint8Array(), oldest = new Uint8Array()] = all.derive(PURPOSE);
    const subscription = { kind: NotificationKind.ASSIGNED, userId: '01890a5d-ac96-774b-bcce-b302099a8057' };
    const mailed = new UnsubscribeTokens([oldest]).make(subscription);
    expect(new UnsubscribeTokens(all.derive(PURPOSE)).read(mailed)).toEqual(subscription);
    expect(new UnsubscribeTokens([newest]).read(mailed)).toBeNull();
  });

  test('prints a key for JWT_PRIVATE_KEYS that can be put before the others', async () => {
    const fresh = JSON.parse(run(commands[1]));
    const old = JSON.parse(await readFile(keysFile(), 'utf8'));
    const keys = await loadSigningKeys(JSON.stringify([fresh, ...old]), '');
    expect(keys.jwks.keys).toHaveLength(3);
    expect(keys.jwks.keys[0]?.kid).toBe(keys.current.kid);
  });
});
