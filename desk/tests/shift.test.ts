import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Locator, type Page, type Response } from 'playwright-core';
import { type Api, apiAs } from './api.js';
import { type DemoName, type Desk, skip, startDesk } from './desk.js';

interface Person {
  readonly role: string;
  readonly name: DemoName;
  readonly username: string;
  /** What somebody of this role comes to do in a shift. */
  readonly does: readonly string[];
}

const EVERYBODY = ['CreateTicket', 'CreateComment', 'UpdateComment', 'DeleteComment', 'UpdateTicket', 'SetWatchState'];
const AUTHORS = ['MarkDuplicate', 'UnmarkDuplicate', 'DeleteTicket', 'UpdateTickets'];

const PEOPLE: readonly Person[] = [
  { role: 'requester', name: 'Ruth Abara', username: 'ruth', does: [...EVERYBODY, ...AUTHORS] },
  { role: 'technician', name: 'Tomas Lind', username: 'tomas', does: [...EVERYBODY, ...AUTHORS, 'CancelMail'] },
  {
    role: 'manager',
    name: 'Ada Okafor',
    username: 'ada',
    does: [...EVERYBODY, ...AUTHORS, 'CancelMail', 'RestoreTicket'],
  },
];

/** A ticket in a shift: who reported it, who is to do it, and how far it is. */
interface State {
  readonly own: boolean;
  readonly assigned: 'me' | 'other' | null;
  readonly status: string;
}

const STATES: readonly State[] = [
  { own: true, assigned: null, status: 'OPEN' },
  { own: true, assigned: 'other', status: 'IN_PROGRESS' },
  { own: true, assigned: 'me', status: 'ON_HOLD' },
  { own: true, assigned: 'other', status: 'DONE' },
  { own: true, assigned: null, status: 'CLOSED' },
  { own: false, assigned: null, status: 'OPEN' },
  { own: false, assigned: 'me', status: 'SELECTED_FOR_DEV' },
  { own: false, assigned: 'me', status: 'DONE' },
  { own: false, assigned: 'other', status: 'IN_PROGRESS' },
  { own: false, assigned: 'other', status: 'CLOSED' },
];

type Mutation = 'createTicket' | 'updateTicket' | 'createComment';

interface Reported {
  readonly id: string;
  readonly number: number;
}

/** A page, and what the API answered to it. */
interface Shift {
  readonly page: Page;
  readonly refusals: string[];
  readonly done: Set<string>;
}

