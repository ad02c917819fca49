import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type FoundPerson, apiAs } from './api.js';
import { type Desk, skip, startDesk } from './desk.js';
import { looksRight } from './looks.js';

const WRONG_PASSWORDS = 11;

describe("one's own account", { skip, timeout: 120_000 }, () => {
  let desk: Desk;
  before(async () => {
    desk = await startDesk();
  });
  after(async () => desk.stop());

  test('gets a new address once the mail to it is confirmed, and not if it is given up', async () => {
    const leo = await desk.openAs('Leo Marchetti', '/me');
    const address = leo.getByRole('region', { name: 'E-mail address' });
    await address.getByLabel('New address').fill('leo@new.example');
    await address.getByLabel('Current password').fill('wrong');
    await address.getByRole('button', { name: 'Change the address' }).click();
    await address.getByText('This is not your current password.').waitFor();
    assert.equal(await address.getByLabel('New address').inputValue(), 'leo@new.example');
    await address.getByLabel('Current password').fill('docket-demo');
    await address.getByRole('button', { name: 'Change the address' }).click();
    await address.getByText('A mail was sent to leo@new.example').waitFor();
    await looksRight(leo, 'account with a pending address');

    await address.getByRole('button', { name: 'Give it up' }).dblclick();
    await address.getByText('A mail was sent to').waitFor({ state: 'detached' });
    await address.getByLabel('New address').fill('leo@new.example');
    await address.getByLabel('Current password').fill('docket-demo');
    await address.getByRole('button', { name: 'Change the address' }).click();
    await address.getByText('A mail was sent to leo@new.example').waitFor();
    await address.getByLabel('Current password').fill('docket-demo');
    await address.getByRole('button', { name: 'Send the mail again' }).click();
    await leo.getByRole('status').getByText('A mail was sent to leo@new.example.').waitFor();

    const confirmation = async () => {
      for (;;) {
        const mail = desk.smtp.mails.findLast(({ envelopeTo }) => envelopeTo.includes('leo@new.example'));
        const [link] = /https?:\S+/.exec(mail?.text ?? '') ?? [];
        if (link !== undefined) return link;
        await desk.smtp.waitForMails(desk.smtp.mails.length + 1);
      }
    };
    const other = await leo.context().newPage();
    await other.goto(await confirmation());
    await other.getByRole('button').click();
    await other
      .getByText(/confirmed|is yours|leo@new\.example/i)
      .first()
      .waitFor();
    await leo.bringToFront();
    await leo.reload();
    await leo.getByText('Leo Marchetti, leo, leo@new.example').waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('has another name at once, and no username that somebody else has', async () => {
    const mei = await desk.openAs('Mei Tanaka', '/me');
    const name = mei.getByRole('region', { name: 'Name' });
    await name.getByLabel('Username').fill('tomas');
    await name.getByRole('button', { name: 'Save the name' }).click();
    await name.getByText(/taken|already/i).waitFor();
    await name.getByLabel('Username').fill('mei');
    await name.getByLabel('First name').fill('Mei-Lin');
    await name.getByRole('button', { name: 'Save the name' }).click();
    await mei.getByRole('link', { name: /Mei-Lin Tanaka/ }).waitFor();
    await name.getByLabel('First name').fill('Mei');
    await name.getByRole('button', { name: 'Save the name' }).click();
    await mei.getByRole('link', { name: /Mei Tanaka/ }).waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('keeps its mail settings, its zone among them, and ends its other sessions with a new password', async () => {
    const tomas = await desk.openAs('Tomas Lind', '/me');
    const elsewhere = await desk.openAs('Tomas Lind', '/tickets');
    await tomas.getByLabel('Changes', { exact: true }).uncheck();
    await tomas.getByRole('button', { name: 'Time zone' }).click();
    await tomas.getByRole('combobox', { name: 'Time zone' }).fill('stockholm');
    await tomas.getByRole('option', { name: 'Europe/Stockholm' }).click();
    await tomas.getByRole('button', { name: 'Save', exact: true }).click();
    await tomas.getByRole('status').getByText('Your mails are set.').waitFor();
    await tomas.reload();
    await tomas.getByText('Europe/Stockholm').first().waitFor();
    assert.equal(await tomas.getByLabel('Changes', { exact: true }).isChecked(), false);
    const password = tomas.getByRole('region', { name: 'Password' });
    await password.getByLabel('Current password').fill('docket-demo');
    await password.getByLabel('New password').fill('12345678');
    await password.getByRole('button', { name: 'Change the password' }).click();
    await password.locator('.field-error').waitFor();
    await password.getByLabel('New password').fill('a much better one');
    await password.getByRole('button', { name: 'Change the password' }).dblclick();
    await tomas.getByRole('status').getByText('Your password was changed.').waitFor();
    const faults = desk.faults.length;
    await elsewhere.goto(`${desk.url}/tickets`);
    await elsewhere.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal(faults, 0);
  });

  test('is deleted with its password only, after what that does was read', async () => {
    const faults = desk.faults.length;
    const ada = await apiAs(desk.url, 'ada');
    const { userByUsername } = await ada<FoundPerson>('{ userByUsername(username: "leo") { role { id } } }');
    await ada('mutation ($input: CreateUserInput!) { createUser(input: $input) { userErrors { message } } }', {
      input: {
        firstName: 'Noor',
        username: 'noor',
        email: 'noor@docket.example',
        password: 'a long enough one',
        roleId: userByUsername.role.id,
      },
    });
    const noor = await desk.open('/me');
    await noor.getByLabel('Username or e-mail').fill('noor');
    await noor.getByLabel('Password').fill('a long enough one');
    await noor.getByRole('button', { name: 'Sign in', exact: true }).click();
    await noor.getByRole('button', { name: 'Delete my account…' }).click();
    const dialog = noor.getByRole('dialog', { name: 'Delete your account?' });
    await dialog.getByText('Your tickets and comments stay, under your name.').waitFor();
    await looksRight(noor, 'deleting the account');
    const confirm = dialog.getByRole('button', { name: 'Delete my account' });
    for (let tries = 0; tries < WRONG_PASSWORDS; tries += 1) {
      await dialog.getByLabel('Current password').fill(`wrong ${tries}`);
      await confirm.click();
      await dialog.locator('.field-error, .form-error').waitFor();
      if (await dialog.getByText('Too many tries').isVisible()) break;
    }
    await dialog.getByText(/Too many tries. Try again in \d+ min/).waitFor();
    assert.equal(desk.faults.length, faults);

    const leo = await desk.openAs('Leo Marchetti', '/me');
    await leo.getByRole('button', { name: 'Delete my account…' }).click();
    const leos = leo.getByRole('dialog');
    await leos.getByLabel('Current password').fill('docket-demo');
    await leos.getByRole('button', { name: 'Delete my account' }).dblclick();
    await leo.getByRole('heading', { name: 'Sign in' }).waitFor();
    await leo.getByLabel('Username or e-mail').fill('leo');
    await leo.getByLabel('Password').fill('docket-demo');
    await leo.getByRole('button', { name: 'Sign in', exact: true }).click();
    await leo.getByRole('alert').locator('.form-error').waitFor();
    assert.equal(desk.faults.length, faults);
  });

  test('of the last one who can manage users says so, and is not deleted', async () => {
    const ada = await desk.openAs('Ada Okafor', '/me');
    await ada.getByText('You are the only one who can manage users.').waitFor();
    assert.ok(await ada.getByRole('button', { name: 'Delete my account…' }).isDisabled());
    await looksRight(ada, 'account of the last manager');
  });
});
