import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Desk, skip, startDesk, violations } from './desk.js';

describe('a ticket', { skip }, () => {
  let desk: Desk;
  before(async () => {
    desk = await startDesk();
  });
  after(async () => desk.stop());

  test('is reported, answered and closed, by mouse and by keys', async () => {
    const ruth = await desk.openAs('Ruth Abara', '/tickets/new');
    await ruth.getByLabel('What is it about?').fill('The printer on floor two prints blank pages');
    await ruth.getByRole('link', { name: 'Printer on the second floor prints blank pages' }).waitFor();
    assert.deepEqual(await violations(ruth), []);
    await ruth.getByLabel('What happened?').fill('White pages. See https://example.com/photo.');
    await ruth.reload();
    assert.equal(
      await ruth.getByLabel('What is it about?').inputValue(),
      'The printer on floor two prints blank pages',
    );
    await ruth.getByRole('button', { name: 'Send the ticket' }).click();
    await ruth.getByRole('heading', { name: 'The printer on floor two' }).waitFor();
    const { pathname } = new URL(ruth.url());

    const tomas = await desk.openAs('Tomas Lind', pathname);
    await tomas.getByRole('heading', { name: 'The printer on floor two' }).waitFor();
    await tomas.keyboard.press('n');
    await tomas.getByLabel('Your internal note').fill('The fuser again.');
    assert.deepEqual(await violations(tomas), []);
    await tomas.keyboard.press('Control+Enter');
    await tomas.getByRole('article', { name: 'Internal note by Tomas Lind' }).waitFor();
    await tomas.getByRole('tab', { name: 'Reply' }).click();
    await tomas.getByLabel('Your reply').fill('I look at it now.');
    await tomas.getByRole('button', { name: 'Send reply' }).click();
    await tomas.getByRole('article', { name: 'Comment by Tomas Lind' }).waitFor();
    await tomas.getByLabel('Your reply').press('Escape');
    await tomas.keyboard.press('e');
    await tomas.getByRole('combobox', { name: 'Status' }).fill('done');
    await tomas.keyboard.press('Enter');
    await tomas.getByText('changed the status from').waitFor();

    await ruth.reload();
    await ruth.getByText('I look at it now.').waitFor();
    assert.equal(await ruth.getByText('The fuser again.').count(), 0);
    assert.deepEqual(await violations(ruth), []);
    assert.deepEqual(desk.faults, []);
  });

  test('that two people change at once shows both versions', async () => {
    const tomas = await desk.openAs('Tomas Lind', '/tickets/2');
    const mei = await desk.openAs('Mei Tanaka', '/tickets/2');
    for (const page of [tomas, mei]) {
      await page.getByRole('article', { name: 'Description' }).getByRole('button', { name: 'Edit' }).click();
    }
    await mei.getByLabel('Title').fill('Export the report as .xlsx');
    await mei.getByRole('button', { name: 'Save' }).click();
    await mei.getByRole('heading', { name: 'Export the report as .xlsx' }).waitFor();
    await tomas.getByLabel('Title').fill('Monthly report as a spreadsheet');
    await tomas.getByRole('button', { name: 'Save' }).click();
    const dialog = tomas.getByRole('dialog', { name: 'Somebody changed this meanwhile' });
    await dialog.getByText('Export the report as .xlsx').waitFor();
    await dialog.getByText('Monthly report as a spreadsheet').waitFor();
    assert.deepEqual(await violations(tomas), []);
    await dialog.getByRole('button', { name: 'Use mine' }).click();
    await tomas.getByText('to “Monthly report as a spreadsheet”').waitFor();
    await tomas.getByRole('heading', { name: 'Monthly report as a spreadsheet' }).waitFor();
  });
});
