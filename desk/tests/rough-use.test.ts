import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { apiAs, type FoundPerson } from './api.js';
import { type Desk, skip, startDesk, violations } from './desk.js';

/** Chromium's setting "Don't allow sites to save data on your device": cookies, localStorage and locks are denied. */
const NOTHING_STORED = { profile: { default_content_setting_values: { cookies: 2 } } };

describe('the desk in rough use', { skip, timeout: 180_000 }, () => {
  let desk: Desk;
  /** Those that the first tests cause. */
  let known = 0;
  before(async () => {
    desk = await startDesk();
  });
  after(async () => desk.stop());

  test('works in a browser that stores nothing, and keeps what is typed as long as the page', async () => {
    const profile = await mkdtemp(join(tmpdir(), 'docket-desk-profile-'));
    await mkdir(join(profile, 'Default'));
    await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(NOTHING_STORED));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    });
    try {
      const page = await context.newPage();
      const exceptions: string[] = [];
      page.on('pageerror', ({ message }) => exceptions.push(message));
      await page.goto(`${desk.url}/tickets?view=all`);
      await assert.rejects(
        page.evaluate(() => localStorage.length),
        /Access is denied/,
      );
      await page.getByRole('button', { name: 'Tomas Lind' }).click();
      await page.getByRole('link', { name: 'Patient search is down' }).click();
      await page.getByLabel('Your reply').fill('Typed where nothing is stored.');
      await page.getByRole('button', { name: 'Use dark colours' }).click();
      await page.getByRole('button', { name: 'Use light colours' }).waitFor();
      await page.getByRole('button', { name: 'Send reply' }).click();
      await page.getByRole('article').getByText('Typed where nothing is stored.').waitFor();
      await page.goto(`${desk.url}/graphql`);
      await page.getByRole('button', { name: /Execute query/ }).waitFor();
      assert.deepEqual(exceptions, []);
    } finally {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    }
  });

  test('a screen that fails blames the desk, one that is not loaded the server, and the others go on', async () => {
    const page = await desk.openAs('Tomas Lind');
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      if (!route.request().postData()?.includes('query Insights')) return route.fulfill({ response });
      const answer = await response.json();
      answer.data.ticketInsights.workload = null;
      return route.fulfill({ response, json: answer });
    });
    await page.route('**/mails-page*.js', async (route) => route.abort());
    const views = page.getByRole('navigation', { name: 'Views' });
    await views.getByRole('link', { name: 'Insights' }).click();
    await page.getByRole('alert').getByText('There is a fault in the desk').waitFor();
    assert.deepEqual(await violations(page), []);
    await views.getByRole('link', { name: 'Mails' }).click();
    await page.getByRole('alert').getByText('the server may be away').waitFor();
    await views.getByRole('link', { name: /^All/ }).click();
    await page.getByRole('link', { name: 'Patient search is down' }).waitFor();
    await page.unrouteAll();
    await views.getByRole('link', { name: 'Mails' }).click();
    await page.getByRole('button', { name: 'Load the page again' }).click();
    await page.getByRole('heading', { name: 'Mails' }).waitFor();
    known = desk.faults.length;
  });

  test('the second click of a double click does not hit what the first one uncovered', async () => {
    const page = await desk.openAs('Tomas Lind', '/tickets?view=all');
    await page.getByRole('link', { name: 'Patient search is down' }).waitFor();
    await page.getByRole('button', { name: 'Order' }).click();
    const option = await page.getByRole('option', { name: 'Oldest' }).boundingBox();
    assert.ok(option);
    await page.mouse.dblclick(option.x + option.width / 2, option.y + option.height / 2);
    await page.getByRole('button', { name: 'Order: Oldest' }).waitFor();
    assert.equal(new URL(page.url()).search, '?view=all&order=oldest');
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'Unassigned' }).dblclick();
    await page.getByRole('heading', { name: 'Unassigned' }).waitFor();
    await page.getByRole('link', { name: 'Export the monthly report' }).click();
    await page.getByRole('heading', { name: 'Export the monthly report' }).waitFor();
    // Each click of a double click counts where both are meant.
    await page.getByRole('checkbox', { name: 'Change without mails' }).dblclick();
    assert.equal(await page.getByRole('checkbox', { name: 'Change without mails' }).isChecked(), false);
    await page.getByText('Change without mails').dblclick();
    assert.equal(await page.getByRole('checkbox', { name: 'Change without mails' }).isChecked(), false);
    assert.deepEqual(desk.faults.slice(known), []);
  });

  test('what is being sent cannot be changed until it was, so that nothing that is typed meanwhile is lost', async () => {
    const page = await desk.openAs('Tomas Lind', '/tickets?view=all');
    await page.getByRole('link', { name: 'Printer on the second floor' }).click();
    const answer = Promise.withResolvers<void>();
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('mutation CreateComment')) await answer.promise;
      await route.continue();
    });
    const reply = page.getByLabel('Your reply');
    await reply.fill('The first.');
    const asked = page.waitForRequest((request) => request.postDataJSON()?.operationName === 'CreateComment');
    await reply.press('ControlOrMeta+Enter');
    await asked;
    await reply.pressSequentially('The second.');
    assert.equal(await reply.inputValue(), 'The first.');
    answer.resolve();
    await page.getByRole('article').getByText('The first.').waitFor();
    await reply.pressSequentially('The second.');
    assert.equal(await reply.inputValue(), 'The second.');
    await reply.fill('');
    assert.deepEqual(desk.faults.slice(known), []);
  });

  test('details that somebody is writing are there again after Escape, and gone once they are given up', async () => {
    const page = await desk.openAs('Tomas Lind', '/tickets?view=all');
    await page.getByRole('link', { name: 'Patient search is down' }).click();
    await page.getByRole('button', { name: 'Add details…' }).click();
    await page.getByLabel('A JSON object').fill('{ "asset": "PC-7" }');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Add details…' }).click();
    assert.equal(await page.getByLabel('A JSON object').inputValue(), '{ "asset": "PC-7" }');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Add details…' }).click();
    assert.equal(await page.getByLabel('A JSON object').inputValue(), '');
    assert.deepEqual(desk.faults.slice(known), []);
  });

  test('names of a hundred wide letters, and from right to left, fit a phone and 300 % zoom', async () => {
    const ada = await apiAs(desk.url, 'ada');
    const rename = async (username: string, firstName: string, lastName: string) => {
      const { userByUsername } = await ada<FoundPerson>(
        'query ($username: String!) { userByUsername(username: $username) { id role { id } } }',
        { username },
      );
      await ada('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { message } } }', {
        input: { id: userByUsername.id, firstName, lastName },
      });
    };
    await rename('ruth', 'W'.repeat(50), 'W'.repeat(50));
    await rename('mei', 'שירה', 'לוי (2)');
    for (const viewport of [
      { width: 320, height: 700 },
      { width: 427, height: 267 },
    ]) {
      const page = await desk.openAs('Tomas Lind', '/tickets?view=all', { viewport });
      await page.getByRole('link', { name: 'Patient search is down' }).click();
      await page.getByRole('article', { name: 'Internal note by שירה לוי (2)' }).waitFor();
      await page.getByText('Mail to').waitFor();
      const overflow = async () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok((await overflow()) <= 0, `the ticket at ${viewport.width} px`);
      const hint = await page.locator('.composer-hint').evaluate((item) => item.scrollWidth - item.clientWidth);
      assert.ok(hint <= 0, `who gets a mail, at ${viewport.width} px`);
      for (const path of ['insights', 'mails', 'me']) {
        await page.goto(`${desk.url}/${path}`);
        await page.locator('[aria-busy=false], form').first().waitFor();
        assert.ok((await overflow()) <= 0, `${path} at ${viewport.width} px`);
      }
      await page.context().close();
    }
    assert.deepEqual(desk.faults.slice(known), []);
  });
});
