import { type Locator, type Page } from 'playwright-core';
import { type Api } from './api.js';

/** What a browser says of a server that is away: provoked by a test, and nothing else may be said. */
export const AWAY = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|503/;
export const PASSWORD = 'never guessed 29';

/** The id of one of the three roles that every installation has. */
export async function roleId(api: Api, builtIn: 'ADMIN' | 'TECH' | 'USER'): Promise<string> {
  const { roles } = await api<{ roles: { id: string; builtIn: string | null }[] }>('{ roles { id builtIn } }');
  const role = roles.find((each) => each.builtIn === builtIn);
  if (!role) throw new Error(`There is no role ${builtIn}`);
  return role.id;
}

/** Makes an account over the API, and gives the path of its page. */
export async function make(api: Api, username: string, firstName: string, lastName?: string): Promise<string> {
  const email = `${username}@docket.example`;
  const input = { username, firstName, lastName, email, password: PASSWORD, roleId: await roleId(api, 'USER') };
  const { createUser } = await api<{ createUser: { user: { id: string } } }>(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
    { input },
  );
  return `/people/${createUser.user.id}`;
}

async function idOf(api: Api, username: string): Promise<string> {
  const { userByUsername } = await api<{ userByUsername: { id: string } }>(
    'query ($username: String!) { userByUsername(username: $username) { id } }',
    { username },
  );
  return userByUsername.id;
}

/** The path of somebody's page. */
export async function pathOf(api: Api, username: string): Promise<string> {
  return `/people/${await idOf(api, username)}`;
}

/** Gives somebody a role over the API. */
export async function give(api: Api, username: string, builtIn: 'ADMIN' | 'TECH' | 'USER'): Promise<void> {
  const input = { id: await idOf(api, username), roleId: await roleId(api, builtIn) };
  await api('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { message } } }', { input });
}

export async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('Username or e-mail').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('navigation', { name: 'Views' }).waitFor();
}

/** The row of a table that has this text. */
export function row(page: Page, text: string): Locator {
  return page.getByRole('row').filter({ hasText: text });
}

/** Picks an option of a picker on the screen. */
export async function pick(page: Page, label: string, option: string): Promise<void> {
  const button = page.getByRole('main').getByRole('button', { name: `${label}:` });
  await button.click();
  // What follows the name is what the option means.
  const name = new RegExp(`^${option}`);
  await page.getByRole('listbox', { name: label }).getByRole('option', { name }).click();
}

/** What a screen reader says after the name. */
export async function descriptionOf(control: Locator): Promise<string> {
  return control.evaluate((element) => {
    const ids = element.getAttribute('aria-describedby')?.split(' ') ?? [];
    return ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
  });
}
