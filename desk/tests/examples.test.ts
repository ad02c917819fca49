import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Desk, skip, startDesk } from './desk.js';

const FOLDER = join(import.meta.dirname, '../../examples');
/** Where the pages pretend to be served, beside the API. */
const ORIGIN = 'http://localhost:5173';

const notBuilt = existsSync(join(FOLDER, 'relay/dist')) ? false : 'Build them: npm ci && npm run build in examples/';

describe('the examples', { skip: skip || notBuilt }, () => {
  let desk: Desk;
  before(async () => {
    desk = await startDesk();
  });
  after(async () => desk.stop());

  for (const name of ['apollo', 'urql', 'relay']) {
    test(`the page by ${name} signs in and lists tickets`, async () => {
      const page = await desk.open('/');
      await page.route(`${ORIGIN}/**`, async (route) => {
        const { pathname } = new URL(route.request().url());
        if (pathname === '/graphql') {
          const response = await route.fetch({ url: `${desk.url}/graphql` });
          return route.fulfill({ response });
        }
        return route.fulfill({ path: join(FOLDER, name, 'dist', pathname === '/' ? 'index.html' : pathname) });
      });
      await page.goto(ORIGIN);
      await page.getByLabel('Username or e-mail').fill('tomas');
      await page.getByLabel('Password').fill('wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').getByText(/./).waitFor();
      await page.getByLabel('Username or e-mail').fill('tomas');
      await page.getByLabel('Password').fill('docket-demo');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('Patient search is down for the whole clinic (Tomas Lind)').waitFor();
      assert.ok((await page.getByRole('listitem').count()) > 3);
      assert.deepEqual(
        desk.faults.filter((fault) => !fault.includes('favicon')),
        [],
      );
    });
  }
});
