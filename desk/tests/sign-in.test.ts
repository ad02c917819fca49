import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Desk, skip, startDesk, violations } from './desk.js';

describe('signing in', { skip }, () => {
  let desk: Desk;
  before(async () => {
    desk = await startDesk();
  });
  after(async () => desk.stop());

  test('a demo person is one click away, survives a reload, and signs out in every tab', async () => {
    const page = await desk.open('/tickets?view=all');
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Tomas Lind' }).click();
    await page.getByRole('link', { name: 'Patient search is down' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Patient search is down' }).waitFor();
    assert.deepEqual(await violations(page), []);

    const second = await page.context().newPage();
    await second.goto(`${desk.url}/tickets`);
    await second.getByRole('navigation', { name: 'Views' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await second.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('a wrong password is told, and the address stays', async () => {
    const page = await desk.open('/tickets/2');
    await page.getByLabel('Username or e-mail').fill('tomas');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('alert').getByText(/./).waitFor();
    await page.getByLabel('Password').fill('docket-demo');
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Views' }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/tickets/2');
  });

  test('one sets mails, ends other sessions, and changes the password at /me', async () => {
    const page = await desk.openAs('Leo Marchetti', '/me');
    const elsewhere = await desk.openAs('Leo Marchetti');
    await page.getByLabel('Summary').uncheck();
    await page.getByRole('button', { name: 'When the summary comes' }).isDisabled();
    await page.getByRole('button', { name: 'Time zone' }).click();
    await page.getByRole('combobox', { name: 'Time zone' }).fill('auckland');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Your mails are set.').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Time zone: Pacific/Auckland' }).waitFor();
    assert.equal(await page.getByLabel('Summary').isChecked(), false);

    await page.getByRole('button', { name: 'End the session of Chrome' }).first().click();
    await page.getByText('The session has ended.').waitFor();
    await elsewhere.getByText('Your session has ended').waitFor();

    const form = page.getByRole('region', { name: 'Password' });
    await form.getByLabel('Current password').fill('wrong');
    await form.getByLabel('New password').fill('correct horse battery');
    await form.getByRole('button', { name: 'Change the password' }).click();
    await form.getByLabel('Current password').and(page.locator('[aria-invalid]')).waitFor();
    assert.deepEqual(await violations(page), []);
    await form.getByLabel('Current password').fill('docket-demo');
    await form.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('Your password was changed.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Username or e-mail').fill('leo');
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('navigation', { name: 'Views' }).waitFor();
    assert.deepEqual(desk.faults, []);
  });
});