describe('a shift of ten tickets', { skip, timeout: 400_000, concurrency: PEOPLE.length }, () => {
  let desk: Desk;
  const asks = new Map<string, Api>();
  before(async () => {
    desk = await startDesk({ ASSIGN_REPORT_SCHEDULE: '12', REPLY_DELAY_SECONDS: '600' });
    for (const username of ['ada', 'tomas', 'mei', 'ruth', 'leo']) {
      asks.set(username, await apiAs(desk.url, username));
    }
  });
  after(async () => desk.stop());

  async function callAs(username: string, mutation: Mutation, input: object): Promise<Reported | undefined> {
    const ask = asks.get(username);
    assert.ok(ask);
    const type = mutation.charAt(0).toUpperCase() + mutation.slice(1);
    const wanted = mutation === 'createComment' ? '' : 'ticket { id number }';
    const data = await ask<Record<string, { ticket?: Reported }>>(
      `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { ${wanted} userErrors { message } } }`,
      { input },
    );
    return data[mutation]?.ticket;
  }

  /** Gives the numbers of ten tickets in different states, each with comments of others on it. */
  async function report(me: string): Promise<number[]> {
    const numbers: number[] = [];
    for (const [index, { own, assigned, status }] of STATES.entries()) {
      const assignee = assigned === 'me' ? me : 'mei';
      const ticket = await callAs(own ? me : 'leo', 'createTicket', {
        title: `Case ${index} of ${me}: the door is stuck`,
        description: 'It does not open.',
        ...(assigned !== null && { assignedTo: { username: assignee } }),
        ...(index % 3 === 0 && { details: { serial: `A${index}` } }),
      });
      assert.ok(ticket);
      await callAs('mei', 'updateTicket', { id: ticket.id, status });
      await callAs('mei', 'createComment', { ticketId: ticket.id, content: 'I look at it.' });
      await callAs('mei', 'createComment', { ticketId: ticket.id, content: 'A spring?', internal: true });
      numbers.push(ticket.number);
    }
    return numbers;
  }

  for (const person of PEOPLE) {
    test(`of a ${person.role} shows nothing that the API refuses`, async () => {
      const numbers = await report(person.username);
      const page = await desk.openAs(person.name);
      const shift: Shift = { page, refusals: [], done: new Set() };
      page.on('response', (response) => void hear(shift, response));
      for (const [index, number] of numbers.entries()) await work(shift, number, index, person.does);
      await bulk(shift, `of ${person.username}:`);
      await reportOne(page);
      for (const path of ['/mails', '/me']) {
        await page.goto(desk.url + path);
        await page.getByRole('heading', { level: 1 }).waitFor();
      }
      assert.deepEqual(shift.refusals, []);
      const missing = person.does.filter((name) => !shift.done.has(name));
      assert.deepEqual(missing, [], 'the shift did not come to these');
      assert.deepEqual(desk.faults, []);
    });
  }

  /** Does with a ticket whatever its page offers. */
  async function work({ page }: Shift, number: number, index: number, does: readonly string[]): Promise<void> {
    await page.goto(`${desk.url}/tickets/${number}`);
    await page.getByRole('article', { name: 'Description' }).waitFor();
    const properties = page.getByRole('complementary', { name: 'Properties' });
    await properties.getByRole('button', { name: 'Your mails about this ticket' }).waitFor();
    for (const label of ['Assigned to', 'Priority', 'Product', 'Type', 'Status', 'Your mails about this ticket']) {
      await pickAnother(page, properties.getByRole('button', { name: label }), label);
    }
    await ifShown(
      page.getByRole('article', { name: 'Description' }).getByRole('button', { name: 'Edit' }),
      async () => {
        await page.getByLabel('Description', { exact: true }).fill(`It does not open, case ${number}.`);
        await settled(page, page.getByRole('button', { name: 'Save' }).click());
        await page
          .getByLabel('Description', { exact: true })
          .and(page.locator('textarea'))
          .waitFor({ state: 'detached' });
      },
    );
    await ifShown(page.getByRole('button', { name: 'Edit the details…' }), async () => {
      await page.getByLabel('A JSON object').fill('{ "serial": "B" }');
      await settled(page, page.getByRole('dialog').getByRole('button', { name: 'Save' }).click());
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    });
    for (const [tab, label, button, shown] of [
      ['Reply', 'Your reply', 'Send reply', /^Comment by/],
      ['Internal note', 'Your internal note', 'Add internal note', /^Internal note by/],
    ] as const) {
      const tabButton = page.getByRole('tab', { name: tab });
      if (await tabButton.isVisible()) await tabButton.click();
      const area = page.getByLabel(label);
      if (!(await area.isVisible())) continue;
      const text = `As I see it, case ${number}.`;
      await area.fill(text);
      await settled(page, page.getByRole('button', { name: button }).click());
      await page.getByRole('article', { name: shown }).filter({ hasText: text }).waitFor();
    }
    // These do not depend on how far the ticket is.
    if (index % 3 !== 0) return;
    // One's own comment, or any where one may.
    const comment = page.getByRole('article', { name: /^(Comment|Internal note) by/ });
    await ifShown(comment.getByRole('button', { name: 'Edit' }).first(), async () => {
      await page.getByLabel('Text of the comment').fill('Written better.');
      await settled(page, page.getByRole('button', { name: 'Save' }).click());
      await page.getByLabel('Text of the comment').waitFor({ state: 'detached' });
    });
    await ifShown(comment.getByRole('button', { name: 'Delete' }).last(), async () => {
      await settled(page, page.getByRole('button', { name: 'Delete the comment' }).click());
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    });
    await ifShown(page.getByRole('button', { name: 'Mark as a duplicate…' }), async () => {
      const options = page.getByRole('listbox', { name: 'Duplicate of' }).getByRole('option');
      await page.getByRole('combobox', { name: 'Duplicate of' }).fill('printer');
      await options.filter({ hasText: 'Printer on the second floor' }).click();
      await settled(page, page.getByRole('dialog').getByRole('button', { name: 'Mark as a duplicate' }).click());
      await settled(page, page.getByRole('button', { name: 'Take back' }).click());
    });
    const mails = page.getByRole('region', { name: 'Mails that wait' });
    const cancel = mails.getByRole('button', { name: /^Cancel the mail/ }).first();
    // Mails are read after the ticket; not each ticket has one that waits.
    if (does.includes('CancelMail')) await cancel.waitFor({ timeout: 5000 }).catch(() => undefined);
    if (await cancel.isVisible()) await settled(page, cancel.click());
    if (index !== 0 && index !== STATES.length - 1) return;
    await ifShown(page.getByRole('button', { name: 'Delete ticket' }), async () => {
      await settled(page, page.getByRole('button', { name: 'Delete the ticket' }).click());
    });
    const restore = page.getByRole('button', { name: `Restore #${number}` });
    // Where deleted tickets are not for the viewer the queue comes instead; a ticket that is not theirs stays.
    await restore
      .or(page.getByRole('heading', { level: 1 }))
      .first()
      .waitFor();
    if (does.includes('RestoreTicket')) await settled(page, restore.click());
  }

  /** Selects what can be selected, and changes all of it by each of the menus. */
  async function bulk({ page }: Shift, words: string): Promise<void> {
    for (const label of ['Status', 'Priority', 'Assigned to', 'Type', 'Product']) {
      await page.goto(`${desk.url}/tickets?view=all&state=any&q=${encodeURIComponent(words)}`);
      await page
        .getByRole('link', { name: /Case \d/ })
        .first()
        .waitFor();
      for (const box of await page.getByRole('checkbox', { name: /^Select/ }).all()) await box.check();
      const bar = page.getByRole('toolbar', { name: 'Change the selected tickets' });
      await pickAnother(page, bar.getByRole('button', { name: label }), label);
    }
  }
});

