import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Desk, skip, startDesk } from './desk.js';
import { hasFocus, signedInByKeys, tabTo } from './keys.js';
import { looksRight } from './looks.js';
import { row } from './people-steps.js';

describe('products', { skip, timeout: 120_000 }, () => {
  let desk: Desk;
  before(async () => {
    desk = await startDesk();
  });
  after(async () => desk.stop());

  test('a product is made, found, renamed and deleted, and what the API refuses stands at its field', async () => {
    const mei = await desk.openAs('Mei Tanaka');
    await mei.getByRole('link', { name: 'Products' }).click();
    await row(mei, 'Online banking').waitFor();
    await mei.getByRole('link', { name: 'New product' }).click();
    const create = mei.getByRole('button', { name: 'Create the product' });
    await mei.getByLabel('Name').fill('CLINIC records');
    await create.click();
    await mei.getByText('This is not an e-mail address').waitFor();
    assert.ok(await hasFocus(mei.getByLabel("Owner's e-mail")));
    await mei.getByLabel("Owner's e-mail").fill('owner@docket.example');
    await create.click();
    await mei.getByText('There is a product with this name.').waitFor();
    assert.ok(await hasFocus(mei.getByLabel('Name')));
    await mei.getByLabel('Name').fill('X');
    await create.click();
    await mei.getByText('There is a product with this name.').waitFor({ state: 'detached' });
    assert.equal(await mei.getByLabel('Name').getAttribute('aria-invalid'), 'true');
    await mei.getByLabel('Name').fill('Kiosk');
    await mei.getByRole('button', { name: 'Serves:' }).click();
    await mei.getByRole('option', { name: 'Banking' }).click();
    await create.dblclick();
    await row(mei, 'Kiosk').getByText('owner@docket.example').waitFor();
    assert.equal(await row(mei, 'Kiosk').count(), 1);

    await mei.getByLabel('Search for products').fill('kio');
    await row(mei, 'Online banking').waitFor({ state: 'detached' });
    await mei.getByRole('link', { name: 'Kiosk' }).click();
    await mei.getByLabel('Name').fill('Lobby kiosk');
    await mei.getByLabel("Owner's e-mail").fill('mei@docket.example');
    await mei.getByRole('button', { name: 'Save the product' }).click();
    await mei.getByRole('heading', { name: 'Lobby kiosk' }).waitFor();
    await mei.goBack();
    await row(mei, 'Lobby kiosk').getByText('mei@docket.example').waitFor();
    assert.equal(await mei.getByLabel('Search for products').inputValue(), 'kio');

    await mei.getByRole('link', { name: 'Lobby kiosk' }).click();
    await mei.getByRole('button', { name: 'Delete the product' }).click();
    const dialog = mei.getByRole('dialog', { name: 'Delete Lobby kiosk?' });
    await dialog.getByText('No ticket can be filed under it any more.').waitFor();
    await dialog.getByRole('button', { name: 'Delete the product' }).dblclick();
    await mei.getByText('Lobby kiosk was deleted.').waitFor();
    await row(mei, 'Online banking').waitFor();
    await row(mei, 'Lobby kiosk').waitFor({ state: 'detached' });
    await mei.getByRole('button', { name: 'State:' }).click();
    await mei.getByRole('option', { name: 'Deleted' }).click();
    await row(mei, 'Lobby kiosk').waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('a product with tickets says why it cannot be deleted, and its active ones lead to the queue', async () => {
    const mei = await desk.openAs('Mei Tanaka', '/products');
    await mei.getByRole('link', { name: 'Clinic records' }).click();
    const remove = mei.getByRole('button', { name: 'Delete the product' });
    await mei.getByText(/tickets? (is|are) about it, closed ones too/).waitFor();
    assert.ok(await remove.isDisabled());
    await mei.goBack();
    const count = row(mei, 'Clinic records').getByRole('link', { name: /active/ });
    const [, tickets = ''] = /^(\d+)/.exec(await count.innerText()) ?? [];
    await count.click();
    await mei.getByRole('heading', { name: 'All' }).getByText(`${tickets} in this list`).waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('of two who change one product at once each keeps what only they changed', async () => {
    const [mei, tomas] = [await desk.openAs('Mei Tanaka', '/products'), await desk.openAs('Tomas Lind', '/products')];
    for (const page of [mei, tomas]) await page.getByRole('link', { name: 'Online banking' }).click();
    await mei.getByLabel('Name').fill('Web banking');
    await tomas.getByLabel("Owner's e-mail").fill('tomas@docket.example');
    await mei.getByRole('button', { name: 'Save the product' }).click();
    await mei.getByRole('heading', { name: 'Web banking' }).waitFor();
    await tomas.getByRole('button', { name: 'Save the product' }).click();
    await tomas.getByRole('heading', { name: 'Web banking' }).waitFor();
    assert.equal(await tomas.getByLabel("Owner's e-mail").inputValue(), 'tomas@docket.example');
    assert.deepEqual(desk.faults, []);
  });

  test('is not for those who report tickets, and needs no mouse', async () => {
    const ruth = await desk.openAs('Ruth Abara', '/products');
    await ruth.getByText('Your role may not manage products').waitFor();
    assert.equal(await ruth.getByRole('link', { name: 'Products' }).count(), 0);
    const mei = await signedInByKeys(await desk.open('/'), 'mei');
    assert.equal(await mei.getByRole('link', { name: 'People' }).count(), 0);
    await tabTo(mei, mei.getByRole('link', { name: 'Products' }));
    await mei.keyboard.press('Enter');
    await tabTo(mei, mei.getByRole('link', { name: 'New product' }));
    await mei.keyboard.press('Enter');
    await tabTo(mei, mei.getByLabel('Name'));
    await mei.keyboard.type('Typed alone');
    await tabTo(mei, mei.getByLabel("Owner's e-mail"));
    await mei.keyboard.type('mei@docket.example');
    await mei.keyboard.press('Enter');
    await row(mei, 'Typed alone').waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('each screen fits a phone and passes axe in both themes', async () => {
    const mei = await desk.openAs('Mei Tanaka', '/products');
    await row(mei, 'Clinic records').waitFor();
    await looksRight(mei, 'products');
    await mei.getByRole('link', { name: 'Clinic records' }).click();
    await mei.getByText('closed ones too').waitFor();
    await looksRight(mei, 'a product');
    await mei.goto(`${desk.url}/products/new`);
    await mei.getByLabel('Name').fill('X');
    await mei.getByRole('button', { name: 'Create the product' }).click();
    await mei.getByText('This is not an e-mail address').waitFor();
    await looksRight(mei, 'new product');
    await mei.goto(`${desk.url}/products/00000000-0000-7000-8000-000000000000`);
    await mei.getByRole('heading', { name: 'No such product' }).waitFor();
    await looksRight(mei, 'no such product');
    assert.deepEqual(desk.faults, []);
  });
});
