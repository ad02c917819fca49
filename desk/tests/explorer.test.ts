import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Page } from 'playwright-core';
import { WELCOME_QUERY, WELCOME_VARIABLES } from '../../src/explorer/sample-operations.js';
import { type Desk, skip, startDesk } from './desk.js';

/** An access token is good for ten minutes. */
const NINE_MINUTES_MS = 9 * 60_000;
const OPERATIONS = [...WELCOME_QUERY.matchAll(/^(?:query|mutation|subscription) (\w+)/gm)].map(([, name = '']) => name);

/** Puts a text into the editor with this name, as pasting does. */
async function write(page: Page, editor: 'Variables' | 'Headers', text: string): Promise<void> {
  await page.getByRole('button', { name: editor, exact: true }).click();
  await page.getByLabel(editor, { exact: true }).locator('.CodeMirror').first().click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

/** Runs one of the operations, and gives the answer. */
async function run(page: Page, operation: string) {
  const answered = page.waitForResponse(
    (response) => response.request().postDataJSON()?.operationName === operation && response.ok(),
  );
  await page.getByRole('button', { name: 'Execute query' }).click();
  await page.getByRole('menuitem', { name: operation, exact: true }).click();
  return (await answered).json();
}

const headers = (page: Page) => page.locator('.graphiql-editor-tool .CodeMirror').nth(1);
const tokenIn = async (page: Page) => /Bearer ([\w.-]+)/.exec((await headers(page).textContent()) ?? '')?.[1];

describe('the explorer', { skip, timeout: 120_000 }, () => {
  let desk: Desk;
  before(async () => {
    desk = await startDesk();
  });
  after(async () => desk.stop());

  test('has ten operations, which people who signed in there can run, with a token that is renewed', async () => {
    assert.equal(OPERATIONS.length, 10);
    const page = await desk.open('/graphql');
    await page.clock.install();
    await page.reload();
    await page.getByRole('button', { name: 'Execute query' }).waitFor();
    const variables = JSON.parse(WELCOME_VARIABLES);
    variables.input = { login: 'tomas', password: 'docket-demo' };
    await write(page, 'Variables', JSON.stringify(variables));
    const { data } = await run(page, 'SignIn');
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page.waitForFunction(() => document.body.textContent?.includes('Bearer ey'));
    const first = await tokenIn(page);
    assert.equal(first, data.signIn.accessToken);

    const { data: found } = await run(page, 'Queue');
    const [{ id }] = found.tickets.nodes;
    variables.comment.ticketId = id;
    variables.change.id = id;
    await write(page, 'Variables', JSON.stringify(variables));
    for (const name of OPERATIONS.filter((each) => !['SignIn', 'Queue', 'Live'].includes(each))) {
      const answer = await run(page, name);
      assert.equal(answer.errors, undefined, name);
      for (const payload of Object.values<{ userErrors?: unknown[] }>(answer.data)) {
        assert.deepEqual(payload.userErrors ?? [], [], name);
      }
    }

    const renewed = page.waitForResponse(
      (response) => response.request().postData()?.includes('refreshSession') === true,
    );
    await page.clock.fastForward(NINE_MINUTES_MS);
    const { data: second } = await (await renewed).json();
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page.waitForFunction(
      (token) => document.body.textContent?.includes(token),
      second.refreshSession.accessToken,
    );
    assert.notEqual(second.refreshSession.accessToken, first);
    const { data: counted } = await run(page, 'Insights');
    assert.ok(counted.ticketInsights.active > 0);
    assert.deepEqual(desk.faults, []);
  });
});
