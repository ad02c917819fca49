import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Locator, type Page } from 'playwright-core';
import { type Api, apiAs } from './api.js';
import { type Desk, skip, startDesk } from './desk.js';
import { hasFocus, signedInByKeys, tabTo } from './keys.js';
import { looksRight } from './looks.js';

/** What a browser says of a server that is away: provoked here, and nothing else may be said. */
const AWAY = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|503/;
const PASSWORD = 'never guessed 29';

describe('people and roles', { skip, timeout: 180_000 }, () => {
  let desk: Desk;
  let api: Api;
  before(async () => {
    desk = await startDesk();
    api = await apiAs(desk.url, 'ada');
  });
  after(async () => desk.stop());

  /** Makes an account over the API, and gives the path of its page. */
  async function make(username: string, names: { firstName: string; lastName?: string }): Promise<string> {
    const { roles } = await api<{ roles: { id: string; builtIn: string | null }[] }>('{ roles { id builtIn } }');
    const input = {
      ...names,
      username,
      email: `${username}@docket.example`,
      password: PASSWORD,
      roleId: roles.find(({ builtIn }) => builtIn === 'USER')?.id,
    };
    const { createUser } = await api<{ createUser: { user: { id: string } } }>(
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
      { input },
    );
    return `/people/${createUser.user.id}`;
  }

  async function pathOf(username: string): Promise<string> {
    const { userByUsername } = await api<{ userByUsername: { id: string } }>(
      'query ($username: String!) { userByUsername(username: $username) { id } }',
      { username },
    );
    return `/people/${userByUsername.id}`;
  }

  test('an account is made, found, changed and deleted, and what the API refuses stands at its field', async () => {
    const ada = await desk.openAs('Ada Okafor');
    await ada.getByRole('link', { name: 'People' }).click();
    await row(ada, 'Ruth Abara').getByText('ruth@docket.example').waitFor();
    await ada.getByRole('link', { name: 'New person' }).click();
    const create = ada.getByRole('button', { name: 'Create the account' });
    await ada.getByLabel('E-mail').fill('nora');
    await create.click();
    await ada.getByText('This is not an e-mail address').waitFor();
    assert.ok(await hasFocus(ada.getByLabel('E-mail')));
    await ada.getByLabel('E-mail').fill('ruth@docket.example');
    await ada.getByLabel('First name').fill('Nora');
    await ada.getByLabel('Username').fill('RUTH');
    await ada.getByLabel('Password').fill('password');
    await create.click();
    await ada.getByText('among the first that are guessed').waitFor();
    await ada.getByRole('button', { name: 'Make a password' }).click();
    const password = await ada.getByLabel('Password').inputValue();
    assert.match(password, /^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    await create.click();
    await ada.getByText('There is an account with this e-mail address already.').waitFor();
    await ada.getByText('This username is taken.').waitFor();
    assert.equal(await ada.getByLabel('Username').getAttribute('aria-invalid'), 'true');
    await ada.getByLabel('E-mail').fill('nora@docket.example');
    await ada.getByLabel('Username').fill('nora');
    await create.dblclick();
    await ada.getByRole('heading', { name: 'Nora', exact: true }).waitFor();
    await ada.getByText('Nora has an account now.').waitFor();

    const nora = await desk.open('/tickets');
    await nora.getByLabel('Username or e-mail').fill('nora');
    await nora.getByLabel('Password').fill(password);
    await nora.getByRole('button', { name: 'Sign in', exact: true }).click();
    await nora.getByRole('navigation', { name: 'Views' }).waitFor();

    await ada.getByLabel('Last name').fill('Berg');
    await pick(ada, 'Role', 'tech');
    await ada.getByRole('button', { name: 'Save the account' }).click();
    await ada.getByRole('heading', { name: 'Nora Berg' }).waitFor();
    await ada.getByLabel('Delete tickets and comments').uncheck();
    await ada.getByRole('button', { name: 'Save the permissions' }).click();
    await ada.getByText('The permissions of Nora Berg are saved.').waitFor();
    await ada.reload();
    assert.equal(await ada.getByLabel('Delete tickets and comments').isChecked(), false);

    await ada.getByRole('link', { name: 'People' }).last().click();
    await ada.getByLabel('Search for people').fill('berg no');
    await row(ada, 'Ruth Abara').waitFor({ state: 'detached' });
    await row(ada, 'Nora Berg').getByText('delete', { exact: true }).waitFor();
    await ada.getByLabel('Search for people').fill('');
    await pick(ada, 'Role', 'tech');
    await ada.keyboard.press('Escape');
    await row(ada, 'Ruth Abara').waitFor({ state: 'detached' });
    await row(ada, 'Tomas Lind').waitFor();

    await row(ada, 'Nora Berg').getByRole('link').click();
    await ada.getByText('Active tickets assigned to them will be unassigned.').waitFor();
    await ada.getByRole('button', { name: 'Delete the account' }).click();
    const dialog = ada.getByRole('dialog', { name: 'Delete the account of Nora Berg?' });
    await dialog.getByText('They are signed out everywhere').waitFor();
    await dialog.getByRole('button', { name: 'Delete the account' }).dblclick();
    await ada.getByText('The account of Nora Berg was deleted.').waitFor();
    await row(ada, 'Ruth Abara').waitFor();
    assert.equal(await row(ada, 'Nora Berg').count(), 0);
    await pick(ada, 'Account', 'Deleted');
    await row(ada, 'Nora Berg').getByText('now').waitFor();
    assert.equal(await row(ada, 'Nora Berg').getByRole('link').count(), 0);
    await nora.reload();
    await nora.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('the last person who can manage people is told so before anything is tried', async () => {
    const ada = await desk.openAs('Ada Okafor', await pathOf('ada'));
    const remove = ada.getByRole('button', { name: 'Delete the account' });
    await ada.getByText('You are the last person who can manage people, so').waitFor();
    assert.ok(await remove.isDisabled());
    assert.match(await remove.evaluate(descriptionOf), /last person who can manage people/);
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
    const right = ada.getByLabel('Manage people');
    await ada.getByText('nobody without this role can manage people').waitFor();
    assert.ok(await right.isDisabled());
    assert.match(await right.evaluate(descriptionOf), /Cannot be taken away/);
    await ada.getByText('A built-in role cannot be deleted.').waitFor();
    assert.ok(await ada.getByRole('button', { name: 'Delete the role' }).isDisabled());

    // With a second one both are free, and of two who act at once the API keeps one.
    await ada.goto(desk.url + (await pathOf('tomas')));
    await pick(ada, 'Role', 'admin');
    await ada.getByRole('button', { name: 'Save the account' }).click();
    await ada.getByText('The account of Tomas Lind is saved.').waitFor();
    await ada.goto(desk.url + (await pathOf('ada')));
    await ada.getByText('Your own account is deleted under').waitFor();
    await pick(ada, 'Role', 'tech');
    const tomas = await desk.openAs('Tomas Lind', await pathOf('tomas'));
    await pick(tomas, 'Role', 'tech');
    await tomas.getByRole('button', { name: 'Save the account' }).click();
    await tomas.getByRole('dialog').getByRole('button', { name: 'Give it up' }).click();
    await tomas.getByText('Your role may not manage people').waitFor();
    assert.equal(await tomas.getByRole('link', { name: 'People' }).count(), 0);
    await ada.getByRole('button', { name: 'Save the account' }).click();
    await ada.getByRole('dialog').getByRole('button', { name: 'Give it up' }).click();
    await ada.getByText('Nobody would be left who can manage users.').waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('of two managers at once each keeps what only they changed, and one who lost the right is told', async () => {
    await api('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { message } } }', {
      input: { id: (await pathOf('mei')).slice('/people/'.length), roleId: await roleId('ADMIN') },
    });
    const path = await make('kim', { firstName: 'Kim' });
    const ada = await desk.openAs('Ada Okafor', path);
    const mei = await desk.openAs('Mei Tanaka', path);
    await ada.getByLabel('First name').fill('Kimberly');
    await mei.getByLabel('Last name').fill('Park');
    await mei.getByRole('button', { name: 'Save the account' }).click();
    await mei.getByRole('heading', { name: 'Kim Park' }).waitFor();
    await ada.getByRole('button', { name: 'Save the account' }).click();
    await ada.getByRole('heading', { name: 'Kimberly Park' }).waitFor();

    await ada.goto(desk.url + (await pathOf('mei')));
    await pick(ada, 'Role', 'tech');
    await ada.getByRole('button', { name: 'Save the account' }).click();
    await ada.getByText('The account of Mei Tanaka is saved.').waitFor();
    await mei.getByLabel('Last name').fill('Parker');
    await mei.getByRole('button', { name: 'Save the account' }).click();
    await mei.getByText('Your role may not manage people').waitFor();
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

  async function roleId(builtIn: string): Promise<string | undefined> {
    const { roles } = await api<{ roles: { id: string; builtIn: string | null }[] }>('{ roles { id builtIn } }');
    return roles.find((role) => role.builtIn === builtIn)?.id;
  }

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

    await ada.goto(desk.url + (await pathOf('leo')));
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

  test('nobody else sees the links, and the addresses say why there is nothing', async () => {
    const ruth = await desk.openAs('Ruth Abara');
    for (const path of ['/people', '/people/new', '/roles', await pathOf('ada')]) {
      await ruth.goto(desk.url + path);
      await ruth.getByText('Your role may not manage people').waitFor();
      assert.equal(await ruth.getByRole('link', { name: /People|Products/ }).count(), 0);
    }
    await looksRight(ruth, 'no access');
    assert.deepEqual(desk.faults, []);
  });

  test('an account is made by the keyboard alone', async () => {
    const ada = await signedInByKeys(await desk.open('/'), 'ada');
    await tabTo(ada, ada.getByRole('link', { name: 'People' }));
    await ada.keyboard.press('Enter');
    await tabTo(ada, ada.getByRole('link', { name: 'New person' }));
    await ada.keyboard.press('Enter');
    await tabTo(ada, ada.getByLabel('First name'));
    await ada.keyboard.type('Keya');
    await tabTo(ada, ada.getByLabel('Username'));
    await ada.keyboard.type('keya');
    await tabTo(ada, ada.getByLabel('E-mail'));
    await ada.keyboard.type('keya@docket.example');
    await tabTo(ada, ada.getByRole('button', { name: 'Make a password' }));
    await ada.keyboard.press('Enter');
    await tabTo(ada, ada.getByRole('main').getByRole('button', { name: 'Role:' }));
    await ada.keyboard.press('Enter');
    await ada.getByRole('combobox', { name: 'Role' }).waitFor();
    await ada.keyboard.type('tech');
    await ada.keyboard.press('Enter');
    await tabTo(ada, ada.getByRole('button', { name: 'Create the account' }));
    await ada.keyboard.press('Enter');
    await ada.getByRole('heading', { name: 'Keya' }).waitFor();
    await tabTo(ada, ada.getByRole('button', { name: 'Delete the account' }));
    await ada.keyboard.press('Enter');
    await ada.getByRole('dialog').waitFor();
    await ada.keyboard.press('Escape');
    assert.ok(await hasFocus(ada.getByRole('button', { name: 'Delete the account' })));
    assert.deepEqual(desk.faults, []);
  });

  test('long and right-to-left names, many people, and each screen fit a phone and pass axe in both themes', async () => {
    const long = await make('long', {
      firstName: 'Wolfeschlegelsteinhausen'.repeat(4),
      lastName: 'Bergerdorff'.repeat(9),
    });
    await make('rtl', { firstName: 'مريم', lastName: 'الزهراء' });
    for (let group = 0; group < 5; group += 1) {
      const members = Array.from({ length: 10 }, async (_, at) => make(`crowd${group}${at}`, { firstName: 'Crowd' }));
      await Promise.all(members);
    }
    const ada = await desk.openAs('Ada Okafor', '/people?order=newest');
    await row(ada, 'Crowd').first().waitFor();
    await looksRight(ada, 'people');
    await ada.getByRole('link', { name: 'Next' }).click();
    await row(ada, 'مريم').waitFor();
    await looksRight(ada, 'people, the last page');
    await ada.goBack();
    await row(ada, 'مريم').waitFor({ state: 'detached' });
    await ada.goForward();
    await row(ada, 'مريم').waitFor();
    await ada.getByRole('link', { name: 'Previous' }).click();
    await row(ada, 'مريم').waitFor({ state: 'detached' });
    await row(ada, 'Crowd').first().waitFor();
    await ada.goto(desk.url + long);
    await ada.getByRole('heading', { name: 'Permissions' }).waitFor();
    await looksRight(ada, 'a person');
    await ada.getByRole('button', { name: 'Delete the account' }).click();
    await ada.getByRole('dialog').waitFor();
    await looksRight(ada, 'deleting a person');
    await ada.goto(`${desk.url}/people/new`);
    await ada.getByRole('button', { name: 'Create the account' }).click();
    await ada.getByText('This is not an e-mail address').waitFor();
    await looksRight(ada, 'new person');
    await ada.goto(`${desk.url}/roles`);
    await row(ada, 'tech').waitFor();
    await looksRight(ada, 'roles');
    await ada.getByRole('link', { name: 'admin', exact: true }).click();
    await ada.getByRole('heading', { name: 'admin' }).waitFor();
    await looksRight(ada, 'a role');
    assert.deepEqual(desk.faults, []);
  });

  test('what was typed stays while the server is away, and is saved when it is back', async () => {
    const ada = await desk.openAs('Ada Okafor', await pathOf('leo'));
    await ada.getByLabel('Last name').fill('Marchetti-Rossi');
    const faultsBefore = desk.faults.length;
    await desk.stopServer();
    await ada.getByRole('button', { name: 'Save the account' }).click();
    await ada.getByRole('alert').getByText('The server could not be reached').waitFor();
    assert.equal(await ada.getByLabel('Last name').inputValue(), 'Marchetti-Rossi');
    await desk.startServer();
    await ada.getByText('The server cannot be reached. What you type').waitFor({ state: 'detached' });
    assert.equal(await ada.getByLabel('Last name').inputValue(), 'Marchetti-Rossi');
    await ada.getByRole('button', { name: 'Save the account' }).click();
    await ada.getByRole('heading', { name: 'Leo Marchetti-Rossi' }).waitFor();
    assert.deepEqual(
      desk.faults.filter((fault, index) => index < faultsBefore || !AWAY.test(fault)),
      [],
    );
  });
});

const firstLine = (text: string) => text.split('\n')[0];

/** What a screen reader says after the name. */
function descriptionOf(element: Element): string {
  const ids = element.getAttribute('aria-describedby')?.split(' ') ?? [];
  return ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
}

function row(page: Page, name: string): Locator {
  return page.getByRole('row').filter({ hasText: name });
}

async function pick(page: Page, label: string, option: string): Promise<void> {
  await page
    .getByRole('main')
    .getByRole('button', { name: `${label}:` })
    .click();
  await page.getByRole('listbox', { name: label }).getByRole('option', { name: option }).click();
}

/** What the table of roles says of the six rights of one. */
const cells = async (page: Page, role: string) =>
  row(page, role)
    .getByRole('cell')
    .evaluateAll((all) => all.slice(0, 6).map((cell) => cell.querySelector('.visually-hidden')?.textContent));
