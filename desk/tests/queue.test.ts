import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Page } from 'playwright-core';
import { type Desk, skip, startDesk, violations } from './desk.js';

describe('the queue', { skip }, () => {
  let desk: Desk;
  before(async () => {
    desk = await startDesk({ REPLY_DELAY_SECONDS: '1' });
  });
  after(async () => {
    await desk.stop();
    assert.deepEqual(desk.faults, []);
  });

  test('has filters and order in the address, so that they survive a reload, and Back undoes each', async () => {
    const page = await desk.openAs('Tomas Lind', '/tickets?view=all');
    await rows(page, 'Patient search is down', 'Export the monthly report');
    await pick(page, 'Priority', 'Emergency');
    await page.keyboard.press('Escape');
    await rows(page, 'Patient search is down');
    await pick(page, 'Order', 'Oldest');
    await page.getByRole('button', { name: 'Order: Oldest' }).waitFor();
    assert.equal(new URL(page.url()).search, '?view=all&priority=EMERGENCY&order=oldest');

    await page.reload();
    await page.getByRole('button', { name: 'Priority: Emergency' }).waitFor();
    await page.getByRole('button', { name: 'Order: Oldest' }).waitFor();
    await rows(page, 'Patient search is down');

    await page.getByRole('link', { name: 'Patient search is down' }).click();
    await page.getByRole('button', { name: 'Back' }).click();
    await rows(page, 'Patient search is down');
    await page.goBack();
    await page.getByRole('button', { name: 'Order: Last activity' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Priority: Any priority' }).waitFor();
    await rows(page, 'Patient search is down', 'Export the monthly report');
  });

  test('finds the best match first, which is an order of searches alone', async () => {
    const page = await desk.openAs('Tomas Lind', '/tickets?view=all');
    await page.getByRole('button', { name: 'Order: Last activity' }).click();
    await page.getByRole('option', { name: 'Priority' }).waitFor();
    assert.equal(await page.getByRole('option', { name: 'Best match' }).count(), 0);
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox').fill('printer blank pages');
    await page.getByRole('button', { name: 'Order: Best match' }).waitFor();
    await page.getByRole('row').nth(1).getByRole('link', { name: 'Printer on the second floor' }).waitFor();
    assert.equal(new URL(page.url()).search, '?view=all&q=printer+blank+pages');
    await pick(page, 'Order', 'Newest');
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Order: Newest' }).waitFor();
    await rows(page, 'Patient search is down', 'Printer on the second floor');
  });

  test('has its filters behind one button on a phone, which counts them', async () => {
    const page = await desk.openAs('Tomas Lind', '/tickets?view=all', { viewport: { width: 360, height: 740 } });
    await page.getByRole('button', { name: 'Filters' }).click();
    const filters = page.getByRole('group', { name: 'Filters' });
    await filters.getByRole('button', { name: 'Status' }).click();
    await page.getByRole('option', { name: 'Any status' }).click();
    // The first Escape closes the list, and leaves what it belongs to.
    await page.keyboard.press('Escape');
    await filters.getByRole('button', { name: 'Status: Any status' }).waitFor();
    await filters.getByRole('button', { name: 'Priority' }).click();
    await page.getByRole('option', { name: 'High' }).click();
    await page.keyboard.press('Escape');
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await filters.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Filters (2)' }).click();
    await filters.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('button', { name: 'Filters', exact: true }).waitFor();
    await rows(page, 'Patient search is down', 'Export the monthly report');
  });

  test('changes many tickets at once, and without a mail to anybody where somebody says so', async () => {
    const page = await desk.openAs('Tomas Lind', '/tickets?view=all');
    for (const title of ['Export the monthly report', 'Patient search is down']) {
      await page.getByRole('row').filter({ hasText: title }).getByRole('checkbox').check();
    }
    const bar = page.getByRole('toolbar', { name: 'Change the selected tickets' });
    await bar.getByText('2 selected').waitFor();
    await bar.getByLabel('Do not notify').check();
    await bar.getByRole('button', { name: 'Priority' }).click();
    await page.getByRole('option', { name: 'Medium' }).click();
    await page.getByText('2 tickets were changed.').waitFor();
    await bar.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Export the monthly report' }).click();
    await page.getByText('· without mails').waitFor();
  });

  test('a reply that is to notify nobody says so before and after, and the next one notifies', async () => {
    const page = await desk.openAs('Tomas Lind', '/tickets?view=all');
    await page.getByRole('link', { name: 'Printer on the second floor' }).click();
    await page.getByText('Mail to Ruth Abara').waitFor();
    await page.getByLabel('Do not notify').check();
    await page.getByText('Nobody gets a mail.').waitFor();
    await reply(page, 'Only for the record.');
    // The next one notifies again.
    await page.getByText('Mail to Ruth Abara').waitFor();
    await page.goto(`${desk.url}/tickets?view=all`);
    await page.getByRole('link', { name: 'Laptop for the new colleague' }).click();
    await reply(page, 'It is on its way.');
    await desk.smtp.waitForMails(1);
    assert.deepEqual(
      desk.smtp.mails.map(({ envelopeTo, subject }) => [envelopeTo, subject?.includes('Laptop')]),
      [[['leo@docket.example'], true]],
    );
  });
});

/** Waits until the list has these tickets; where it is one, no other. */
async function rows(page: Page, ...titles: string[]): Promise<void> {
  for (const title of titles) await page.getByRole('link', { name: title }).waitFor();
  if (titles.length > 1) return;
  await page.locator('tbody tr').nth(1).waitFor({ state: 'detached' });
}

async function pick(page: Page, picker: string, option: string): Promise<void> {
  await page.getByRole('button', { name: `${picker}:` }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

async function reply(page: Page, text: string): Promise<void> {
  await page.getByLabel('Your reply').fill(text);
  await page.getByRole('button', { name: 'Send reply' }).click();
  await page.getByRole('article').getByText(text).waitFor();
}
