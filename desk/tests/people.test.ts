import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Api, apiAs } from './api.js';
import { type Desk, skip, startDesk } from './desk.js';
import { hasFocus, signedInByKeys, tabTo } from './keys.js';
import { looksRight } from './looks.js';
import { AWAY, make, pathOf, pick, row, signIn } from './people-steps.js';

describe('people', { skip, timeout: 180_000 }, () => {
  let desk: Desk;
  let api: Api;
  before(async () => {
    desk = await startDesk();
    api = await apiAs(desk.url, 'ada');
  });
  after(async () => desk.stop());

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
    await signIn(nora, 'nora', password);

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
    await row(ada, 'Nora Berg').waitFor({ state: 'detached' });
    await pick(ada, 'Account', 'Deleted');
    await row(ada, 'Nora Berg').getByText('now').waitFor();
    assert.equal(await row(ada, 'Nora Berg').getByRole('link').count(), 0);
    await nora.reload();
    await nora.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('a role in the address that is none is left out', async () => {
    const ada = await desk.openAs('Ada Okafor', '/people?role=nonsense,%27');
    await row(ada, 'Ruth Abara').waitFor();
    await ada.getByRole('button', { name: 'Role: Any role' }).waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('nobody else sees the links, and the addresses say why there is nothing', async () => {
    const ruth = await desk.openAs('Ruth Abara');
    for (const path of ['/people', '/people/new', '/roles', await pathOf(api, 'ada')]) {
      await ruth.goto(desk.url + path);
      await ruth.getByText('Your role may not manage users').waitFor();
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
    const long = await make(api, 'long', 'Wolfeschlegelsteinhausen'.repeat(4), 'Bergerdorff'.repeat(9));
    await make(api, 'rtl', 'مريم', 'الزهراء');
    for (let group = 0; group < 5; group += 1) {
      const members = Array.from({ length: 10 }, async (_, at) => make(api, `crowd${group}${at}`, 'Crowd'));
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
    assert.deepEqual(desk.faults, []);
  });

  test('what was typed stays while the server is away, and is saved when it is back', async () => {
    const ada = await desk.openAs('Ada Okafor', await pathOf(api, 'leo'));
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
