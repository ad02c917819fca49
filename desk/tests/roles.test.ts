import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Page } from 'playwright-core';
import { type Api, apiAs } from './api.js';
import { type Desk, skip, startDesk } from './desk.js';
import { looksRight } from './looks.js';
import { descriptionOf, give, make, PASSWORD, pathOf, pick, row, signIn } from './people-steps.js';

describe('roles, and who can manage users', { skip, timeout: 180_000 }, () => {
  let desk: Desk;
  let api: Api;
  before(async () => {
    desk = await startDesk({ CONFIRM_EMAIL: 'required' });
    api = await apiAs(desk.url, 'ada');
  });
  after(async () => desk.stop());

  test('the last person who can manage users is told so before anything is tried', async () => {
    const ada = await desk.openAs('Ada Okafor', await pathOf(api, 'ada'));
    const remove = ada.getByRole('button', { name: 'Delete the account' });
    await ada.getByText('You are the last person who can manage users, so').waitFor();
    assert.ok(await remove.isDisabled());
    assert.match(await descriptionOf(remove), /last person who can manage users/);
    await ada.getByRole('main').getByRole('button', { name: 'Role:' }).click();
    assert.deepEqual(
      await ada
        .getByRole('option')
        .allInnerTexts()
        .then((texts) => texts.map(firstLine)),
      ['admin'],
    );
    await ada.keyboard.press('Escape');
    await ada.goto(`${desk.url}/roles`);
    await ada.getByRole('link', { name: 'admin', exact: true }).click();
    const right = ada.getByLabel('Manage users');
    await ada.getByText('nobody without this role can manage users').waitFor();
    assert.ok(await right.isDisabled());
    assert.match(await descriptionOf(right), /Cannot be taken away/);
    await ada.getByText('A built-in role cannot be deleted.').waitFor();
    assert.ok(await ada.getByRole('button', { name: 'Delete the role' }).isDisabled());

    // With a second one both are free, and of two who act at once the API keeps one.
    await ada.goto(desk.url + (await pathOf(api, 'tomas')));
    await pick(ada, 'Role', 'admin');
    await ada.getByRole('button', { name: 'Save the account' }).click();
    await ada.getByText('The account of Tomas Lind is saved.').waitFor();
    await ada.goto(desk.url + (await pathOf(api, 'ada')));
    await ada.getByText('Your own account is deleted under').waitFor();
    await pick(ada, 'Role', 'tech');
    const tomas = await desk.openAs('Tomas Lind', await pathOf(api, 'tomas'));
    await pick(tomas, 'Role', 'tech');
    await tomas.getByRole('button', { name: 'Save the account' }).click();
    await tomas.getByRole('dialog').getByRole('button', { name: 'Give it up' }).click();
    await tomas.getByText('Your role may not manage users').waitFor();
    assert.equal(await tomas.getByRole('link', { name: 'People' }).count(), 0);
    await ada.getByRole('button', { name: 'Save the account' }).click();
    await ada.getByRole('dialog').getByRole('button', { name: 'Give it up' }).click();
    await ada.getByText('Nobody would be left who can manage users.').waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('who did not confirm the address has no rights in the desk, and is not counted as one who can manage users', async () => {
    const input = { username: 'una', firstName: 'Una', email: 'una@docket.example', password: PASSWORD };
    await api('mutation ($input: SignUpInput!) { signUp(input: $input) { userErrors { message } } }', { input });
    await give(api, 'una', 'ADMIN');
    const una = await desk.open('/people');
    await signIn(una, 'una', PASSWORD);
    await una.getByText('Your role may not manage users').waitFor();
    assert.equal(await una.getByRole('link', { name: /People|Products/ }).count(), 0);
    const ada = await desk.openAs('Ada Okafor', '/people');
    await row(ada, 'una@docket.example').getByText('not confirmed').waitFor();
    await row(ada, 'Ada Okafor').getByRole('link').click();
    await ada.getByText('You are the last person who can manage users, so').waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('of two managers at once each keeps what only they changed, and one who lost the right is told', async () => {
    await give(api, 'mei', 'ADMIN');
    const path = await make(api, 'kim', 'Kim');
    const ada = await desk.openAs('Ada Okafor', path);
    const mei = await desk.openAs('Mei Tanaka', path);
    await ada.getByLabel('First name').fill('Kimberly');
    await mei.getByLabel('Last name').fill('Park');
    await mei.getByRole('button', { name: 'Save the account' }).click();
    await mei.getByRole('heading', { name: 'Kim Park' }).waitFor();
    await ada.getByRole('button', { name: 'Save the account' }).click();
    await ada.getByRole('heading', { name: 'Kimberly Park' }).waitFor();

    await ada.goto(desk.url + (await pathOf(api, 'mei')));
    await pick(ada, 'Role', 'tech');
    await ada.getByRole('button', { name: 'Save the account' }).click();
    await ada.getByText('The account of Mei Tanaka is saved.').waitFor();
    await mei.getByLabel('Last name').fill('Parker');
    await mei.getByRole('button', { name: 'Save the account' }).click();
    await mei.getByText('Your role may not manage users').waitFor();
    await mei.getByRole('link', { name: 'People' }).waitFor({ state: 'detached' });

    // Deleted by somebody else meanwhile: the page says so, and so does what is sent.
    const other = await desk.openAs('Ada Okafor', path);
    await other.getByRole('heading', { name: 'Kimberly Park' }).waitFor();
    await api('mutation ($id: ID!) { deleteUser(input: { id: $id }) { userErrors { message } } }', {
      id: path.slice('/people/'.length),
    });
    await other.getByLabel('First name').fill('Kimmy');
    await other.getByRole('button', { name: 'Save the account' }).click();
    await other.getByRole('alert').getByText('There is no user with this id.').waitFor();
    await other.reload();
    await other.getByRole('heading', { name: 'No such person' }).waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('a role is made, given, changed and deleted', async () => {
    const ada = await desk.openAs('Ada Okafor', '/roles');
    await row(ada, 'tech').waitFor();
    assert.deepEqual(await cells(ada, 'tech'), ['Yes', 'Yes', 'No', 'Yes', 'Yes', 'No']);
    await ada.getByRole('link', { name: 'New role' }).click();
    await ada.getByLabel('Name').fill('Admin');
    await ada.getByRole('button', { name: 'Create the role' }).click();
    await ada.getByText('There is a role with this name.').waitFor();
    assert.equal(await ada.getByLabel('Name').getAttribute('aria-invalid'), 'true');
    await ada.getByLabel('Name').fill('Auditor');
    await ada.getByLabel('See every ticket').check();
    await ada.getByRole('button', { name: 'Create the role' }).click();
    await row(ada, 'Auditor').waitFor();
    assert.deepEqual(await cells(ada, 'Auditor'), ['Yes', 'No', 'No', 'No', 'No', 'No']);

    await ada.goto(desk.url + (await pathOf(api, 'leo')));
    await pick(ada, 'Role', 'Auditor');
    await ada.getByRole('button', { name: 'Save the account' }).click();
    await ada.getByText('The account of Leo Marchetti is saved.').waitFor();
    await ada.goto(`${desk.url}/roles`);
    await ada.getByRole('link', { name: 'Auditor', exact: true }).click();
    await ada.getByText('One person has this role. Give them another one first.').waitFor();
    assert.ok(await ada.getByRole('button', { name: 'Delete the role' }).isDisabled());
    await ada.getByLabel('Assign every ticket').check();
    await ada.getByLabel('Name').fill('Dispatcher');
    await ada.getByRole('button', { name: 'Save the role' }).click();
    await ada.getByRole('heading', { name: 'Dispatcher' }).waitFor();
    await ada.getByRole('link', { name: 'One person has this role' }).click();
    await row(ada, 'Leo Marchetti').getByRole('link').click();
    await pick(ada, 'Role', 'user');
    await ada.getByRole('button', { name: 'Save the account' }).click();
    await ada.getByText('The account of Leo Marchetti is saved.').waitFor();
    await ada.goto(`${desk.url}/roles`);
    await ada.getByRole('link', { name: 'Dispatcher', exact: true }).click();
    await ada.getByText('Nobody has this role').waitFor();
    await ada.getByRole('button', { name: 'Delete the role' }).click();
    await ada.getByRole('dialog').getByRole('button', { name: 'Delete the role' }).click();
    await ada.getByText('The role Dispatcher was deleted.').waitFor();
    await row(ada, 'Dispatcher').waitFor({ state: 'detached' });
    await row(ada, 'tech').waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('the screens of roles fit a phone and pass axe in both themes', async () => {
    const ada = await desk.openAs('Ada Okafor');
    await ada.goto(`${desk.url}/roles`);
    await row(ada, 'tech').waitFor();
    await looksRight(ada, 'roles');
    await ada.getByRole('link', { name: 'admin', exact: true }).click();
    await ada.getByRole('heading', { name: 'admin' }).waitFor();
    await looksRight(ada, 'a role');
    assert.deepEqual(desk.faults, []);
  });
});

const firstLine = (text: string) => text.split('\n')[0];

/** What the table of roles says of the six rights of one. */
const cells = async (page: Page, role: string) =>
  row(page, role)
    .getByRole('cell')
    .evaluateAll((all) => all.slice(0, 6).map((cell) => cell.querySelector('.visually-hidden')?.textContent));
