import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Api, type FoundPerson, apiAs } from './api.js';
import { type Desk, skip, startDesk } from './desk.js';
import { looksRight } from './looks.js';

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-/i;
const UPDATE =
  'mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { ticket { id } userErrors { message } } }';

describe('what was', { skip, timeout: 120_000 }, () => {
  let desk: Desk;
  let ada: Api;
  let ruth: Api;
  before(async () => {
    desk = await startDesk();
    [ada, ruth] = [await apiAs(desk.url, 'ada'), await apiAs(desk.url, 'ruth')];
  });
  after(async () => desk.stop());

  async function report(title: string): Promise<{ id: string; number: number }> {
    const { createTicket } = await ruth<{ createTicket: { ticket: { id: string; number: number } } }>(
      'mutation ($title: String!) { createTicket(input: { title: $title, description: "It is so." }) { ticket { id number } userErrors { message } } }',
      { title },
    );
    return createTicket.ticket;
  }

  test('happened to a ticket is told by names, titles and labels, and never by ids', async () => {
    const { id, number } = await report('The bell rings by itself');
    const original = await report('The bell is broken');
    const { products } = await ada<{ products: { nodes: { id: string; name: string }[] } }>(
      '{ products(first: 10) { nodes { id name } } }',
    );
    const [one, other] = products.nodes;
    assert.ok(one && other);
    for (const change of [
      { status: 'IN_PROGRESS' },
      { priority: 'EMERGENCY', type: 'FEATURE' },
      { title: 'The bell rings at night', description: 'At three.' },
      { details: { serial: 'A1', floor: 2 } },
      { details: { serial: 'B2', floor: 2 } },
      { productId: one.id },
      { productId: other.id },
      { assignedTo: { username: 'tomas' } },
      { assignedTo: { username: 'ada' } },
      { assignedTo: { username: 'mei' }, notify: false },
      { status: 'DONE' },
    ]) {
      await ada(UPDATE, { input: { id, ...change } });
    }
    // The requester's comment reopens it.
    await ruth(
      'mutation ($id: ID!) { createComment(input: { ticketId: $id, content: "Again." }) { userErrors { message } } }',
      { id },
    );
    const mark = { input: { ticketId: id, duplicateOfId: original.id, close: false } };
    await ada(
      'mutation ($input: MarkDuplicateInput!) { markDuplicate(input: $input) { userErrors { message } } }',
      mark,
    );
    await ada('mutation ($id: ID!) { unmarkDuplicate(input: { ticketId: $id }) { userErrors { message } } }', { id });
    await ada(UPDATE, { input: { id, assignedTo: null } });
    const { userByUsername } = await ada<FoundPerson>('{ userByUsername(username: "mei") { role { id } } }');
    const leaver = await ada<{ createUser: { user: { id: string } } }>(
      `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { message } } }`,
      {
        input: {
          firstName: 'Noor',
          username: 'noor',
          email: 'noor@docket.example',
          password: 'a long enough one',
          roleId: userByUsername.role.id,
        },
      },
    );
    await ada(UPDATE, { input: { id, assignedTo: { username: 'noor' }, status: 'DONE' } });
    await ada('mutation ($id: ID!) { deleteTicket(input: { id: $id }) { userErrors { message } } }', { id });
    await ada('mutation ($id: ID!) { deleteUser(input: { id: $id }) { userErrors { message } } }', {
      id: leaver.createUser.user.id,
    });
    await ada('mutation ($id: ID!) { restoreTicket(input: { id: $id }) { userErrors { message } } }', { id });

    const page = await desk.openAs('Tomas Lind', `/tickets/${number}`);
    const timeline = page.getByRole('region', { name: 'What happened' });
    for (const sentence of [
      'changed the status from Open to In progress',
      'changed the type from Problem to New feature and changed the priority from Medium to Emergency',
      'changed the title from “The bell rings by itself” to “The bell rings at night” and changed the description',
      'changed the details: serial, floor',
      /changed the details: serial(?!,)/,
      `set the product to ${one.name}`,
      `changed the product from ${one.name} to ${other.name}`,
      'assigned it to Tomas Lind',
      'took it over instead of Tomas Lind',
      /assigned it to Mei Tanaka instead of Ada Okafor · without mails/,
      /Docket changed the status from Done to In progress/,
      `marked it as a duplicate of #${original.number} The bell is broken`,
      `took away that it is a duplicate of #${original.number} The bell is broken`,
      'took the assignment from Mei Tanaka',
      'deleted the ticket',
      'restored the ticket and took the assignment from Noor',
    ]) {
      await timeline.getByText(sentence).first().waitFor({ timeout: 5_000 });
    }
    assert.doesNotMatch(await timeline.innerText(), ID);
    await looksRight(page, 'history');
    assert.deepEqual(desk.faults, []);
  });

  test('is deleted comes back by a button, in the list and at the ticket', async () => {
    const first = await report('Deleted by mistake');
    const second = await report('Deleted by mistake, too');
    const page = await desk.openAs('Ada Okafor', `/tickets/${first.number}`);
    await page.getByRole('button', { name: 'Delete ticket' }).click();
    const dialog = page.getByRole('dialog', { name: `Delete ticket #${first.number}?` });
    await dialog.getByText('mails about it that wait are not sent').waitFor();
    await looksRight(page, 'deleting a ticket');
    await dialog.getByRole('button', { name: 'Delete the ticket' }).dblclick();
    await page.getByText('This ticket was deleted').waitFor();
    assert.equal(await page.getByLabel('Your reply').count(), 0);
    await looksRight(page, 'deleted ticket');
    await page.reload();
    await page.getByRole('button', { name: `Restore #${first.number}` }).dblclick();
    await page.getByLabel('Your reply').waitFor();
    await page.getByText('restored the ticket').waitFor();

    const [own, others] = [
      await desk.openAs('Ruth Abara', `/tickets/${second.number}`),
      await desk.openAs('Tomas Lind', `/tickets/${second.number}`),
    ];
    await own.getByRole('button', { name: 'Delete ticket' }).click();
    await own.getByText('Only people who may delete all tickets can restore it.').waitFor();
    await own.getByRole('button', { name: 'Delete the ticket' }).click();
    await own.getByRole('heading', { name: /Reported by me/ }).waitFor();
    // The page of somebody else stood open.
    await others.getByRole('heading', { name: `There is no ticket #${second.number} for you` }).waitFor();
    for (const other of [own, others]) {
      await other.goto(`${desk.url}/tickets?view=deleted`);
      await other.getByRole('heading', { name: /^(Mine|Reported by me)/ }).waitFor();
      const views = other.getByRole('navigation', { name: 'Views' });
      assert.equal(await views.getByRole('link', { name: 'Deleted' }).count(), 0);
    }

    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Deleted' }).click();
    await page.getByRole('link', { name: 'Deleted by mistake, too' }).waitFor();
    assert.equal(await page.getByRole('checkbox').count(), 0);
    await looksRight(page, 'deleted tickets');
    const another = await desk.openAs('Ada Okafor', '/tickets?view=deleted');
    for (const each of [page, another]) {
      // Who comes second restores nothing any more, and hears nothing bad.
      const button = each.getByRole('button', { name: `Restore #${second.number}` });
      await button.waitFor();
    }
    await Promise.all(
      [page, another].map(async (each) => {
        await each.getByRole('button', { name: `Restore #${second.number}` }).dblclick();
        await each.getByRole('status').getByText(`Ticket #${second.number} is back`).waitFor();
      }),
    );
    await own.goto(`${desk.url}/tickets/${second.number}`);
    await own.getByRole('heading', { name: 'Deleted by mistake, too' }).waitFor();
    assert.deepEqual(desk.faults, []);
  });
});
