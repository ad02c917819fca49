import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Page } from 'playwright-core';
import { type Desk, skip, startDesk } from './desk.js';

/** Of the demo people: the server prints it when it starts. */
const DEMO_PASSWORD = 'docket-demo';
const SUBSCRIPTION = `subscription {
  ticketChanges { __typename ... on TicketChange { kind ticket { title } } }
}`;

const result = (page: Page, text: string) => page.locator('.result-window').getByText(text).first();

describe('the explorer at /graphql', { skip, timeout: 120_000 }, () => {
  let desk: Desk;
  let token = '';
  before(async () => {
    desk = await startDesk();
    const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
    const { data } = await send(query, { input: { login: 'ada', password: DEMO_PASSWORD } });
    token = String(Object(Object(data)['signIn'])['accessToken']);
  });
  after(async () => desk.stop());

  async function send(query: string, variables: object): Promise<{ data: unknown }> {
    const response = await fetch(`${desk.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as { data: unknown };
  }

  async function report(title: string): Promise<void> {
    await send('mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } } }', {
      input: { title, description: 'It is as the title says.' },
    });
  }

  /** Types the header with the token, as a person would paste it. */
  async function signIn(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page.locator('.graphiql-editor-tool .CodeMirror:visible').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(JSON.stringify({ Authorization: `Bearer ${token}` }));
  }

  async function openSubscriptions(): Promise<number> {
    const metrics = await (await fetch(`${desk.url}/metrics`)).text();
    return Number(/^docket_subscriptions_open\{transport="sse"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
  }

  test('shows the messages of a subscription as they come, and ends it when it is stopped', async () => {
    const page = await desk.open(`/graphql?${new URLSearchParams({ query: SUBSCRIPTION }).toString()}`);
    await signIn(page);
    await page.getByRole('button', { name: /Execute query/ }).click();
    await result(page, 'CaughtUp').waitFor();
    for (const title of ['The first one', 'The second one']) {
      await report(title);
      await result(page, title).waitFor();
    }
    assert.equal(await openSubscriptions(), 1);
    await page.getByRole('button', { name: /Stop query/ }).click();
    await page.waitForFunction(
      () => document.querySelector('.graphiql-execute-button[aria-label^="Execute"]') !== null,
    );
    for (let tries = 0; (await openSubscriptions()) > 0 && tries < 100; tries += 1) await page.waitForTimeout(50);
    assert.equal(await openSubscriptions(), 0);
    assert.deepEqual(desk.faults, []);
    await page.context().close();
  });

  test('runs the subscription of the welcome by its name', async () => {
    const page = await desk.open('/graphql');
    await signIn(page);
    await page.getByRole('button', { name: /Execute query/ }).click();
    await page.getByRole('menuitem', { name: 'Live' }).click();
    await result(page, 'CaughtUp').waitFor();
    await report('Seen in the welcome');
    await result(page, 'Seen in the welcome').waitFor();
    assert.deepEqual(desk.faults, []);
    await page.context().close();
  });

  test('shows why a subscription is refused', async () => {
    const page = await desk.open(`/graphql?${new URLSearchParams({ query: SUBSCRIPTION }).toString()}`);
    await page.getByRole('button', { name: /Execute query/ }).click();
    await result(page, 'UNAUTHENTICATED').waitFor();
    await page.getByRole('button', { name: /Execute query/ }).waitFor();
    assert.deepEqual(desk.faults, []);
    await page.context().close();
  });
});
