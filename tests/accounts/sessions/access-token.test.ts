import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, exportJWK, generateKeyPair, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { sql } from 'kysely';
import { createPublicKey } from 'node:crypto';
import { type GraphqlClient } from '../../support/client.js';
import { select } from '../../support/database-state.js';
import { buildPerson, PASSWORD } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

async function expectRefused(token: string, reason: 'EXPIRED' | 'INVALID' | 'REVOKED' = 'INVALID') {
  const client = server.anonymous.withToken(token);
  for (const query of ['{ tickets { nodes { id } } }', '{ viewer { id } }']) {
    const { status, data, errors } = await client.send(query);
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'UNAUTHENTICATED', reason }]);
    expect({ status, data }).toEqual({ status: 200, data: null });
  }
}

async function expectAccepted(client: GraphqlClient) {
  const { viewer } = await client.query('{ viewer { id } }');
  expect(viewer).not.toBeNull();
}

/** A good token's claims, the header it needs, and the key it is signed with. */
async function ingredients() {
  const { client } = await buildPerson(server);
  const token = client.token ?? '';
  const { kid, key } = server.app.signingKeys.current;
  return { token, claims: decodeJwt(token), header: { alg: 'EdDSA', kid, typ: 'at+jwt' }, key };
}

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('an access token', () => {
  test('is accepted for 9:59 minutes and refused after 10:01', async () => {
    const { client } = await buildPerson(server);
    server.clock.advance({ minutes: 9, seconds: 59 });
    await expectAccepted(client);
    server.clock.advance({ seconds: 2 });
    await expectRefused(client.token ?? '', 'EXPIRED');
  });

  test('of a deleted user is refused within five seconds', async () => {
    const { id, client } = await buildPerson(server);
    await expectAccepted(client);
    await select(server, sql`update "user" set deleted_at = now() where id = ${id}`);
    server.clock.advance({ seconds: 5 });
    await expectRefused(client.token ?? '', 'REVOKED');
  });

  test('of a revoked session is refused within five seconds, and that of another session is not', async () => {
    const { username, client } = await buildPerson(server);
    const { signIn } = await server.anonymous.query(
      'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }',
      { input: { login: username, password: PASSWORD } },
    );
    await expectAccepted(client);
    const { sid } = decodeJwt(client.token ?? '');
    await select(server, sql`update session set revoked_at = now() where id = ${sid}`);
    server.clock.advance({ seconds: 5 });
    await expectRefused(client.token ?? '', 'REVOKED');
    await expectAccepted(server.anonymous.withToken(signIn.accessToken));
  });

  test('is accepted when it is made anew with the same key, claims and header', async () => {
    const { claims, header, key } = await ingredients();
    await expectAccepted(server.anonymous.withToken(await new SignJWT(claims).setProtectedHeader(header).sign(key)));
  });

  test.each<[string, (claims: JWTPayload) => JWTPayload, 'EXPIRED' | 'INVALID' | 'REVOKED']>([
    ['a past exp', (claims) => ({ ...claims, exp: (claims.iat ?? 0) - 1 }), 'EXPIRED'],
    ['no exp', ({ exp: _exp, ...claims }) => claims, 'INVALID'],
    ['a future nbf', (claims) => ({ ...claims, nbf: (claims.iat ?? 0) + 60 }), 'INVALID'],
    ['another issuer', (claims) => ({ ...claims, iss: 'elsewhere' }), 'INVALID'],
    ['no issuer', ({ iss: _iss, ...claims }) => claims, 'INVALID'],
    ['another audience', (claims) => ({ ...claims, aud: 'elsewhere' }), 'INVALID'],
    ['no subject', ({ sub: _sub, ...claims }) => claims, 'INVALID'],
    ['a subject that is no id', (claims) => ({ ...claims, sub: "' or true --" }), 'INVALID'],
    ['no session', ({ sid: _sid, ...claims }) => claims, 'INVALID'],
    ['an unknown session', (claims) => ({ ...claims, sid: '01890a5d-ac96-774b-bcce-b302099a8057' }), 'REVOKED'],
  ])('with %s is refused, even if we signed it', async (_name, change, reason) => {
    const { claims, header, key } = await ingredients();
    await expectRefused(await new SignJWT(change(claims)).setProtectedHeader(header).sign(key), reason);
  });

  test.each([
    ['no kid', { kid: undefined }],
    ['an unknown kid', { kid: 'unknown' }],
    ['the type JWT', { typ: 'JWT' }],
    ['no type', { typ: undefined }],
  ])('with %s in its header is refused, even if we signed it', async (_name, change) => {
    const { claims, header, key } = await ingredients();
    await expectRefused(await new SignJWT(claims).setProtectedHeader({ ...header, ...change }).sign(key));
  });

  test("signed with another key is refused, under our key's id, its own, and with the key in the header", async () => {
    const { claims, header } = await ingredients();
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const jwk = await exportJWK(publicKey);
    for (const change of [{}, { kid: 'mine' }, { jwk }, { kid: undefined, jwk }, { jku: `${server.url}/keys` }]) {
      await expectRefused(await new SignJWT(claims).setProtectedHeader({ ...header, ...change }).sign(privateKey));
    }
  });

  test('with alg none is refused, with and without a signature', async () => {
    const { token, claims, header } = await ingredients();
    const signature = token.split('.')[2] ?? '';
    for (const alg of ['none', 'None', '']) {
      const unsigned = `${base64url({ ...header, alg })}.${base64url(claims)}`;
      await expectRefused(`${unsigned}.`);
      await expectRefused(`${unsigned}.${signature}`);
    }
  });

  test('signed by HS256 with our public key is refused, whichever way the key is written', async () => {
    const { claims, header } = await ingredients();
    const { x = '', ...jwk } = server.app.signingKeys.jwks.keys.find(({ kid }) => kid === header.kid) ?? {};
    const pem = createPublicKey({ key: { ...jwk, x }, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    for (const secret of [Buffer.from(x, 'base64url'), Buffer.from(x), Buffer.from(pem)]) {
      const forged = new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' });
      await expectRefused(await forged.sign(new Uint8Array(secret)));
    }
  });

  test('with one changed bit anywhere is refused', async () => {
    const { token } = await ingredients();
    const { accessTokens } = server.app;
    expect(await accessTokens.verify(token)).toHaveProperty('sessionId');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const accepted: string[] = [];
    for (const [at, character] of token.split('').entries()) {
      if (character === '.') continue;
      // Each of the six bits that a character of base64url stands for, those too that a decoder need not look at.
      for (let bit = 0; bit < 6; bit += 1) {
        const other = alphabet[alphabet.indexOf(character) ^ (1 << bit)] ?? '';
        const changed = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
        if ((await accessTokens.verify(changed)) !== 'INVALID')
          accepted.push(`bit ${bit} of character ${at} of ${token.length}`);
      }
    }
    expect(accepted).toEqual([]);
  });

  test('is not the refresh token, and not garbage', async () => {
    const { username } = await buildPerson(server);
    const { signIn } = await server.anonymous.query(
      'mutation ($input: SignInInput!) { signIn(input: $input) { refreshToken } }',
      { input: { login: username, password: PASSWORD } },
    );
    for (const token of [signIn.refreshToken, 'garbage', '..', 'a.b.c', '{}', 'null', 'x'.repeat(8000)]) {
      await expectRefused(token);
    }
  });

  test.each(['Basic', 'JWT', 'Token', 'BearerX', ''])('counts as none behind the scheme %j', async (scheme) => {
    const { token } = await ingredients();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `${scheme} ${token}` },
      body: JSON.stringify({ query: '{ viewer { id } }' }),
    });
    expect(await response.json()).toEqual({ data: { viewer: null } });
  });

  test('can be checked by others with the public keys at /.well-known/jwks.json, which hold no private ones', async () => {
    const { token, header } = await ingredients();
    const url = new URL('/.well-known/jwks.json', server.url);
    const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(url), {
      issuer: 'docket',
      audience: 'docket',
      currentDate: server.clock.now(),
    });
    expect(payload).toEqual(decodeJwt(token));
    expect(protectedHeader.kid).toBe(header.kid);
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toMatch('application/jwk-set+json');
    expect(await response.json()).toEqual({
      keys: [{ kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: header.kid, alg: 'EdDSA', use: 'sig' }],
    });
  });
});