async function reportOne(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'New ticket' }).click();
  await page.getByLabel('What is it about?').fill('At the end of the shift');
  await page.getByLabel('What happened?').fill('Nothing else.');
  await pickAnother(page, page.getByRole('button', { name: 'Assigned to' }), 'Assigned to', false);
  await settled(page, page.getByRole('button', { name: 'Send the ticket' }).click());
  await page.getByRole('heading', { name: 'At the end of the shift' }).waitFor();
}

async function ifShown(button: Locator, act: () => Promise<void>): Promise<void> {
  if (!(await button.isVisible())) return;
  await button.click();
  await act();
}

/** Picks the first option that is not picked, if the menu is there at all. */
async function pickAnother(page: Page, button: Locator, label: string, isSent = true): Promise<void> {
  await ifShown(button, async () => {
    const option = page.getByRole('listbox', { name: label }).getByRole('option', { selected: false }).first();
    await (isSent ? settled(page, option.click()) : option.click());
  });
}

const isMutation = (response: Response) =>
  response.url().endsWith('/graphql') && /"query":"mutation/.test(response.request().postData() ?? '');

/** Waits until the mutation that an action sends was answered. */
async function settled(page: Page, action: Promise<void>): Promise<void> {
  await Promise.all([page.waitForResponse(isMutation), action]);
}

interface Answer {
  readonly data?: Record<string, { readonly userErrors?: readonly unknown[] } | null> | null;
  readonly errors?: readonly unknown[];
}

/** Notes what the API refused. */
async function hear({ refusals, done }: Shift, response: Response): Promise<void> {
  if (!response.url().endsWith('/graphql')) return;
  const { operationName } = JSON.parse(response.request().postData() ?? '{}') as { operationName?: string };
  const answer = (await response.json().catch(() => ({}))) as Answer;
  const wrong = [
    ...(answer.errors ?? []),
    ...Object.values(answer.data ?? {}).flatMap((payload) => payload?.userErrors ?? []),
  ];
  for (const each of wrong) {
    const text = JSON.stringify(each);
    // The ticket was changed by a comment or a mail meanwhile: the desk sends it again.
    if (!text.includes('expectedVersion')) refusals.push(`${operationName}: ${text}`);
  }
  if (isMutation(response) && wrong.length === 0 && operationName !== undefined) done.add(operationName);
}
