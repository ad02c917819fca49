import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Page } from 'playwright-core';
import { createClient, type GraphqlClient } from '../../tests/support/client.js';
import { type Desk, skip, startDesk, violations } from './desk.js';

/** Browsers zoom by a larger pixel and a smaller window: 1280 × 800 at 200 %. */
const ZOOMED = { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 };

describe('the desk in hard times', { skip }, () => {
  let desk: Desk;
  before(async () => {
    desk = await startDesk();
  });
  after(async () => desk.stop());

  async function apiAs(login: string): Promise<GraphqlClient> {
    const client = createClient(desk.url);
    const { signIn } = await client.query(
      'mutation ($login: String!) { signIn(input: { login: $login, password: "docket-demo" }) { accessToken } }',
      { login },
    );
    return client.withToken(signIn.accessToken);
  }

  test('queue, ticket and new ticket can be used at 200 %: nothing is cut, nor beyond the edge', async () => {
    const page = await desk.openAs('Tomas Lind', '/tickets?view=all', ZOOMED);
    await page.getByRole('link', { name: 'Patient search is down' }).waitFor();
    await page.getByRole('checkbox').first().check();
    await page.getByRole('toolbar', { name: 'Change the selected tickets' }).waitFor();
    assert.deepEqual(await outOfReach(page), []);
    await page.getByRole('button', { name: 'Select nothing' }).click();
    await page.getByRole('searchbox').fill('patient');
    await page.getByRole('link', { name: 'Patient search is down' }).click();
    await page.getByRole('article', { name: 'Internal note by Mei Tanaka' }).waitFor();
    assert.deepEqual(await outOfReach(page), []);
    await page.getByLabel('Your reply').fill('Read at 200 %.');
    await page.getByRole('button', { name: 'Send reply' }).click();
    await page.getByRole('article').getByText('Read at 200 %.').waitFor();
    await page.getByRole('button', { name: 'Priority' }).click();
    const list = await page.locator(':popover-open').boundingBox();
    assert.ok(list && list.y >= 0 && list.y + list.height <= ZOOMED.viewport.height);
    await page.getByRole('option', { name: 'High' }).click();
    await page.getByText('changed the priority').waitFor();
    await page.getByRole('link', { name: 'New ticket' }).click();
    await page.getByLabel('What is it about?').fill('The text is too small');
    await page.getByLabel('What happened?').fill('So I zoomed.');
    assert.deepEqual(await outOfReach(page), []);
    await page.getByRole('button', { name: 'Send the ticket' }).click();
    await page.getByRole('heading', { name: 'The text is too small' }).waitFor();
    assert.deepEqual(desk.faults, []);
  });

  test('titles of 200 wide letters, emoji and Hebrew fit everywhere, and change nothing around them', async () => {
    const tomas = await apiAs('tomas');
    const titles = ['W'.repeat(200), '👩‍👩‍👧‍👦'.repeat(18), 'המדפסת בקומה השנייה (2) מדפיסה דפים ריקים'];
    for (const title of titles) {
      const { number } = await create(tomas, title);
      const page = await desk.openAs('Tomas Lind', '/tickets?view=all', { viewport: { width: 320, height: 700 } });
      await page.getByRole('link', { name: title }).waitFor();
      assert.deepEqual(await outOfReach(page), [], title);
      await page.getByRole('link', { name: title }).click();
      await page.getByRole('heading', { name: title }).waitFor();
      await page.getByRole('article', { name: 'Description' }).getByRole('button', { name: 'Edit' }).click();
      await page.getByLabel('Title').fill(`${title.slice(0, -2)} 2`);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('changed the title from').waitFor();
      assert.deepEqual(await outOfReach(page), [], title);
      await page.goto(`${desk.url}/tickets/new`);
      await page.getByLabel('What is it about?').fill(`${title.slice(0, -2)} 2`);
      await page.getByRole('region', { name: 'Similar tickets' }).getByText(`#${number}`).waitFor();
      assert.deepEqual(await outOfReach(page), [], title);
      await page.context().close();
    }
    assert.deepEqual(desk.faults, []);
  });

  test('of a long conversation the earlier pages stay on the screen when somebody writes', async () => {
    const [tomas, ruth] = [await apiAs('tomas'), await apiAs('ruth')];
    const { id, number } = await create(ruth, 'A long conversation');
    for (let place = 1; place <= 120; place += 1) await comment(ruth, id, `Comment ${place}.`);
    const page = await desk.openAs('Tomas Lind', `/tickets/${number}`);
    await page.getByText('Comment 120.', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Show what was before' }).click();
    await page.getByText('Comment 30.', { exact: true }).waitFor();
    await comment(tomas, id, 'Comment 121.');
    await page.getByText('Comment 121.', { exact: true }).waitFor();
    await page.getByText('Comment 30.', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Show what was before' }).click();
    await page.getByText('Comment 1.', { exact: true }).waitFor();
    assert.equal(await page.getByRole('article', { name: /^Comment by/ }).count(), 121);
    assert.deepEqual(desk.faults, []);
  });

  test('what somebody writes about a ticket stays readable when the ticket goes', async () => {
    const ada = await apiAs('ada');
    const { id, number } = await create(await apiAs('ruth'), 'Soon deleted');
    const page = await desk.openAs('Tomas Lind', `/tickets/${number}`);
    await page.getByLabel('Your reply').fill('A careful answer.');
    await ada.query('mutation ($id: ID!) { deleteTicket(input: { id: $id }) { userErrors { message } } }', { id });
    await page.getByRole('heading', { name: `There is no ticket #${number} for you` }).waitFor();
    assert.equal(await page.getByLabel('What you were writing about it').inputValue(), 'A careful answer.');
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Throw it away' }).click();
    await page.getByLabel('What you were writing about it').waitFor({ state: 'detached' });
    assert.deepEqual(desk.faults, []);
  });

  test('a reply whose answer is lost is not written twice, nor is one that was changed since taken for it', async () => {
    const { number } = await create(await apiAs('ruth'), 'Lost answers');
    const page = await desk.openAs('Tomas Lind', `/tickets/${number}`);
    const loseAnswers = async () =>
      page.route('**/graphql', async (route) => {
        if (!route.request().postData()?.includes('CreateComment')) return route.continue();
        await route.fetch();
        return route.abort();
      });
    const known = desk.faults.length;
    await page.getByLabel('Your reply').fill('Have you tried it again?');
    await loseAnswers();
    await page.getByRole('button', { name: 'Send reply' }).click();
    await page.getByText('The server could not be reached.').waitFor();
    await page.unroute('**/graphql');
    await page.reload();
    await page.getByRole('button', { name: 'Send reply' }).click();
    await page.getByText('Your reply was sent.').waitFor();
    const sent = page.getByRole('article').getByText('Have you tried it again?');
    await sent.first().waitFor();
    assert.equal(await sent.count(), 1);

    await page.getByLabel('Your reply').fill('And now?');
    await loseAnswers();
    await page.getByRole('button', { name: 'Send reply' }).click();
    await page.getByText('The server could not be reached.').waitFor();
    await page.unroute('**/graphql');
    await page.getByLabel('Your reply').fill('And today?');
    await page.getByRole('button', { name: 'Send reply' }).click();
    await page.getByText('What you wrote before was sent after all').waitFor();
    await page.getByRole('article').getByText('And now?').waitFor();
    await page.getByRole('button', { name: 'Send reply' }).click();
    await page.getByRole('article').getByText('And today?').waitFor();
    assert.ok(desk.faults.slice(known).every((fault) => /ERR_FAILED/.test(fault)));
  });

  test('a session that ends while somebody writes takes nothing of it', async () => {
    const { number } = await create(await apiAs('ruth'), 'Written in two sessions');
    const page = await desk.openAs('Mei Tanaka', `/tickets/${number}`);
    await page.getByRole('tab', { name: 'Internal note' }).click();
    await page.getByLabel('Your internal note').fill('Half a thought');
    await page.getByRole('article', { name: 'Description' }).getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Description').fill('As above, and below.');
    const mei = await apiAs('mei');
    await mei.query('mutation { revokeOtherSessions { revokedSessionIds } }');
    // What comes first tells it: the answer to the note, or the end of the stream of changes.
    const told = page.getByText('Your session has ended').waitFor();
    const ended = new AbortController();
    void told.finally(() => ended.abort()).catch(() => {});
    await page
      .getByRole('button', { name: 'Add internal note' })
      .click({ timeout: 5000 })
      .catch((error: unknown) => {
        if (!ended.signal.aborted) throw error;
      });
    await told;
    await page.getByRole('button', { name: 'Mei Tanaka' }).click();
    assert.equal(await page.getByLabel('Your internal note').inputValue(), 'Half a thought');
    assert.equal(await page.getByLabel('Description').inputValue(), 'As above, and below.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('article', { name: 'Description' }).getByText('As above, and below.').waitFor();
    await page.getByRole('button', { name: 'Add internal note' }).click();
    await page.getByRole('article', { name: 'Internal note by Mei Tanaka' }).waitFor();
  });

  test('two tabs renew their session once', async () => {
    const first = await desk.openAs('Leo Marchetti', '/tickets?view=all');
    const second = await first.context().newPage();
    await first.context().clock.install();
    for (const tab of [first, second]) {
      await tab.goto(`${desk.url}/tickets?view=all`);
      await tab.locator('.queue-body[aria-busy=false]').waitFor();
    }
    let renewals = 0;
    first.context().on('request', (request) => {
      if (request.postData()?.includes('RefreshSession')) renewals += 1;
    });
    // Tokens are good for ten minutes.
    await first.context().clock.fastForward('09:50');
    await Promise.all(
      [first, second].map(async (tab) => {
        await tab.getByRole('link', { name: /^Watching/ }).click();
        await tab.locator('.queue-body[aria-busy=false]').waitFor();
      }),
    );
    assert.equal(renewals, 1);
    assert.deepEqual(
      desk.faults.filter((fault) => !/ERR_FAILED/.test(fault)),
      [],
    );
  });

  test('two tabs of one person have the same drafts, and sign out together', async () => {
    const { number } = await create(await apiAs('ruth'), 'In two tabs');
    const first = await desk.openAs('Tomas Lind', `/tickets/${number}`);
    await first.getByLabel('Your reply').waitFor();
    const second = await first.context().newPage();
    await second.goto(first.url());
    await second.getByLabel('Your reply').waitFor();
    await first.getByLabel('Your reply').fill('Written in the first');
    await second.getByLabel('Your reply').and(second.getByText('Written in the first')).waitFor();
    await second.getByRole('button', { name: 'Send reply' }).click();
    await first.getByRole('article').getByText('Written in the first').waitFor();
    assert.equal(await first.getByLabel('Your reply').inputValue(), '');
    await second.getByLabel('Your reply').fill('Not sent yet');
    await first.getByRole('button', { name: 'Sign out' }).click();
    await second.getByRole('heading', { name: 'Sign in' }).waitFor();
    await second.getByRole('button', { name: 'Ada Okafor' }).click();
    await first.getByLabel('Your reply').waitFor();
    // Drafts are their writer's.
    assert.equal(await second.getByLabel('Your reply').inputValue(), '');
  });
});

async function create(client: GraphqlClient, title: string): Promise<{ id: string; number: number }> {
  const { createTicket } = await client.query(
    'mutation ($title: String!) { createTicket(input: { title: $title, description: "As above." }) { ticket { id number } } }',
    { title },
  );
  return createTicket.ticket;
}

async function comment(client: GraphqlClient, ticketId: string, content: string): Promise<void> {
  await client.query(
    'mutation ($input: CreateCommentInput!) { createComment(input: $input) { comment { id } userErrors { message } } }',
    { input: { ticketId, content } },
  );
}

/** Controls and texts that are beyond an edge, are cut without dots, or are under something else when they are scrolled to. */
async function outOfReach(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const beyond = document.documentElement.scrollWidth - innerWidth;
    if (beyond > 0) found.push(`the page is ${beyond} px too wide`);
    for (const element of document.querySelectorAll<HTMLElement>(
      'a, button, input, textarea, h1, h2, p, th, td, label',
    )) {
      if (!element.checkVisibility() || element.closest('.visually-hidden, .skip-link, thead')) continue;
      const style = getComputedStyle(element);
      if (style.clipPath !== 'none') continue;
      const name = `${element.tagName} ${element.ariaLabel ?? element.textContent.trim().slice(0, 30)}`;
      const isCut = element.scrollWidth > element.clientWidth + 1 && style.overflowX !== 'visible';
      const isField = element.matches('input, textarea');
      if (isCut && !isField && style.textOverflow !== 'ellipsis' && style.display !== 'inline')
        found.push(`${name} is cut`);
      element.scrollIntoView({ block: 'center' });
      const { left, right, top, height } = element.getBoundingClientRect();
      if (left < -1 || right > innerWidth + 1) found.push(`${name} is beyond the edge`);
      if (!element.matches('a, button, input, textarea') || element.closest('td')) continue;
      const hit = document.elementFromPoint((left + right) / 2, top + height / 2);
      // A message goes by itself.
      if (hit && (element.contains(hit) || hit.contains(element) || hit.closest('label, .toasts'))) continue;
      found.push(`${name} is covered by ${hit?.tagName ?? 'nothing'}.${hit?.className ?? ''}`);
    }
    scrollTo(0, 0);
    return found;
  });
}
