import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Page } from 'playwright-core';
import { type Api, apiAs } from './api.js';
import { type Desk, skip, startDesk } from './desk.js';
import { looksRight } from './looks.js';

const DAY_MS = 86_400_000;
/** Its days begin at ten o'clock UTC, all year: neither the server's days nor the test's. */
const KIRITIMATI = { timezoneId: 'Pacific/Kiritimati' };

interface Counted {
  readonly active: number;
  readonly created: readonly { readonly day: string; readonly count: number }[];
  readonly closed: readonly { readonly count: number }[];
  readonly byPriority: readonly object[];
  readonly byProduct: readonly object[];
  readonly workload: readonly object[];
}

const figure = (page: Page, title: string) =>
  page.locator('.figures > div').filter({ hasText: title }).locator('.figure');

describe('insights', { skip, timeout: 180_000 }, () => {
  let desk: Desk;
  let ada: Api;
  before(async () => {
    desk = await startDesk();
    ada = await apiAs(desk.url, 'ada');
  });
  after(async () => desk.stop());

  /** Opens the screen, and gives what the API answered it. */
  async function openInsights(page: Page, path: string) {
    const answered = page.waitForResponse(
      (response) => response.request().postDataJSON()?.operationName === 'Insights' && response.ok(),
    );
    await page.goto(desk.url + path);
    const { data } = await (await answered).json();
    await page.getByRole('heading', { name: 'Workload' }).waitFor();
    return data.ticketInsights;
  }

  test('shows the figures of the API, and each leads to as many tickets', async () => {
    const page = await desk.openAs('Ada Okafor', '/tickets', KIRITIMATI);
    const insights = await openInsights(page, '/insights?days=30');
    const today = await page.evaluate(() => new Date().setHours(0, 0, 0, 0));
    const from = new Date(today - 29 * DAY_MS).toISOString();
    const { ticketInsights: expected } = await ada<{ ticketInsights: Counted }>(
      `query ($input: TicketInsightsInput) { ticketInsights(input: $input) { active activeUnassigned stale
         created { day count } closed { day count } byPriority { count } byProduct { active }
         workload { active inProgress emergency closedInRange } } }`,
      { input: { timeZone: KIRITIMATI.timezoneId, range: { from } } },
    );
    for (const [name, value] of Object.entries(expected)) {
      assert.deepEqual(JSON.parse(JSON.stringify(insights[name], dropNames)), value, name);
    }
    assert.equal(await figure(page, 'Active').first().textContent(), `${expected.active} active tickets`);
    assert.equal(expected.created.length, 30);
    assert.equal(Date.parse(expected.created.at(-1)?.day ?? ''), today);
    await page.getByText('Show as table').click();
    await page.getByRole('region', { name: 'By day, as a table' }).waitFor();

    const figures = await page.locator('a.figure').evaluateAll((links) =>
      links.map((link) => ({
        href: link.getAttribute('href') ?? '',
        what: link.lastElementChild?.textContent ?? '',
        text: link.firstChild?.textContent ?? '',
      })),
    );
    // Four figures, two sums, thirty days of two numbers, and those of the bars.
    const bars = 4 * expected.workload.length + expected.byPriority.length + expected.byProduct.length;
    assert.equal(figures.length, 4 + 2 + 60 + bars);
    const ofDays = figures.filter(({ what, text }) => !/ on /.test(what) || text !== '0');
    assert.ok(ofDays.length > bars + 8);
    for (const { href, what, text } of ofDays) {
      await page.evaluate((to) => history.pushState(null, '', to), href);
      const count = what.includes('until') ? expected.closed.reduce((sum, day) => sum + day.count, 0) : Number(text);
      await page.locator('.list-total').getByText(`, ${count} in this list`, { exact: true }).waitFor();
      await page.locator('.queue-body[aria-busy="false"]').waitFor();
      assert.equal(await page.locator('tr[data-ticket]').count(), count, `${what}: ${href}`);
    }
    assert.deepEqual(desk.faults, []);
  });

  test('leads from a bar of the chart to the tickets of that day, and shows by what the list is filtered', async () => {
    const page = await desk.openAs('Tomas Lind', '/insights', KIRITIMATI);
    await page.locator('.day-chart a').first().click();
    await page
      .locator('.list-total')
      .getByText(/^, [1-9]/)
      .waitFor();
    const chip = page.getByRole('button', { name: /^(Created|Closed) .*Any time$/ });
    await chip.click();
    await chip.waitFor({ state: 'detached' });
    await page.goBack();
    await chip.waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Insights' }).waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('shows the same figures as text to those who may not read every ticket, and so when the right is taken away', async () => {
    const { createRole } = await ada<{ createRole: { role: { id: string } } }>(
      `mutation { createRole(input: { name: "reporter", canViewAll: false, canEditAll: false, canDeleteAll: false,
         canManageUsers: false, canManageTickets: false, canAssignTickets: false }) { role { id } } }`,
    );
    const { users } = await ada<{ users: { nodes: { id: string; username: string; role: { id: string } }[] } }>(
      '{ users { nodes { id username role { id } } } }',
    );
    const give = async (username: string, roleId: string) =>
      ada('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { message } } }', {
        input: { id: users.nodes.find((user) => user.username === username)?.id, roleId },
      });
    await give('leo', createRole.role.id);
    const leo = await desk.openAs('Leo Marchetti', '/tickets');
    await leo.getByRole('link', { name: 'Insights' }).click();
    await leo.getByRole('heading', { name: 'Workload' }).waitFor();
    const { ticketInsights } = await ada<{ ticketInsights: { active: number } }>('{ ticketInsights { active } }');
    assert.equal(await figure(leo, 'Active').first().textContent(), String(ticketInsights.active));
    await leo.getByText('Show as table').click();
    await leo.getByRole('region', { name: 'By day, as a table' }).waitFor();
    assert.equal(await leo.locator('.insights a').count(), 0);
    await looksRight(leo, 'insights without links');

    const mei = await desk.openAs('Mei Tanaka', '/insights');
    await mei.locator('a.figure').first().waitFor();
    await give('mei', createRole.role.id);
    await mei.getByRole('button', { name: 'Time' }).click();
    await mei.getByRole('option', { name: 'Last 7 days' }).click();
    await mei.locator('a.figure').first().waitFor({ state: 'detached' });
    await figure(mei, 'Active').first().waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('keeps time and products in the address, and says what is wrong with others', async () => {
    const page = await desk.openAs('Ada Okafor', '/insights');
    await page.getByRole('button', { name: 'Product' }).click();
    await page.getByRole('option', { name: 'Clinic records' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Time' }).click();
    await page.getByRole('option', { name: 'Other days' }).click();
    const today = await page.getByLabel('Last day').inputValue();
    await page.getByLabel('First day').fill(today);
    await page.reload();
    await page.getByRole('button', { name: 'Product: Clinic records' }).waitFor();
    assert.equal(await page.getByLabel('First day').inputValue(), today);
    await page.getByText('Show as table').click();
    assert.equal(await page.getByRole('region', { name: 'By day, as a table' }).getByRole('rowheader').count(), 1);
    assert.equal(await figure(page, 'Active').first().textContent(), '2 active tickets');

    const alert = page.getByRole('alert');
    await page.getByLabel('First day').fill('2999-01-01');
    await alert.getByText('The first day is after the last one.').waitFor();
    await page.getByLabel('First day').fill(`${Number(today.slice(0, 4)) - 10}${today.slice(4)}`);
    await alert.getByText('At most 366 days').waitFor();
    await page.getByLabel('First day').fill('');
    await alert.getByText('Choose the first and the last day.').waitFor();
    await page.goto(`${desk.url}/insights?from=yesterday&to=0000-00-00`);
    await alert.getByText('Choose the first and the last day.').waitFor();

    const gone = '019ac000-0000-7000-8000-000000000000';
    await page.goto(`${desk.url}/insights?product=${gone},nonsense`);
    await page.getByRole('button', { name: 'Product: Deleted' }).waitFor();
    await page.getByText('Nobody has an active ticket.').waitFor();
    await page.getByText('There are no tickets.').waitFor();
    await page.getByRole('button', { name: 'All products', exact: true }).click();
    await page.getByRole('row', { name: /Tomas Lind/ }).waitFor();
    assert.equal(new URL(page.url()).search, '');
    assert.deepEqual(desk.faults, []);
  });

  test('shows the figures before, with the links to what they count, until those of another time are there', async () => {
    const page = await desk.openAs('Ada Okafor', '/insights');
    const created = page.locator('.legend[data-series=created] a');
    const old = await created.getAttribute('href');
    const answer = Promise.withResolvers<void>();
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('query Insights')) await answer.promise;
      await route.continue();
    });
    const asked = page.waitForRequest((request) => request.postDataJSON()?.operationName === 'Insights');
    await page.getByRole('button', { name: 'Time' }).click();
    await page.getByRole('option', { name: 'Last 7 days' }).click();
    await asked;
    await page.getByRole('button', { name: 'Time: Last 7 days' }).waitFor();
    assert.equal(await created.getAttribute('href'), old);
    answer.resolve();
    await page.locator('.insights[aria-busy=false]').waitFor();
    assert.notEqual(await created.getAttribute('href'), old);
    assert.deepEqual(desk.faults, []);
  });

  test('fits a phone and 320 pixels, is used by keys alone, and axe finds nothing in either theme', async () => {
    const page = await desk.openAs('Tomas Lind', '/insights');
    await page.getByText('Show as table').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'By day, as a table' }).waitFor();
    await looksRight(page, 'insights');
    await page.goto(`${desk.url}/insights?from=2026-01-02&to=2026-01-01`);
    await page.getByText('The first day is after the last one.').waitFor();
    await looksRight(page, 'insights of no time');
    assert.deepEqual(desk.faults, []);
  });
});

/** Names stand beside the figures that are compared. */
function dropNames(key: string, value: unknown): unknown {
  return ['user', 'product', 'priority', '__typename'].includes(key) ? undefined : value;
}
