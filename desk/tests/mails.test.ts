import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Found, type FoundPerson, apiAs } from './api.js';
import { type Desk, skip, startDesk, violations } from './desk.js';
import { looksRight } from './looks.js';

const MANY = 21;

describe('the mails', { skip, timeout: 120_000 }, () => {
  let desk: Desk;
  before(async () => {
    // Assignments wait, replies leave at once.
    desk = await startDesk({ ASSIGN_REPORT_SCHEDULE: '12', REPLY_DELAY_SECONDS: '1' });
    const [ada, ruth, leo] = await Promise.all(['ada', 'ruth', 'leo'].map(async (login) => apiAs(desk.url, login)));
    assert.ok(ada && ruth && leo);
    const { tickets } = await ada<Found>('{ tickets(first: 20) { nodes { id title } } }');
    const idOf = (words: string) => tickets.nodes.find(({ title }) => title.includes(words))?.id;
    await ada(
      'mutation ($id: ID!) { updateTicket(input: { id: $id, assignedTo: { username: "tomas" } }) { userErrors { message } } }',
      { id: idOf('Export the monthly') },
    );
    const comment =
      'mutation ($id: ID!) { createComment(input: { ticketId: $id, content: "Any news?" }) { userErrors { message } } }';
    desk.smtp.failWith(550, 'No such mailbox here', 'mei@docket.example');
    await leo(comment, { id: idOf('Cannot sign in') });
    await ruth(comment, { id: idOf('Patient search') });
    await desk.smtp.waitForMails(1);
    for (let made = 0; made < MANY; made += 1) {
      await ruth(
        `mutation { createTicket(input: { title: "Lamp ${made} is out", description: "It is dark." }) { userErrors { message } } }`,
      );
    }
  });
  after(async () => desk.stop());

  test('of everybody show to staff: those that wait, page by page, failed ones with their reason, and sent ones', async () => {
    const tomas = await desk.openAs('Tomas Lind', '/mails');
    await tomas.getByRole('button', { name: 'Show more' }).waitFor();
    const rows = tomas.getByRole('row');
    const shown = await rows.count();
    await tomas.getByRole('button', { name: 'Show more' }).click();
    await tomas.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' });
    assert.ok((await rows.count()) > shown);
    await tomas.getByRole('row', { name: /Tomas Lind.*Export the monthly report/ }).waitFor();

    await tomas
      .getByText(/^Due in 1[012] min$/)
      .first()
      .waitFor();

    await tomas.getByRole('link', { name: /^Failed/ }).click();
    const failed = tomas.getByRole('row', { name: /Cannot sign in to online banking/ });
    while (!(await failed.isVisible())) await tomas.getByRole('button', { name: 'Load again' }).click();
    await failed.getByText(/No such mailbox here|550/).waitFor();
    await failed.getByText('Mei Tanaka').waitFor();
    await looksRight(tomas, 'mails');

    await tomas.getByRole('link', { name: 'Sent' }).click();
    await tomas
      .getByRole('row', { name: /Patient search/ })
      .getByText('Sent')
      .first()
      .waitFor();
    await tomas.getByRole('link', { name: 'Patient search is down' }).first().click();
    await tomas.getByRole('heading', { name: 'Patient search is down' }).waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('that wait can be cancelled, each once, and the next one does not come under the pointer', async () => {
    const tomas = await desk.openAs('Tomas Lind', '/mails');
    await tomas.getByRole('button', { name: 'To: Everybody' }).click();
    await tomas.getByRole('combobox', { name: 'To' }).fill('tomas');
    await tomas.getByRole('option', { name: 'Everybody' }).waitFor({ state: 'detached' });
    await tomas.getByRole('option', { name: 'Tomas Lind' }).click();
    await tomas.getByRole('button', { name: 'To: Tomas Lind' }).waitFor();
    await tomas
      .getByRole('row', { name: /^Ada Okafor/ })
      .first()
      .waitFor({ state: 'detached' });
    const row = tomas.getByRole('row', { name: /Lamp 20 is out/ });
    await row.getByRole('button', { name: 'Cancel the mail to Tomas Lind' }).dblclick();
    await row.getByText('by somebody who manages tickets').waitFor();
    await tomas.getByRole('status').getByText('The mail is cancelled.').waitFor();
    assert.equal(await tomas.getByText('by somebody who manages tickets').count(), 1);
    await tomas.getByRole('link', { name: 'Cancelled', exact: true }).click();
    await tomas.getByRole('row').nth(1).waitFor();
    assert.equal(await tomas.getByRole('row').count(), 2);
    await looksRight(tomas, 'cancelled mails');
    assert.deepEqual(desk.faults, []);
  });

  test('that were cancelled or sent by then say so when somebody cancels them', async () => {
    const mei = await desk.openAs('Mei Tanaka', '/mails');
    const tomas = await desk.openAs('Tomas Lind', '/mails');
    const rows = [mei, tomas].map((page) => page.getByRole('row', { name: /Mei Tanaka.*Lamp 19 is out/ }));
    // Both show it before one of them cancels it.
    for (const row of rows) await row.waitFor();
    for (const row of rows) {
      await row.getByRole('button').click();
      await row.getByText('by somebody who manages tickets').waitFor();
    }
    await tomas.getByRole('alert').getByText('was cancelled before').waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('of others do not show to those who do not manage tickets, nor a button to cancel their own', async () => {
    const staff = await apiAs(desk.url, 'ada');
    const { userByUsername } = await staff<FoundPerson>('{ userByUsername(username: "tomas") { id } }');
    const leo = await desk.openAs('Leo Marchetti', `/mails?list=sent&to=${userByUsername.id}`);
    // He comments on a ticket of his, which is answered.
    const mei = await apiAs(desk.url, 'mei');
    const { tickets } = await mei<Found>(
      '{ tickets(first: 1, filter: { search: "Cannot sign in" }) { nodes { id } } }',
    );
    await mei(
      'mutation ($id: ID!) { createComment(input: { ticketId: $id, content: "Soon." }) { userErrors { message } } }',
      { id: tickets.nodes[0]?.id },
    );
    const row = leo.getByRole('row', { name: /Cannot sign in/ }).first();
    while (!(await row.isVisible())) await leo.getByRole('button', { name: 'Load again' }).click();
    await row.getByText('reported it').waitFor();
    assert.equal(await leo.getByText('Tomas Lind').count(), 0);
    await leo.getByRole('link', { name: /^Waiting/ }).click();
    await leo.getByRole('row', { name: /Export the monthly report/ }).waitFor();
    assert.equal(await leo.getByRole('button', { name: /^Cancel/ }).count(), 0);
    assert.deepEqual(await violations(leo), []);
    assert.deepEqual(desk.faults, []);
  });

  test('stay as they are while the server is away, and the button says so', async () => {
    const ada = await desk.openAs('Ada Okafor', '/mails');
    const row = ada.getByRole('row', { name: /Ada Okafor.*Lamp 18 is out/ });
    await row.getByRole('button').waitFor();
    await desk.stopServer();
    await row.getByRole('button').dblclick();
    await ada.getByRole('alert').getByText('The server could not be reached').waitFor();
    await ada.getByRole('status').getByText('The server cannot be reached').waitFor();
    await row.getByText(/^Due/).waitFor();
    await desk.startServer();
    await ada.getByText('The server cannot be reached').waitFor({ state: 'detached' });
    await row.getByRole('button').click();
    // The row may be gone: the list is loaded again when the server is back.
    await ada.getByRole('status').getByText('The mail is cancelled.').waitFor();
  });
});
